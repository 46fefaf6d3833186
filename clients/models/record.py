"""A client's own record: who they are and how they are reached."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import phonenumbers
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Location
from accounts.models.practice import valid_zone
from privacy.vocabulary import clock
from privacy.vocabulary.classification import (
    DataPolicy,
    ReaderRule,
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
    EncryptedJSONField,
    EncryptedTextField,
)
from privacy.vocabulary.placement import RegionModel, TenantForeignKey

IDENTITY = "user.name"
# A member who is confined to a location sees its clients and those at none, and one who sees their own clients alone
# those whom they look after (see `Caring`); from everybody else nothing is kept
READERS = ReaderRule(
    "may_see_client",
    {"asked": "id", "place": "location_id"},
    """
DECLARE
  here text := current_setting('app.location', true);
  me text := current_setting('app.clients_of', true);
BEGIN
  IF here <> '' THEN
    IF place <> here::uuid THEN
      RETURN false;
    END IF;
  END IF;
  IF me <> '' THEN
    RETURN EXISTS (
      SELECT FROM clients_caring c
      JOIN accounts_practitioner p ON p.account_id = c.account_id AND p.id = c.practitioner_id
      WHERE c.account_id = of_account AND c.client_id = asked AND c.ended_at IS NULL
        AND p.member_id = me::uuid);
  END IF;
  RETURN true;
END""",
    unless="(current_setting('app.location', true) = '' AND current_setting('app.clients_of', true) = '')",
)
PROVENANCE = "where the record came from: staff, self_booking, import or integration:<id> (P3)"


def normalise_phone(value: str) -> str:
    """Return a phone number in E.164 when it has a country code, else its digits."""
    try:
        return phonenumbers.format_number(
            phonenumbers.parse(value), phonenumbers.PhoneNumberFormat.E164
        )
    except phonenumbers.NumberParseException:
        return "".join(character for character in value if character.isdigit())


def _later(
    kind: type[EncryptedCharField], label: Promise, max_length: int | None, **more: Any
) -> EncryptedCharField:
    """Return a field that came to the table when it had rows: those read as empty, because a migration can't seal."""
    return kind(label, max_length=max_length, null=True, blank=True, default="", **more)


class Client(RegionModel):
    """A person whom the practice treats. `is_confirmed` is False while a self-booking is only a claim (features D4).

    `phone` and `email` are the ones that messages go to; others are `ContactPoint`s. `address` is the street's lines.
    A record that was merged into another stays as it is, with a key of its own, and stands for that one: `alias_of`
    names it, never an alias itself. `clients.identity` tells which records are one person (features B5).
    """

    class Sex(models.TextChoices):
        FEMALE = "female", _("Female")
        MALE = "male", _("Male")
        OTHER = "other", _("Another, or not determined")

    class PhoneUse(models.TextChoices):
        MOBILE = "mobile", _("Mobile")
        HOME = "home", _("Home")
        WORK = "work", _("Work")
        OTHER = "other", _("Other")

    class Reminders(models.TextChoices):
        EMAIL = "email", _("E-mail")
        SMS = "sms", _("SMS")
        BOTH = "both", _("E-mail and SMS")
        NONE = "none", _("None")

    title = personal(_later(EncryptedCharField, _("title"), 30), IDENTITY)
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
    sex = sensitive(
        _later(EncryptedCharField, _("sex"), 10, choices=Sex.choices), "user.demographic.gender"
    )
    gender_identity = sensitive(
        _later(EncryptedCharField, _("gender identity"), 60), "user.demographic.gender"
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
    phone_use = operational(
        models.CharField(
            _("kind of phone"), max_length=8, choices=PhoneUse.choices, default=PhoneUse.MOBILE
        )
    )
    address = personal(
        EncryptedTextField(_("address"), blank=True, default=""), "user.contact.address"
    )
    city = personal(_later(EncryptedCharField, _("town or city"), 80), "user.contact.address.city")
    state = personal(
        _later(EncryptedCharField, _("state or region"), 80), "user.contact.address.state"
    )
    post_code = personal(
        _later(EncryptedCharField, _("postcode"), 20), "user.contact.address.postal_code"
    )
    country = personal(_later(EncryptedCharField, _("country"), 2), "user.contact.address.country")
    emergency_contact = personal(
        EncryptedTextField(_("emergency contact"), blank=True, default=""), "user.contact"
    )
    occupation = personal(
        _later(EncryptedCharField, _("occupation"), 120), "user.workplace.job_title"
    )
    health_number = personal(
        _later(EncryptedCharField, _("health insurance number"), 40), "user.government_id"
    )
    old_reference = personal(
        _later(EncryptedCharField, _("number in an earlier system"), 60), "user.unique_id"
    )
    admin_notes = sensitive(
        EncryptedTextField(_("notes for the front desk"), blank=True, default="")
    )
    booking_notes = sensitive(_later(EncryptedTextField, _("notes for bookings"), None))
    custom = sensitive(
        EncryptedJSONField(_("the practice’s own fields"), null=True, blank=True, default=dict)
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
    alias_of = operational(
        TenantForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="aliases")
    )
    created_at = operational(models.DateTimeField(default=clock.now))
    updated_at = operational(models.DateTimeField(default=clock.now))

    data_policy = DataPolicy(
        Subject.CLIENT,
        client="id",
        erase="blank",
        readers=READERS,
        undoable=True,
        work_of="client",
    )

    class Meta(RegionModel.Meta):
        indexes = [
            models.Index(fields=["account_id", "updated_at"], name="clients_changed"),
            models.Index(fields=["account_id", "email_index"], name="clients_by_email"),
            models.Index(fields=["account_id", "phone_index"], name="clients_by_phone"),
            models.Index(
                fields=["account_id", "alias_of"],
                name="clients_merged",
                condition=models.Q(alias_of__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(alias_of=None) | ~models.Q(alias_of=models.F("id")),
                name="no_alias_of_itself",
            )
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def person_id(self) -> UUID:
        """The id of the record that this one stands for: its own unless it was merged."""
        found: UUID = self.alias_of_id or self.pk
        return found

    @property
    def stands_for(self) -> Client:
        """The record of the person: this one unless it was merged, or the other one is out of the reader's sight."""
        try:
            found: Client | None = self.alias_of
        except Client.DoesNotExist:
            found = None
        return found or self

    @property
    def full_name(self) -> str:
        """Given and family name as they are written."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def called(self) -> str:
        """The name to address the person by."""
        return str(self.preferred_name or self.given_name)
