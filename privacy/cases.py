"""What people ask about their data: the request, what it waits for, who they are, what is done, what is answered."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from privacy.vocabulary import clock
from privacy.vocabulary.classification import (
    DataPolicy,
    Subject,
    operational,
    personal,
    sensitive,
)
from privacy.vocabulary.fields import EncryptedCharField, EncryptedTextField
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class DeskChoices(RegionModel):
    """Which law the Owner answers under; without a row that of the practice's country."""

    pack = operational(models.CharField(_("law"), max_length=12))
    confirmed_by = operational(models.UUIDField())
    confirmed_at = operational(models.DateTimeField(default=clock.now))

    data_policy = DataPolicy(Subject.SYSTEM, closing=True)

    class Meta(RegionModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account_id"], name="one_desk_choices")]


class DeskCase(RegionModel):
    """A request about somebody's data. What was typed is under the account's key: nobody knows yet whose it is.

    The law's pack, its version and where days are counted are kept as they were when it came. `due_on` is what follows
    from them (None: the clock stands still). `keep_until`: nothing of whom it is about is deleted before.
    """

    class Right(models.TextChoices):
        ACCESS = "access", _("See what is kept")
        PORTABILITY = "portability", _("Take the data elsewhere")
        RECTIFICATION = "rectification", _("Correct something")
        ERASURE = "erasure", _("Erase the data")
        RESTRICTION = "restriction", _("Only store the data for now")
        OBJECTION = "objection", _("Object to a use of the data")
        WITHDRAWAL = "withdrawal", _("Take back a consent")
        AUTOMATED = "automated", _("Know of decisions made by software")
        COMPLAINT = "complaint", _("Complain")
        OTHER = "other", _("Not sorted yet")

    class Way(models.TextChoices):
        PAGE = "page", _("Page of the practice")
        VENDOR = "vendor", _("Keepwell’s page")
        LETTER = "letter", _("Letter")
        MAIL = "mail", _("E-mail")
        CALL = "call", _("Phone or in person")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        WORKING = "working", _("Being done")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Taken back")

    class Identity(models.TextChoices):
        NONE = "", _("Not proved yet")
        DOCUMENT = "document", _("Document seen by staff")
        KNOWN = "known", _("Known in person")

    class Asker(models.TextChoices):
        SELF = "self", _("The person themself")
        GUARDIAN = "guardian", _("Parent or guardian")
        AGENT = "agent", _("Somebody they authorised")

    class Refusal(models.TextChoices):
        NOT_PROVED = "not_proved", _("Who asks was not proved")
        NOT_HELD = "not_held", _("Nothing is kept about the person")
        LAW = "law", _("A law says otherwise")
        HARM = "harm", _("It would do serious harm")
        UNFOUNDED = "unfounded", _("Unfounded, or asked again and again")
        NO_SUCH = "no_such", _("No decision is made by software alone")

    reference = operational(models.CharField(max_length=9))
    right = operational(models.CharField(_("what they want"), max_length=13, choices=Right.choices))
    way = operational(models.CharField(_("how it came"), max_length=6, choices=Way.choices))
    asker = operational(
        models.CharField(_("who asks"), max_length=8, choices=Asker.choices, default=Asker.SELF)
    )
    name = personal(EncryptedCharField(_("name"), max_length=160), "user.name")
    contact = personal(
        EncryptedCharField(_("e-mail or phone"), max_length=254, blank=True, default="")
    )
    born = personal(
        EncryptedCharField(_("birth date"), max_length=20, blank=True, default=""),
        "user.demographic.date_of_birth",
    )
    about = personal(
        EncryptedCharField(_("whom it is about"), max_length=160, blank=True, default=""),
        "user.name",
    )
    words = sensitive(EncryptedTextField(_("in their words"), blank=True, default=""))
    received_at = operational(models.DateTimeField(default=clock.now))
    pack = operational(models.CharField(max_length=12))
    pack_version = operational(models.CharField(max_length=12))
    zone = operational(models.CharField(max_length=60))
    country = operational(models.CharField(max_length=2, blank=True))
    subdivision = operational(models.CharField(max_length=10, blank=True))
    due_on = operational(models.DateField(null=True, blank=True))
    extended_to = operational(models.DateField(null=True, blank=True))
    extended_because = sensitive(
        EncryptedCharField(_("why more time"), max_length=300, blank=True, default="")
    )
    client = operational(
        TenantForeignKey(Client, models.PROTECT, null=True, blank=True, related_name="desk_cases")
    )
    identity = operational(
        models.CharField(max_length=8, choices=Identity.choices, blank=True, default="")
    )
    identity_at = operational(models.DateTimeField(null=True, blank=True))
    identity_by = operational(models.UUIDField(null=True, blank=True))
    document = sensitive(
        EncryptedCharField(_("document"), max_length=60, blank=True, default=""),
        "user.government_id",
    )
    authority = sensitive(
        EncryptedCharField(_("why they may ask"), max_length=200, blank=True, default="")
    )
    authority_until = operational(models.DateField(null=True, blank=True))
    is_mature_minor = operational(models.BooleanField(default=False))
    state = operational(models.CharField(max_length=9, choices=State.choices, default=State.OPEN))
    refusal = operational(
        models.CharField(max_length=10, choices=Refusal.choices, blank=True, default="")
    )
    answer = sensitive(EncryptedTextField(_("answer"), blank=True, default=""))
    decided_by = operational(models.UUIDField(null=True, blank=True))
    answered_at = operational(models.DateTimeField(null=True, blank=True))
    statement = sensitive(EncryptedTextField(_("their statement"), blank=True, default=""))
    warned_at = operational(models.DateTimeField(null=True, blank=True))
    keep_until = operational(models.DateField(null=True, blank=True))
    keep_law = operational(models.CharField(max_length=120, blank=True, default=""))
    job_id = operational(models.UUIDField(null=True, blank=True))

    data_policy = DataPolicy(Subject.CONTACT, closing=True)

    class Meta(RegionModel.Meta):
        verbose_name = _("request about data")
        constraints = [
            models.UniqueConstraint(fields=["account_id", "reference"], name="one_case_reference")
        ]
        indexes = [
            models.Index(fields=["account_id", "state", "due_on"], name="desk_cases_by_clock"),
            models.Index(
                fields=["account_id", "client"],
                name="desk_cases_of_client",
                condition=models.Q(client__isnull=False),
            ),
        ]

    @property
    def is_open(self) -> bool:
        """Whether it still has to be answered."""
        return self.state in (self.State.OPEN, self.State.WORKING)


class DeskWait(RegionModel):
    """A time in which a request waits for whoever asked; a row each time, ended once."""

    case = operational(TenantForeignKey(DeskCase, models.PROTECT, related_name="waits"))
    what = operational(models.CharField(max_length=13))
    since = operational(models.DateTimeField(default=clock.now))
    until = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.SYSTEM, closing=True)

    class Meta(RegionModel.Meta):
        ordering = ["since"]
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "case", "what"],
                condition=models.Q(until=None),
                name="one_open_wait_each",
            )
        ]


