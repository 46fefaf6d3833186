"""The people a practice treats: their details, alerts and documents, sealed under a key of their own."""

from __future__ import annotations

import phonenumbers
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Location, Member
from accounts.models.practice import valid_zone
from privacy.vocabulary import clock
from privacy.vocabulary.classification import (
    DataPolicy,
    StoredFile,
    Subject,
    operational,
    personal,
    sensitive,
)
from privacy.vocabulary.fields import (
    BlindIndexField,
    EncryptedCharField,
    EncryptedDateField,
    EncryptedEmailField,
    EncryptedTextField,
)
from privacy.vocabulary.placement import RegionModel, TenantForeignKey

IDENTITY = "user.name"
PROVENANCE = "where the record came from: staff, self_booking, import or integration:<id> (P3)"


def normalise_phone(value: str) -> str:
    """Return a phone number in E.164 when it has a country code, else its digits."""
    try:
        return phonenumbers.format_number(
            phonenumbers.parse(value), phonenumbers.PhoneNumberFormat.E164
        )
    except phonenumbers.NumberParseException:
        return "".join(character for character in value if character.isdigit())


class Client(RegionModel):
    """A person whom the practice treats. `is_confirmed` is False while a self-booking is only a claim (features D4)."""

    class Reminders(models.TextChoices):
        EMAIL = "email", _("E-mail")
        SMS = "sms", _("SMS")
        BOTH = "both", _("E-mail and SMS")
        NONE = "none", _("None")

    given_name = personal(EncryptedCharField(_("given name"), max_length=80), IDENTITY)
    family_name = personal(
        EncryptedCharField(_("family name"), max_length=80, blank=True, default=""), IDENTITY
    )
    preferred_name = personal(
        EncryptedCharField(_("preferred name"), max_length=80, blank=True, default=""), IDENTITY
    )
    pronouns = sensitive(
        EncryptedCharField(_("pronouns"), max_length=40, blank=True, default=""), "user.demographic"
    )
    birth_date = personal(
        EncryptedDateField(_("birth date"), null=True, blank=True), "user.demographic.date_of_birth"
    )
    email = personal(
        EncryptedEmailField(
            _("e-mail"), max_length=254, blank=True, default="", blind="email_index"
        ),
        "user.contact.email",
    )
    email_index = personal(
        BlindIndexField(source="email"), "user.contact.email", unsealed="keyed hash"
    )
    phone = personal(
        EncryptedCharField(_("phone"), max_length=40, blank=True, default="", blind="phone_index"),
        "user.contact.phone_number",
    )
    phone_index = personal(
        BlindIndexField(source="phone", normalise=normalise_phone),
        "user.contact.phone_number",
        unsealed="keyed hash",
    )
    address = personal(
        EncryptedTextField(_("address"), blank=True, default=""), "user.contact.address"
    )
    emergency_contact = personal(
        EncryptedTextField(_("emergency contact"), blank=True, default=""), "user.contact"
    )
    admin_notes = sensitive(
        EncryptedTextField(_("notes for the front desk"), blank=True, default="")
    )
    reminders = operational(
        models.CharField(
            _("reminders"), max_length=8, choices=Reminders.choices, default=Reminders.EMAIL
        )
    )
    confirmations = operational(
        models.BooleanField(_("tell of bookings and changes"), default=True)
    )
    language = operational(
        models.CharField(
            _("language"),
            max_length=12,
            blank=True,
            default="",
            help_text=_("Empty: the practice’s."),
        )
    )
    time_zone = operational(
        models.CharField(
            _("time zone"),
            max_length=60,
            blank=True,
            default="",
            validators=[valid_zone],
            help_text=_("Empty: the practice’s."),
        )
    )
    location = operational(
        TenantForeignKey(
            Location,
            models.PROTECT,
            null=True,
            blank=True,
            related_name="+",
            verbose_name=_("location"),
        )
    )
    is_confirmed = operational(models.BooleanField(default=True))
    provenance = operational(models.CharField(max_length=60, default="staff", help_text=PROVENANCE))
    archived_at = operational(models.DateTimeField(null=True, blank=True))
    created_at = operational(models.DateTimeField(default=clock.now))
    updated_at = operational(models.DateTimeField(default=clock.now))

    data_policy = DataPolicy(Subject.CLIENT, client="id")

    class Meta(RegionModel.Meta):
        indexes = [
            models.Index(fields=["account_id", "updated_at"], name="clients_changed"),
            models.Index(fields=["account_id", "email_index"], name="clients_by_email"),
            models.Index(fields=["account_id", "phone_index"], name="clients_by_phone"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """Given and family name as they are written."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def called(self) -> str:
        """The name to address the person by."""
        return str(self.preferred_name or self.given_name)


class Alert(RegionModel):
    """Something that anyone who meets the client must know first."""

    class Kind(models.TextChoices):
        ALLERGY = "allergy", _("Allergy")
        CONDITION = "condition", _("Condition")
        RISK = "risk", _("Risk")
        ACCESS = "access", _("Access need")
        OTHER = "other", _("Other")

    class Severity(models.TextChoices):
        INFO = "info", _("Good to know")
        CARE = "care", _("Take care")
        SEVERE = "severe", _("Severe")

    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="alerts"))
    kind = sensitive(EncryptedCharField(_("kind"), max_length=12, choices=Kind.choices))
    severity = operational(
        models.CharField(
            _("severity"), max_length=8, choices=Severity.choices, default=Severity.CARE
        )
    )
    text = sensitive(EncryptedCharField(_("alert"), max_length=300))
    created_at = operational(models.DateTimeField(default=clock.now))
    resolved_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.CLIENT, client="client_id")

    class Meta(RegionModel.Meta):
        indexes = [models.Index(fields=["account_id", "client"], name="alerts_of_client")]


class Document(RegionModel):
    """A file about a client; its bytes lie sealed in the region's object store under a key of their own."""

    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="documents"))
    name = sensitive(EncryptedCharField(_("file name"), max_length=255))
    media_type = operational(models.CharField(max_length=100))
    size = operational(models.PositiveBigIntegerField())
    sha256 = sensitive(EncryptedCharField(max_length=64))
    storage_key = operational(models.CharField(max_length=120))
    file_key = sensitive(EncryptedCharField(max_length=64))
    uploaded_by = operational(
        TenantForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")
    )
    created_at = operational(models.DateTimeField(default=clock.now))
    withdrawn_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.CLIENT, client="client_id", file=StoredFile())

    class Meta(RegionModel.Meta):
        indexes = [models.Index(fields=["account_id", "client"], name="documents_of_client")]


