"""Who looks after a client."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Practitioner
from clients.models.record import Client
from privacy.vocabulary import clock
from privacy.vocabulary.classification import DataPolicy, Subject, operational
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class Caring(RegionModel):
    """A practitioner looks after a client: a member who sees their own clients alone sees these (features A2).

    The database itself adds a row, or takes one up again, when the client is booked with somebody or a note is begun;
    staff add and end them by hand (`clients.caring`).
    """

    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="carings"))
    practitioner = operational(
        TenantForeignKey(Practitioner, models.CASCADE, related_name="carings")
    )
    since = operational(models.DateTimeField(default=clock.now))
    ended_at = operational(models.DateTimeField(null=True, blank=True))

    counted_as = _("practitioners who look after them")
    data_policy = DataPolicy(
        Subject.CLIENT,
        client="client_id",
        deletable=True,
        work_of="practitioner",
        while_restricted="go_on",
    )

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "client", "practitioner"], name="one_caring"
            )
        ]
        indexes = [
            models.Index(fields=["account_id", "practitioner"], name="caring_by_practitioner")
        ]
