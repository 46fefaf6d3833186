"""Time away as the diary draws it: absences, closures, public holidays and what is busy elsewhere, on the wall of a zone.

The diary reads with what it reads anyway (holidays with the locations, busy time with the appointments), so that a page
stays within its statements; `bookings.openings.away` says the same to everybody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from accounts.time_zones import zone_info
from bookings.availability.repeat import instants
from bookings.availability.wall_time import ONE_DAY, day_bounds
from bookings.models import Absence
from bookings.openings import known, public_holidays

ICONS: dict[str, str] = {
    Absence.Kind.HOLIDAY: "sun",
    Absence.Kind.CLOSED: "ban",
    Absence.Kind.BREAK: "pause",
}


@dataclass(frozen=True, slots=True)
class Calendar:
    """The public holidays that a location keeps, less the days on which it opens all the same."""

    location: UUID
    zone: str
    country: str
    part: str
    opens: frozenset[date]


@dataclass(frozen=True, slots=True)
class Kept:
    """What was read of time away with the locations: holidays kept, and whether anybody is ever away."""

    calendars: list[Calendar]
    has_absences: bool


@dataclass(frozen=True, slots=True)
class Away:
    """That somebody, or everybody (None), is away at a location, or everywhere (None), from one wall time to another."""

    practitioner: UUID | None
    location: UUID | None
    starts: datetime
    ends: datetime
    label: str
    icon: str
    is_elsewhere: bool = False

    def is_of(self, practitioner: UUID, location: UUID | None) -> bool:
        """Whether it takes this person's time, at this location or (None) wherever they work."""
        return self.practitioner in (None, practitioner) and (
            None in (self.location, location) or self.location == location
        )


def closing(found: Iterable[Away], day: date, places: set[UUID]) -> list[str]:
    """Return what the whole of a day is closed for at all of these places, each word once."""
    since, until = datetime.combine(day, time()), datetime.combine(day + ONE_DAY, time())
    whole = [
        each
        for each in found
        if each.practitioner is None and each.starts <= since and each.ends >= until
    ]
    where = {each.location for each in whole}
    if None in where or (places and places <= where):
        return list(dict.fromkeys(each.label for each in whole))
    return []


def away(
    practitioners: Iterable[UUID],
    location: UUID | None,
    keeps: Kept,
    days: list[date],
    zone: str,
) -> list[Away]:
    """Return who is away on some days, in order of time: one statement, and none while nobody ever is."""
    info = zone_info(zone)

    def wall(at: datetime) -> datetime:
        return at.astimezone(info).replace(tzinfo=None)

    rows: Iterable[Absence] = ()
    if keeps.has_absences:
        rows = known.away_rows(practitioners, None, days[0], days[-1]).order_by()
    found = [
        Away(
            row.practitioner_id,
            row.location_id,
            wall(starts_at),
            wall(ends_at),
            str(row.label) or str(row.get_kind_display()),
            ICONS.get(row.kind, "user"),
        )
        for row in rows
        if location is None or row.location_id in (None, location)
        for starts_at, ends_at in instants(known.spell_of(row), days[0], days[-1])
    ]
    found += [
        Away(None, each.location, wall(bounds.starts_at), wall(bounds.ends_at), name, "sun")
        for each in keeps.calendars
        if location in (None, each.location)
        for day, name in public_holidays.between(each.country, each.part, days[0], days[-1]).items()
        if day not in each.opens and (bounds := day_bounds(day, each.zone))
    ]
    return sorted(found, key=lambda each: (each.starts, each.ends))
