"""Forms: what clients are asked before and between visits, sent by a link or filled in at the practice."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import PrivacyNotice
from bookings.models import Attendee, Service
from clients.models import ByWhom, Client
from privacy.vocabulary import clock
from privacy.vocabulary.classification import DataPolicy, Subject, operational, public, sensitive
from privacy.vocabulary.fields import EncryptedCharField, EncryptedJSONField
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class FormTemplate(RegionModel):
    """What a form asks. A form keeps the version that it was made from, in the language in which it was begun.

    `sections` are those of a note's template, with consents, the privacy notice and signatures as further kinds of
    question. `standard` names one of the product's own, which is sent in the client's language until it is changed.
    `scoring` says how answers become a score ({} for none).
    """

    class Kind(models.TextChoices):
        INTAKE = "intake", _("Intake")
        OUTCOME = "outcome", _("Outcome measure")

    kind = operational(
        models.CharField(_("kind"), max_length=7, choices=Kind.choices, default=Kind.INTAKE)
    )
    name = public(models.CharField(_("name"), max_length=80))
    intro = public(models.TextField(_("introduction"), max_length=600, blank=True, default=""))
    sections = operational(models.JSONField(default=list))
    scoring = operational(models.JSONField(default=dict, blank=True))
    standard = operational(models.CharField(max_length=40, blank=True, default=""))
    version = operational(models.PositiveIntegerField(default=1))
    valid_days = operational(
        models.PositiveIntegerField(
            _("days that the link works"), default=30, validators=[MaxValueValidator(365)]
        )
    )
    remind_days = operational(
        models.PositiveIntegerField(
            _("days until a reminder"), default=3, validators=[MaxValueValidator(60)]
        )
    )
    position = operational(models.PositiveIntegerField(default=0))
    archived_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.SYSTEM)

    class Meta(RegionModel.Meta):
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class FormTrigger(RegionModel):
    """That booking a service sends a form: once (`again_months` empty), with each booking (0), or after so many months."""

    template = operational(TenantForeignKey(FormTemplate, models.CASCADE, related_name="triggers"))
    service = operational(TenantForeignKey(Service, models.CASCADE, related_name="+"))
    again_months = operational(
        models.PositiveIntegerField(null=True, blank=True, validators=[MaxValueValidator(120)])
    )

    data_policy = DataPolicy(Subject.SYSTEM, deletable=True)

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "template", "service"], name="one_form_trigger"
            )
        ]


class Form(RegionModel):
    """A form of one client, from being sent to being completed, which freezes it: the database refuses every change.

    `link_number` is part of its link: raising it makes the links sent before worthless. `browser` is the hash of the
    secret of the device that opened it last; another one has to prove whose it is (`tries` counts failures).
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Not sent")
        SENT = "sent", _("Sent")
        OPENED = "opened", _("Begun")
        COMPLETED = "completed", _("Completed")
        SUPERSEDED = "superseded", _("Replaced")
        EXPIRED = "expired", _("Expired")
        ARCHIVED = "archived", _("Put away")

    class Way(models.TextChoices):
        LINK = "link", _("By its link")
        DESK = "desk", _("At the practice")

    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="forms"))
    template = operational(
        TenantForeignKey(FormTemplate, models.PROTECT, null=True, blank=True, related_name="+")
    )
    template_version = operational(models.PositiveIntegerField(default=1))
    attendee = operational(
        TenantForeignKey(Attendee, models.PROTECT, null=True, blank=True, related_name="forms")
    )
    replaces = operational(
        TenantForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    )
    notice = operational(
        TenantForeignKey(PrivacyNotice, models.PROTECT, null=True, blank=True, related_name="+")
    )
    kind = operational(models.CharField(max_length=7, choices=FormTemplate.Kind.choices))
    name = operational(models.CharField(max_length=80))
    intro = operational(models.TextField(max_length=600, blank=True, default=""))
    sections = operational(models.JSONField(default=list))
    scoring = operational(models.JSONField(default=dict, blank=True))
    language = operational(models.CharField(max_length=12, blank=True, default=""))
    answers = sensitive(EncryptedJSONField(default=dict))
    score = sensitive(EncryptedJSONField(null=True, blank=True))
    is_urgent = operational(models.BooleanField(default=False))
    state = operational(models.CharField(max_length=10, choices=State.choices, default=State.DRAFT))
    version = operational(models.PositiveIntegerField(default=1))
    way = operational(models.CharField(max_length=4, choices=Way.choices, blank=True, default=""))
    by_whom = operational(
        models.CharField(max_length=8, choices=ByWhom.choices, default=ByWhom.CLIENT)
    )
    link_number = operational(models.PositiveIntegerField(default=1))
    browser = operational(models.BinaryField(max_length=32, null=True, blank=True))
    tries = operational(models.PositiveIntegerField(default=0))
    locked_until = operational(models.DateTimeField(null=True, blank=True))
    code_at = operational(models.DateTimeField(null=True, blank=True))
    created_at = operational(models.DateTimeField(default=clock.now))
    created_by = operational(models.UUIDField(null=True, blank=True))
    updated_at = operational(models.DateTimeField(default=clock.now))
    sent_at = operational(models.DateTimeField(null=True, blank=True))
    reminded_at = operational(models.DateTimeField(null=True, blank=True))
    opened_at = operational(models.DateTimeField(null=True, blank=True))
    expires_at = operational(models.DateTimeField(null=True, blank=True))
    completed_at = operational(models.DateTimeField(null=True, blank=True))
    completed_by = operational(models.UUIDField(null=True, blank=True))
    content_hash = sensitive(EncryptedCharField(max_length=64, blank=True, default=""))

    counted_as = _("forms")
    data_policy = DataPolicy(Subject.CLIENT, client="client_id", while_restricted="hide")

    class Meta(RegionModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state__in=["completed", "superseded"])
                | models.Q(completed_at__isnull=False),
                name="form_completed_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["draft", "sent", "opened", "expired"])
                | models.Q(completed_at=None),
                name="form_open_until_completed",
            ),
        ]
        indexes = [
            models.Index(fields=["account_id", "client", "created_at"], name="forms_of_client"),
            models.Index(fields=["account_id", "state", "created_at"], name="forms_by_state"),
            models.Index(
                fields=["account_id", "completed_at"],
                name="forms_completed",
                condition=models.Q(state="completed"),
            ),
        ]

    @property
    def is_open(self) -> bool:
        """Whether it can still be filled in."""
        return self.state in (self.State.DRAFT, self.State.SENT, self.State.OPENED)

    @property
    def is_complete(self) -> bool:
        """Whether it was completed, also when another took its place since."""
        return self.completed_at is not None


class FormReview(RegionModel):
    """That somebody looked at a completed form, and which answers they took over into the client's record."""

    form = operational(TenantForeignKey(Form, models.PROTECT, related_name="reviews"))
    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="+"))
    reviewed_at = operational(models.DateTimeField(default=clock.now))
    reviewed_by = operational(models.UUIDField(null=True, blank=True))
    accepted = operational(models.JSONField(default=list, blank=True))

    data_policy = DataPolicy(Subject.CLIENT, client="client_id", append_only=True)

    class Meta(RegionModel.Meta):
        ordering = ["-reviewed_at", "-id"]
        indexes = [models.Index(fields=["account_id", "form"], name="reviews_of_form")]
