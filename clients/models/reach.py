"""Further ways to reach a client: more phones and mail addresses than the first ones, which their record holds."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.models.record import Client, normalise_phone
from privacy.vocabulary.classification import DataPolicy, Subject, operational, personal
from privacy.vocabulary.fields import BlindIndexField, EncryptedCharField, normalise_text
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


def normalise_either(value: str) -> str:
    """Return a mail address or a phone number as blind indexes compare it."""
    return normalise_text(value) if "@" in value else normalise_phone(value)


class ContactPoint(RegionModel):
    """A phone number or mail address beside the first; found by its exact value like those."""

    class Kind(models.TextChoices):
        PHONE = "phone", _("Phone")
        EMAIL = "email", _("E-mail")

    class Use(models.TextChoices):
        MOBILE = "mobile", _("Mobile")
        HOME = "home", _("Home")
        WORK = "work", _("Work")
        OTHER = "other", _("Other")

    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="contact_points"))
    kind = operational(models.CharField(max_length=5, choices=Kind.choices))
    use = operational(models.CharField(max_length=8, choices=Use.choices, default=Use.MOBILE))
    value = personal(
        EncryptedCharField(_("number or address"), max_length=254, blind="value_index"),
        "user.contact",
    )
    value_index = personal(
        BlindIndexField(source="value", normalise=normalise_either),
        "user.contact",
        unsealed="keyed hash",
    )
    position = operational(models.PositiveIntegerField(default=0))

    counted_as = _("further phones and addresses")
    data_policy = DataPolicy(Subject.CLIENT, client="client_id", deletable=True, work_of="client")

    class Meta(RegionModel.Meta):
        ordering = ["position", "id"]
        indexes = [
            models.Index(fields=["account_id", "client"], name="contact_points_of_client"),
            models.Index(fields=["account_id", "value_index"], name="clients_by_contact_point"),
        ]
