"""How a person who books online is known to be a client."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Member
from clients.models.record import Client
from privacy.vocabulary import clock
from privacy.vocabulary.classification import DataPolicy, Subject, operational
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


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

    data_policy = DataPolicy(
        Subject.CLIENT,
        client="client_id",
        record="a key to the booking page, kept as a hash alone",
    )

    class Meta(RegionModel.Meta):
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["account_id", "digest"], name="one_booking_code")
        ]
        indexes = [models.Index(fields=["account_id", "client"], name="booking_codes_of_client")]
