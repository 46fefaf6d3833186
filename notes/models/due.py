"""Whom a practitioner has seen and not written about yet."""

from __future__ import annotations

from django.db import models

from accounts.models import Practitioner
from bookings.models import Appointment, Attendee
from clients.models import Client
from privacy.vocabulary.classification import DataPolicy, Subject, operational
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class DueNote(RegionModel):
    """That somebody was seen and no note is about it: kept by the database itself as visits, notes and people change.

    Every page counts these, so they stand ready instead of being found anew among all visits. `id` is the attendee's.
    """

    attendee = operational(TenantForeignKey(Attendee, models.CASCADE, related_name="due_notes"))
    appointment = operational(TenantForeignKey(Appointment, models.CASCADE, related_name="+"))
    practitioner = operational(TenantForeignKey(Practitioner, models.CASCADE, related_name="+"))
    client = operational(TenantForeignKey(Client, models.CASCADE, related_name="+"))
    starts_at = operational(models.DateTimeField())

    data_policy = DataPolicy(
        Subject.CLIENT,
        client="client_id",
        export="worked out from the visits and notes that are here",
        deletable=True,
        while_restricted="go_on",
    )

    class Meta(RegionModel.Meta):
        indexes = [
            models.Index(fields=["account_id", "practitioner", "starts_at"], name="notes_due"),
            models.Index(fields=["account_id", "appointment"], name="notes_due_of_appointment"),
        ]
