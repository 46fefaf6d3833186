"""What people agreed to and what they were shown: purposes with versioned words, answers that nothing rewrites."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import PrivacyNotice
from clients.models.record import Client
from privacy.vocabulary import clock
from privacy.vocabulary.classification import (
    DataPolicy,
    Subject,
    operational,
    personal,
    public,
    sensitive,
)
from privacy.vocabulary.fields import (
    EncryptedCharField,
    EncryptedJSONField,
    EncryptedTextField,
)
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class How(models.TextChoices):
    """How an answer reached the practice."""

    LINK = "link", _("By a link, on their own device")
    BOOKING = "booking", _("While booking online")
    PERSON = "person", _("In person, by word")
    PAPER = "paper", _("On paper")
    PHONE = "phone", _("By phone")
    DESK = "desk", _("In a form filled in at the practice")


class ByWhom(models.TextChoices):
    """Who may answer for a client."""

    CLIENT = "client", _("The client")
    GUARDIAN = "guardian", _("A parent or guardian")
    RELATIVE = "relative", _("A relative or carer")


class ConsentPurpose(RegionModel):
    """Something that a practice asks people to agree to.

    The software itself keeps to the purposes whose `kind` it knows: without an agreement no news and no sharing.
    """

    class Kind(models.TextChoices):
        TREATMENT = "treatment", _("Treatment")
        TELEHEALTH = "telehealth", _("Telehealth")
        SHARING = "sharing", _("Sharing with their doctor")
        PHOTOS = "photos", _("Photos and videos")
        EMAIL_NEWS = "email_news", _("News by e-mail")
        SMS_NEWS = "sms_news", _("News by text message")
        RESEARCH = "research", _("Research")
        OTHER = "other", _("Something else")

    kind = operational(models.CharField(_("kind"), max_length=12, choices=Kind.choices))
    name = public(models.CharField(_("name"), max_length=80))
    lasts_months = operational(
        models.PositiveIntegerField(
            _("months that an agreement lasts"),
            null=True,
            blank=True,
            validators=[MinValueValidator(1), MaxValueValidator(120)],
        )
    )
    position = operational(models.PositiveIntegerField(default=0))
    archived_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.SYSTEM)

    class Meta(RegionModel.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "kind"],
                condition=~models.Q(kind="other"),
                name="one_purpose_of_a_kind",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ConsentText(RegionModel):
    """The words of a purpose in one language: published once, shown to people, never changed."""

    purpose = operational(TenantForeignKey(ConsentPurpose, models.PROTECT, related_name="texts"))
    version = operational(models.PositiveIntegerField())
    language = operational(models.CharField(max_length=12))
    title = public(models.CharField(_("what people are asked"), max_length=120))
    text = public(models.TextField(_("text"), max_length=5000))
    published_at = operational(models.DateTimeField(default=clock.now))

    data_policy = DataPolicy(Subject.SYSTEM, append_only=True)

    class Meta(RegionModel.Meta):
        ordering = ["-version", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "purpose", "version", "language"], name="one_consent_text"
            )
        ]


class Consent(RegionModel):
    """One answer to one purpose. What holds now is the newest answer: the database refuses every change of a row.

    A withdrawal is an answer of its own. `form_id` names the form (of the notes app) in which it was given.
    """

    class Decision(models.TextChoices):
        PERMIT = "permit", _("Agreed")
        DENY = "deny", _("Refused")

    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="consents"))
    purpose = operational(TenantForeignKey(ConsentPurpose, models.PROTECT, related_name="+"))
    text = operational(TenantForeignKey(ConsentText, models.PROTECT, related_name="+"))
    decision = operational(models.CharField(max_length=6, choices=Decision.choices))
    is_withdrawal = operational(models.BooleanField(default=False))
    how = operational(models.CharField(max_length=8, choices=How.choices))
    by_whom = operational(
        models.CharField(max_length=8, choices=ByWhom.choices, default=ByWhom.CLIENT)
    )
    by_name = personal(EncryptedCharField(_("name"), max_length=160, blank=True, default=""))
    evidence = sensitive(EncryptedTextField(_("evidence"), max_length=1000, blank=True, default=""))
    signature = sensitive(EncryptedJSONField(null=True, blank=True), "user.biometric", "evidence")
    form_id = operational(models.UUIDField(null=True, blank=True))
    starts_at = operational(models.DateTimeField(default=clock.now))
    until = operational(models.DateTimeField(null=True, blank=True))
    recorded_at = operational(models.DateTimeField(default=clock.now))
    recorded_by = operational(models.UUIDField(null=True, blank=True))

    counted_as = _("answers about consents")
    data_policy = DataPolicy(Subject.CLIENT, client="client_id", append_only=True, work_of="client")

    class Meta(RegionModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_withdrawal=False) | models.Q(decision="deny"),
                name="withdrawal_denies",
            ),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gt=models.F("starts_at")),
                name="consent_ends_after_start",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account_id", "client", "purpose", "starts_at"],
                name="consents_of_client",
            )
        ]


class NoticeAnswer(RegionModel):
    """What somebody said to a version of the privacy notice; who never answered has no row (features B3)."""

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")

    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="notice_answers"))
    notice = operational(TenantForeignKey(PrivacyNotice, models.PROTECT, related_name="+"))
    answer = operational(models.CharField(max_length=8, choices=Answer.choices))
    how = operational(models.CharField(max_length=8, choices=How.choices))
    by_whom = operational(
        models.CharField(max_length=8, choices=ByWhom.choices, default=ByWhom.CLIENT)
    )
    form_id = operational(models.UUIDField(null=True, blank=True))
    recorded_at = operational(models.DateTimeField(default=clock.now))
    recorded_by = operational(models.UUIDField(null=True, blank=True))

    counted_as = _("answers to the privacy notice")
    data_policy = DataPolicy(Subject.CLIENT, client="client_id", append_only=True)

    class Meta(RegionModel.Meta):
        indexes = [
            models.Index(
                fields=["account_id", "client", "recorded_at"], name="notice_answers_of_client"
            ),
            models.Index(fields=["account_id", "notice", "client"], name="notice_answers_to"),
        ]
