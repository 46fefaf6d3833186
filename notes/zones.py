"""In whose time a note is dated: the appointment's, else that of the practice's first location."""

from __future__ import annotations

from accounts.practice_settings import zone as practice_zone
from notes.models import Note


def zone_of(note: Note) -> str:
    """Return the IANA zone in which a note is dated."""
    if note.is_final and note.signed_zone:
        return note.signed_zone
    return note.appointment.time_zone if note.appointment else practice_zone()
