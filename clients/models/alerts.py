"""What anyone who meets a client must know first."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.models.record import Client
from privacy.vocabulary import clock
from privacy.vocabulary.classification import DataPolicy, Subject, operational, sensitive
from privacy.vocabulary.fields import EncryptedCharField, EncryptedDateField
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class Alert(RegionModel):
    """Something that anyone who meets the client must know first; on `review_on` somebody looks whether it still holds.

    It is never rewritten: another text or kind is another alert, and the one before is resolved.
    """

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
    since = sensitive(EncryptedDateField(_("known since"), null=True, blank=True))
    review_on = operational(models.DateField(_("look at it again on"), null=True, blank=True))
    created_at = operational(models.DateTimeField(default=clock.now))
    resolved_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.CLIENT, client="client_id", work_of="client")

    class Meta(RegionModel.Meta):
        indexes = [models.Index(fields=["account_id", "client"], name="alerts_of_client")]