class BookingCode(RegionModel):
    """A code that staff gave to a client: whoever types it as they book online is that client (features D4).

    Shown once, kept as a keyed hash. It works once, or until it is revoked.
    """

    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="booking_codes"))
    digest = operational(models.BinaryField(max_length=32))
    is_single_use = operational(models.BooleanField(_("works once"), default=True))
    created_at = operational(models.DateTimeField(default=clock.now))
    created_by = operational(
        TenantForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")
    )
    used_at = operational(models.DateTimeField(null=True, blank=True))
    revoked_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.CLIENT, client="client_id")

    class Meta(RegionModel.Meta):
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["account_id", "digest"], name="one_booking_code")
        ]
        indexes = [models.Index(fields=["account_id", "client"], name="booking_codes_of_client")]


class Binding(RegionModel):
    """That staff said of a self-booked person: this is a client we know. What the newcomer had went to the client.

    `moved` lists the ids of the rows by kind, so that it can be undone. The newcomer's own record stays, archived, as
    the person typed it.
    """

    newcomer = operational(TenantForeignKey(Client, models.PROTECT, related_name="bound_to"))
    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="bound"))
    moved = operational(models.JSONField(default=dict))
    bound_at = operational(models.DateTimeField(default=clock.now))
    bound_by = operational(models.UUIDField(null=True))
    undone_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.CLIENT, client="client_id")

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "newcomer"],
                condition=models.Q(undone_at=None),
                name="one_binding",
            )
        ]
        indexes = [models.Index(fields=["account_id", "client"], name="bindings_of_client")]
