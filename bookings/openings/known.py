"""Time away and public holidays as rows tell them; all else about the time of practitioners is in `facts`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import FilteredRelation, Q

from accounts.models import Location
from bookings.availability.repeat import Repeat, Spell
from bookings.availability.wall_time import ONE_DAY, day_bounds
from bookings.models import Absence
from bookings.openings import public_holidays

# The longest service and its buffers; lets the index on the start find what reaches into a day
REACH = timedelta(days=2)
# The longest time away there can be; see `time_off`
LONGEST = timedelta(days=366)


def away_rows(ids: Iterable[UUID], location: Location | None, first: date, last: date) -> Any:
    """Return the rows of time away that can touch some dates, of these practitioners or of all."""
    places = Q() if location is None else Q(location=None) | Q(location_id=location.pk)
    return Absence.objects.filter(
        Q(practitioner=None) | Q(practitioner_id__in=list(ids)),
        Q(every_weeks=None, last_day__gte=first - ONE_DAY)
        | Q(every_weeks__isnull=False, until=None)
        | Q(every_weeks__isnull=False, until__gte=first - LONGEST),
        places,
        first_day__lte=last + ONE_DAY,
    )


def spell_of(row: Absence) -> Spell:
    """Return what a row of time away says, for the arithmetic."""
    return Spell(
        row.time_zone,
        row.first_day,
        row.last_day,
        row.starts,
        row.ends,
        Repeat(row.every_weeks, row.until),
    )


@dataclass(frozen=True, slots=True)
class Closed:
    """A public holiday on which a location is closed."""

    location: UUID
    day: date
    name: str
    starts_at: datetime
    ends_at: datetime


def closed_holidays(locations: Q, first: date, last: date) -> list[Closed]:
    """Return the public holidays of some dates that locations keep, less those on which they open all the same."""
    rows = (
        Location.objects.filter(locations, holiday_calendars__isnull=False)
        .annotate(
            opens=FilteredRelation(
                "open_holidays", condition=Q(open_holidays__day__range=(first, last))
            )
        )
        .order_by()
        .values_list(
            "pk",
            "time_zone",
            "holiday_calendars__country",
            "holiday_calendars__subdivision",
            "opens__day",
        )
    )
    kept: dict[UUID, tuple[str, str, str]] = {}
    opens: dict[UUID, set[date]] = defaultdict(set)
    for pk, zone, country, part, day in rows:
        kept[pk] = (zone, country, part)
        opens[pk].add(day)
    return [
        Closed(pk, day, name, bounds.starts_at, bounds.ends_at)
        for pk, (zone, country, part) in kept.items()
        for day, name in public_holidays.between(country, part, first, last).items()
        if day not in opens[pk] and (bounds := day_bounds(day, zone))
    ]
