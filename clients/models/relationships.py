"""Who stands by a client, and what they may do for them: one row for each direction (features B7)."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

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
from privacy.vocabulary.fields import EncryptedCharField, EncryptedDateField
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class Relationship(RegionModel):
    """That a client or contact stands by `client`, as their `kind`, and what they may do for them.

    Between two clients there are two rows of one `pair`, so that each direction has grants of its own. It is over when
    somebody ended it, on the day in `ends_on`, or when the client comes of age where `ends_at_adulthood`.
    """

    class Kind(models.TextChoices):
        PARENT = "parent", _("Parent")
        GUARDIAN = "guardian", _("Guardian")
        CARER = "carer", _("Carer")
        PARTNER = "partner", _("Partner")
        CHILD = "child", _("Child")
        OTHER = "other", _("Other")

    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="relationships"))
    other = operational(
        TenantForeignKey(Client, models.PROTECT, null=True, blank=True, related_name="stands_by")
    )
    contact = operational(
        TenantForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="stands_by")
    )
    pair = operational(models.UUIDField(null=True, blank=True, editable=False))
    kind = personal(
        EncryptedCharField(_("what they are to the client"), max_length=10, choices=Kind.choices),
        "user.relationships",
    )
    note = sensitive(EncryptedCharField(_("more about it"), max_length=200, blank=True, default=""))
    can_book = operational(models.BooleanField(_("book, move and cancel"), default=False))
    can_fill_forms = operational(models.BooleanField(_("fill in forms"), default=False))
    gets_messages = operational(models.BooleanField(_("get reminders and messages"), default=False))
    gets_receipts = operational(models.BooleanField(_("get receipts"), default=False))
    is_emergency = operational(models.BooleanField(_("called in an emergency"), default=False))
    ends_at_adulthood = operational(
        models.BooleanField(_("until the client comes of age"), default=False)
    )
    ends_on = personal(EncryptedDateField(_("until"), null=True, blank=True), "user.relationships")
    created_at = operational(models.DateTimeField(default=clock.now))
    ended_at = operational(models.DateTimeField(null=True, blank=True))

    counted_as = _("people who stand by them")
    data_policy = DataPolicy(Subject.CLIENT, client="client_id", erase="blank", work_of="client")

    class Meta(RegionModel.Meta):
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(other__isnull=False, contact=None)
                | models.Q(other=None, contact__isnull=False),
                name="one_who_stands_by",
            ),
            models.CheckConstraint(
                condition=models.Q(other=None) | ~models.Q(other=models.F("client")),
                name="nobody_stands_by_themselves",
            ),
            models.UniqueConstraint(
                fields=["account_id", "client", "other"],
                condition=models.Q(ended_at=None, other__isnull=False),
                name="one_relationship_of_clients",
            ),
            models.UniqueConstraint(
                fields=["account_id", "client", "contact"],
                condition=models.Q(ended_at=None, contact__isnull=False),
                name="one_relationship_of_contact",
            ),
        ]
        indexes = [
            models.Index(fields=["account_id", "client"], name="relationships_of_client"),
            models.Index(
                fields=["account_id", "other"],
                name="relationships_of_other",
                condition=models.Q(other__isnull=False),
            ),
            models.Index(
                fields=["account_id", "contact"],
                name="relationships_of_contact",
                condition=models.Q(contact__isnull=False),
            ),
        ]


class FamilySettings(RegionModel):
    """From which age on nobody acts for a client as a parent or guardian; without a row the country's age."""

    adult_age = operational(
        models.PositiveSmallIntegerField(
            _("age of adulthood"),
            null=True,
            blank=True,
            validators=[MinValueValidator(12), MaxValueValidator(25)],
        )
    )

    data_policy = DataPolicy(Subject.SYSTEM)

    class Meta(RegionModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account_id"], name="one_family_settings")]
