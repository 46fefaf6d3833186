"""When somebody is busy, read from a calendar file (RFC 5545). Pure: bytes come in, ranges of instants go out.

Only times are looked at, never words. An event counts unless it is cancelled or marked as free (transparent). Whole
days and times without a zone are those on the wall of the practitioner's zone.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import recurring_ical_events
from icalendar import Calendar

from bookings.availability.ranges import Range, clip, union
from bookings.availability.wall_time import ONE_DAY, day_bounds, first_instant

# A rule that would have to be followed for longer than this is refused; a daily one since 1970 takes 20,000 steps
MOST_STEPS = 2_000_000
MOST_EVENTS = 20_000
_STEPS_A_YEAR = {"DAILY": 366, "WEEKLY": 371, "MONTHLY": 372, "YEARLY": 366}
_PARTS_OF_A_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")


class Unreadable(ValueError):
    """The file can't be used; `reason` is a code for people to be told by and holds nothing of the file."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def busy_times(file: bytes, zone: str, first: date, last: date) -> list[Range]:
    """Return when a calendar is busy on local dates of a zone, both included, in order and without overlaps.

    Raises `Unreadable`.
    """
    bounds = day_bounds(first, zone).starts_at, day_bounds(last, zone).ends_at
    found: list[Range] = []
    for calendar in _calendars(file):
        try:
            # A day more on both sides: whole days are asked for in no zone at all
            rows = recurring_ical_events.of(calendar).between(
                bounds[0] - ONE_DAY, bounds[1] + ONE_DAY
            )
        except Exception as error:
            raise Unreadable("an event") from error
        found += [span for row in rows if (span := _span(row, zone))]
    return clip(union(found), *bounds)


def _calendars(file: bytes) -> list[Any]:
    try:
        found = Calendar.from_ical(file.decode("utf-8-sig"), multiple=True)
    except Exception as error:
        raise Unreadable("not a calendar") from error
    calendars = [each for each in found if isinstance(each, Calendar)]
    if not calendars:
        raise Unreadable("not a calendar")
    events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    if len(events) > MOST_EVENTS or sum(_steps(event) for event in events) > MOST_STEPS:
        raise Unreadable("too much")
    return calendars


def _steps(event: Any) -> int:
    """Return how many steps an event's rules would take at most: a rule can be made to run for hours."""
    rules = event.get("RRULE") or []
    return sum(_steps_of(rule, event) for rule in (rules if isinstance(rules, list) else [rules]))


def _steps_of(rule: Any, event: Any) -> int:
    often = str((rule.get("FREQ") or [""])[0]).upper()
    if often not in _STEPS_A_YEAR or any(len(rule.get(part) or []) > 1 for part in _PARTS_OF_A_DAY):
        return MOST_STEPS + 1
    start = getattr(event.get("DTSTART"), "dt", None)
    years = 2100 - (start.year if isinstance(start, date) else 2000)
    is_plain = not any(name.startswith("BY") for name in rule)
    by_year = 1 if often == "YEARLY" and is_plain else _STEPS_A_YEAR[often]
    return max(1, years) * by_year


def _span(event: Any, zone: str) -> Range | None:
    """Return when an event keeps somebody busy, or None when it doesn't."""
    if str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
        return None
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return None
    try:
        starts, ends = event["DTSTART"].dt, event["DTEND"].dt
    except (KeyError, AttributeError) as error:
        raise Unreadable("an event") from error
    span = _instant(starts, zone), _instant(ends, zone)
    return span if timedelta() < span[1] - span[0] else None


def _instant(edge: date | datetime, zone: str) -> datetime:
    if not isinstance(edge, datetime):
        return day_bounds(edge, zone).starts_at
    if edge.tzinfo is None:
        return first_instant(edge, zone)
    return edge.astimezone(UTC)
