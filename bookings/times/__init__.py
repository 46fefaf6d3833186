"""When nobody can be booked, and when somebody can besides weekly hours: time off, holidays, limits, other calendars."""

from bookings.times.drawn import Away, away

__all__ = ["Away", "away"]
