"""Episodes of care with what a referral or funder allows of them (features B8)."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.models.contacts import Contact
from clients.models.record import Client
from privacy.vocabulary import clock
from privacy.vocabulary.classification import DataPolicy, Subject, operational, sensitive
from privacy.vocabulary.fields import EncryptedCharField, EncryptedDateField, EncryptedTextField
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class Case(RegionModel):
    """An episode of care. Its caps warn before they are passed and never stop a booking; appointments name their case.

    Cancelled and missed visits count towards the caps only where the funder counts them.
    """

    class Kind(models.TextChoices):
        GP = "gp", _("From a general practitioner")
        SPECIALIST = "specialist", _("From a specialist")
        FUNDER = "funder", _("From an insurer or funder")
        OTHER = "other", _("From somebody else")

    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="cases"))
    name = sensitive(EncryptedCharField(_("name"), max_length=120))
    referral = operational(
        models.CharField(_("referral"), max_length=10, choices=Kind.choices, blank=True, default="")
    )
    referrer = operational(
        TenantForeignKey(
            Contact, models.PROTECT, null=True, blank=True, related_name="referred_cases"
        )
    )
    number = sensitive(
        EncryptedCharField(_("referral or claim number"), max_length=60, blank=True, default="")
    )
    issued_on = sensitive(EncryptedDateField(_("issued on"), null=True, blank=True))
    expires_on = operational(models.DateField(_("expires on"), null=True, blank=True))
    max_sessions = operational(
        models.PositiveIntegerField(
            _("most sessions"), null=True, blank=True, validators=[MinValueValidator(1)]
        )
    )
    max_amount_minor = operational(
        models.PositiveIntegerField(
            _("highest amount"), null=True, blank=True, validators=[MinValueValidator(1)]
        )
    )
    currency = operational(models.CharField(max_length=3, blank=True, default=""))
    counts_cancelled = operational(models.BooleanField(_("cancelled visits count"), default=False))
    counts_missed = operational(models.BooleanField(_("missed visits count"), default=False))
    notes = sensitive(EncryptedTextField(_("notes"), max_length=2000, blank=True, default=""))
    created_at = operational(models.DateTimeField(default=clock.now))
    closed_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.CLIENT, client="client_id", work_of="client")

    class Meta(RegionModel.Meta):
        indexes = [
            models.Index(fields=["account_id", "client"], name="cases_of_client"),
            models.Index(
                fields=["account_id", "referrer"],
                name="cases_of_referrer",
                condition=models.Q(referrer__isnull=False),
            ),
        ]
