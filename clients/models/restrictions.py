"""What must not be done with a client's data for the time being."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.models.record import Client
from privacy.vocabulary import clock
from privacy.vocabulary.classification import DataPolicy, Subject, operational, sensitive
from privacy.vocabulary.fields import EncryptedCharField, EncryptedTextField
from privacy.vocabulary.placement import RegionModel, TenantForeignKey
from privacy.vocabulary.scope import ActorKind


class Restriction(RegionModel):
    """A client's data are only stored, or some uses of them have stopped, until it is lifted (DS-8, promise P5).

    A person with several records has a row for each; the rows of one decision share `decision`. `allows`: the areas of
    work that go on although the data are restricted; `against`: the uses that an objection stops. The database refuses
    what a standing row is against, and every change of a row but lifting it.
    """

    class Kind(models.TextChoices):
        OBJECTION = "objection", _("Objection")
        RESTRICTION = "restriction", _("Data only stored")

    class Use(models.TextChoices):
        MESSAGES = "messages", _("Reminders and other messages about appointments")
        OFFERS = "offers", _("Offers from the waiting list")
        FORMS = "forms", _("Forms by link")
        SHARING = "sharing", _("Programs and calendar feeds that the practice connected")

    class Area(models.TextChoices):
        BOOKING = "booking", _("Appointments: booked, moved, cancelled, attended")
        CARE = "care", _("Notes, files, forms and the record itself")

    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="restrictions"))
    decision = operational(models.UUIDField())
    kind = operational(models.CharField(max_length=11, choices=Kind.choices))
    allows = operational(models.JSONField(default=list, blank=True))
    against = operational(models.JSONField(default=list, blank=True))
    reason = sensitive(EncryptedTextField(_("reason")))
    since = operational(models.DateTimeField(default=clock.now))
    by_kind = operational(models.CharField(max_length=8, default=ActorKind.SYSTEM))
    by_id = operational(models.UUIDField(null=True, blank=True))
    # of the request by which it came; no key leads upwards
    case_id = operational(models.UUIDField(null=True, blank=True))
    lifted_at = operational(models.DateTimeField(null=True, blank=True))
    lifted_by = operational(models.UUIDField(null=True, blank=True))
    lifted_because = sensitive(
        EncryptedCharField(_("why it was lifted"), max_length=300, blank=True, default="")
    )

    counted_as = _("restrictions and objections")
    data_policy = DataPolicy(Subject.CLIENT, client="client_id", closing=True)

    class Meta(RegionModel.Meta):
        verbose_name = _("restriction")
        ordering = ["-since", "-id"]
        indexes = [
            models.Index(
                fields=["account_id", "client"],
                name="restrictions_that_stand",
                condition=models.Q(lifted_at__isnull=True),
            ),
            models.Index(fields=["account_id", "decision"], name="restrictions_of_decision"),
        ]
