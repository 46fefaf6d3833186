"""What a clinical note keeps in place: a visit that has one is never changed or cancelled along with its series."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from bookings.series.reach import keeps
from notes.models import Note


@keeps
def noted(appointments: Collection[UUID]) -> set[UUID]:
    """Return those of the appointments that a note is about."""
    rows = Note.objects.filter(appointment_id__in=appointments)
    return set(rows.values_list("appointment_id", flat=True))
