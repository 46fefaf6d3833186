"""Groups: a session has its own time and so many places; each client has a place and never learns of the others."""

from bookings.groups.places import Full, call_off, join, leave
from bookings.groups.room import places_left, session_at
from bookings.groups.sessions import Session, schedule, sessions

__all__ = [
    "Full",
    "Session",
    "call_off",
    "join",
    "leave",
    "places_left",
    "schedule",
    "session_at",
    "sessions",
]