class DeskStep(RegionModel):
    """One thing that has to be done for a request, and to be found done by another look (DS-5, DS-6)."""

    class State(models.TextChoices):
        PENDING = "pending", _("To be done")
        DONE = "done", _("Done")
        VERIFIED = "verified", _("Done and checked")
        FAILED = "failed", _("Not done")
        SKIPPED = "skipped", _("Not needed")

    case = operational(TenantForeignKey(DeskCase, models.PROTECT, related_name="steps"))
    position = operational(models.PositiveSmallIntegerField())
    name = operational(models.CharField(max_length=80))
    state = operational(
        models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    )
    count = operational(models.PositiveIntegerField(default=0))
    reason = operational(models.CharField(max_length=120, blank=True, default=""))
    done_at = operational(models.DateTimeField(null=True, blank=True))
    verified_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.SYSTEM, closing=True)

    class Meta(RegionModel.Meta):
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["account_id", "case", "name"], name="one_step_each")
        ]


class DeskTelling(RegionModel):
    """Somebody who got data about the person before has to hear what became of them, and to say that they did (DS-10)."""

    case = operational(TenantForeignKey(DeskCase, models.PROTECT, related_name="tellings"))
    recipient = personal(EncryptedCharField(_("who"), max_length=200), "user.name")
    address = personal(EncryptedCharField(_("address"), max_length=254, blank=True, default=""))
    to = operational(models.CharField(max_length=10))
    last_at = operational(models.DateTimeField(help_text="when they last got something"))
    told_at = operational(models.DateTimeField(null=True, blank=True))
    acknowledged_at = operational(models.DateTimeField(null=True, blank=True))
    given_up = sensitive(
        EncryptedCharField(_("why they are not told"), max_length=200, blank=True, default="")
    )

    data_policy = DataPolicy(Subject.CONTACT, closing=True)

    class Meta(RegionModel.Meta):
        ordering = ["id"]
        indexes = [models.Index(fields=["account_id", "case"], name="tellings_of_case")]


class DeskCertificate(RegionModel):
    """What was done for a request, signed by the region: opaque ids, counts and dates alone (DS-12)."""

    case = operational(TenantForeignKey(DeskCase, models.PROTECT, related_name="certificates"))
    text = operational(models.TextField(help_text="JSON as it was signed"))
    signature = operational(models.CharField(max_length=128, help_text="Ed25519, hexadecimal"))
    signed_at = operational(models.DateTimeField(default=clock.now))

    data_policy = DataPolicy(Subject.SYSTEM, append_only=True, closing=True)

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account_id", "case"], name="one_certificate_each")
        ]
