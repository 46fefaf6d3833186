"""In whose time a note is dated: the appointment's, else that of the practice's first location."""

from __future__ import annotations

from accounts.models import Location
from notes.models import Note

NO_LOCATION = "UTC"


def practice_zone() -> str:
    """Return the IANA zone of the active account's first location, UTC before it has one."""
    first = (
        Location.objects.filter(archived_at=None)
        .order_by("id")
        .values_list("time_zone", flat=True)
        .first()
    )
    return first or NO_LOCATION


def zone_of(note: Note) -> str:
    """Return the IANA zone in which a note is dated."""
    if note.is_final and note.signed_zone:
        return note.signed_zone
    return note.appointment.time_zone if note.appointment else practice_zone()
