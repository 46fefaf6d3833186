"""Who got data about a client: one row each time some of it left Keepwell."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from clients.models.contacts import Contact
from clients.models.record import Client
from privacy.vocabulary import clock
from privacy.vocabulary.classification import (
    DataPolicy,
    Subject,
    operational,
    personal,
    sensitive,
)
from privacy.vocabulary.fields import EncryptedCharField
from privacy.vocabulary.placement import RegionModel, TenantForeignKey
from privacy.vocabulary.scope import ActorKind


class Disclosure(RegionModel):
    """That data of a client went to somebody: when, what, to whom, how and why. The database refuses to change a row.

    Without a client it is about every client of the practice. `kinds` holds names of the registry (`notes.note`).
    A row `noted_by_hand` tells of something that Keepwell did not do itself; a later row may take its place.
    """

    class Way(models.TextChoices):
        PRINT = "print", _("Printed")
        DOWNLOAD = "download", _("Downloaded")
        MAIL = "mail", _("Sent by e-mail")
        LINK = "link", _("Fetched by a link")
        EXPORT = "export", _("Exported")
        HAND = "hand", _("Handed over")
        POST = "post", _("Sent by post or fax")
        CALL = "call", _("Told by phone or in person")
        API = "api", _("Fetched by a program")
        WEBHOOK = "webhook", _("Sent to a program")
        FEED = "feed", _("Read from a calendar feed")
        SUPPORT = "support", _("Shown to Keepwell’s support")

    class Basis(models.TextChoices):
        INSTRUCTION = "instruction", _("The practice decided, for care or its own work")
        CONSENT = "consent", _("With the client’s consent")
        REQUEST = "request", _("The client asked for it")
        LAW = "law", _("The law requires it")

    class To(models.TextChoices):
        PRACTICE = "practice", _("The practice itself")
        CLIENT = "client", _("The client")
        FAMILY = "family", _("Family or carer")
        CLINICIAN = "clinician", _("Doctor or other clinician")
        INSURER = "insurer", _("Insurer or funder")
        EMPLOYER = "employer", _("Employer or school")
        LAWYER = "lawyer", _("Lawyer or court")
        AUTHORITY = "authority", _("Authority")
        SERVICE = "service", _("Software or service")
        SUPPORT = "support", _("Keepwell’s support")
        OTHER = "other", _("Somebody else")

    client = operational(
        TenantForeignKey(Client, models.PROTECT, null=True, blank=True, related_name="disclosures")
    )
    at = operational(models.DateTimeField(_("when"), default=clock.now))
    way = operational(models.CharField(_("how"), max_length=10, choices=Way.choices))
    basis = operational(models.CharField(_("why it may"), max_length=12, choices=Basis.choices))
    to = operational(models.CharField(_("to whom"), max_length=10, choices=To.choices))
    recipient = personal(
        EncryptedCharField(_("name"), max_length=200, blank=True, default=""), "user.name"
    )
    address = personal(
        EncryptedCharField(_("address"), max_length=254, blank=True, default=""), "user.contact"
    )
    contact = operational(
        TenantForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="disclosures")
    )
    country = operational(models.CharField(_("country"), max_length=2, blank=True, default=""))
    kinds = operational(models.JSONField(default=list))
    of_kind = operational(models.CharField(max_length=60, blank=True, default=""))
    of_id = operational(models.UUIDField(null=True, blank=True))
    words = sensitive(EncryptedCharField(_("in words"), max_length=300, blank=True, default=""))
    by_kind = operational(models.CharField(max_length=8, default=ActorKind.SYSTEM))
    by_id = operational(models.UUIDField(null=True, blank=True))
    noted_at = operational(models.DateTimeField(default=clock.now))
    noted_by_hand = operational(models.BooleanField(default=False))
    # The id of a row: a reference of a table to itself would get in the way of purging in batches
    replaces = operational(models.UUIDField(null=True, blank=True))
    never_was = operational(models.BooleanField(default=False))

    counted_as, counted_for = _("given out"), Permission.CLINICAL_READ
    data_policy = DataPolicy(
        Subject.CLIENT, client="client_id", erase="keep", append_only=True, closing=True
    )

    class Meta(RegionModel.Meta):
        verbose_name = _("disclosure")
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "replaces"], name="one_replacement_of_a_disclosure"
            )
        ]
        indexes = [
            models.Index(fields=["account_id", "client", "at"], name="disclosures_of_client"),
            models.Index(
                fields=["account_id", "at"],
                name="disclosures_of_all",
                condition=models.Q(client__isnull=True),
            ),
        ]
