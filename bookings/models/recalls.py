"""Clients whom the practice wants to see again, and when (features B10)."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.models.appointments import Attendee
from clients.models import Client
from privacy.vocabulary import clock
from privacy.vocabulary.classification import DataPolicy, Subject, operational, sensitive
from privacy.vocabulary.fields import EncryptedCharField
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class RecallType(RegionModel):
    """What people are called back for: a check after six months, new orthotics."""

    name = operational(models.CharField(_("name"), max_length=60))
    months = operational(
        models.PositiveIntegerField(
            _("after how many months"),
            default=6,
            validators=[MinValueValidator(1), MaxValueValidator(120)],
        )
    )
    position = operational(models.PositiveIntegerField(default=0))
    archived_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.SYSTEM)

    class Meta(RegionModel.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["account_id", "name"], name="one_recall_type")
        ]

    def __str__(self) -> str:
        return str(self.name)


class Recall(RegionModel):
    """That a client is to be called back by a day; `attendee` is the visit it came to. A cancelled one opens it again."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CONTACTED = "contacted", _("Contacted")
        BOOKED = "booked", _("Booked")
        DISMISSED = "dismissed", _("Dismissed")

    WAITING = (State.OPEN, State.CONTACTED)

    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="recalls"))
    kind = operational(TenantForeignKey(RecallType, models.PROTECT, related_name="recalls"))
    due_on = operational(models.DateField(_("due on")))
    state = operational(models.CharField(max_length=10, choices=State.choices, default=State.OPEN))
    state_at = operational(models.DateTimeField(default=clock.now))
    attendee = operational(
        TenantForeignKey(Attendee, models.PROTECT, null=True, blank=True, related_name="recalls")
    )
    note = sensitive(EncryptedCharField(_("note"), max_length=300, blank=True, default=""))
    created_at = operational(models.DateTimeField(default=clock.now))

    data_policy = DataPolicy(Subject.CLIENT, client="client_id")

    class Meta(RegionModel.Meta):
        indexes = [
            models.Index(fields=["account_id", "client"], name="recalls_of_client"),
            models.Index(
                fields=["account_id", "due_on"],
                name="recalls_due",
                condition=models.Q(state__in=["open", "contacted"]),
            ),
            models.Index(
                fields=["account_id", "attendee"],
                name="recalls_of_visit",
                condition=models.Q(attendee__isnull=False),
            ),
        ]
