"""What the database knows about the time of some practitioners, one statement for each kind of fact."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, FilteredRelation, Q, QuerySet, Value
from django.db.models.functions import Cast

from accounts.models import Location, Practitioner
from accounts.time_zones import zone_info
from bookings import availability
from bookings.availability import Busy
from bookings.models import (
    Absence,
    Appointment,
    BusyTime,
    ExtraHours,
    Hold,
    Service,
    ServiceNeed,
    WeeklyHours,
)
from bookings.times import public_holidays
from bookings.times.repeat import Repeat, Spell, first_days, instants
from bookings.wall_time import ONE_DAY, day_bounds, first_instant
from privacy.vocabulary import clock

# The longest service and its buffers; lets the index on the start find what reaches into a day
REACH = timedelta(days=2)
# The longest time away there can be; see `time_off`
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Own:
    """What differs for one practitioner: the length of a service, and the limits they set for themself.

    `needs_room` is the service's own: known from the same statement, so that a practice without rooms asks no other.
    """

    minutes: int | None = None
    per_day: int | None = None
    per_week: int | None = None
    notice_minutes: int | None = None
    horizon_days: int | None = None
    needs_room: bool = False


def opened(
    ids: list[UUID], location: Location, first_day: date, last_day: date
) -> tuple[list[availability.WeeklyHours], list[availability.ExtraHours]]:
    """Return weekly and extra hours at a location; the extra ones that begin on these dates or a day beside."""
    weekly = WeeklyHours.objects.filter(practitioner_id__in=ids, location_id=location.pk)
    extra = ExtraHours.objects.filter(
        Q(every_weeks=None, day__gte=first_day - ONE_DAY) | Q(every_weeks__isnull=False),
        practitioner_id__in=ids,
        location_id=location.pk,
        day__lte=last_day + ONE_DAY,
    )
    edges = ("practitioner_id", "starts", "ends")
    number = models.IntegerField()
    rows = (
        weekly.order_by()
        .values_list(*edges, "effective_from", "effective_until")
        .annotate(on=F("weekday"), every=_nothing(number))
    )
    more = (
        extra.order_by()
        .values_list(*edges, "day", "until")
        .annotate(on=Cast(Value(0), number), every=F("every_weeks"))
    )
    found: tuple[list[availability.WeeklyHours], list[availability.ExtraHours]] = ([], [])
    zone = location.time_zone
    for who, starts, ends, since, until, weekday, every in rows.union(more, all=True).order_by():
        if weekday:
            found[0].append(
                availability.WeeklyHours(
                    who,
                    location.pk,
                    zone,
                    weekday,
                    starts,
                    ends,
                    since or date.min,
                    until or date.max,
                )
            )
            continue
        for day in first_days(since, Repeat(every, until), first_day - ONE_DAY, last_day + ONE_DAY):
            edge = (first_instant(datetime.combine(day, wall), zone) for wall in (starts, ends))
            found[1].append(availability.ExtraHours(who, location.pk, zone, *edge))
    return found


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


def absences(
    ids: list[UUID], location: Location, first: date, last: date
) -> list[availability.Absence]:
    """Return time away and closures that touch some dates at a location; what they are called stays sealed."""
    rows = away_rows(ids, location, first, last).order_by().defer("label")
    return [
        availability.Absence(row.practitioner_id, row.location_id, *span)
        for row in rows
        for span in instants(spell_of(row), first, last)
    ]


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


def taken(
    ids: list[UUID],
    zone: str,
    first_day: date,
    last_day: date,
    *,
    leaving_out: UUID | None = None,
    own_hold: bytes | None = None,
) -> tuple[list[Busy], dict[UUID, Counter[date]]]:
    """Return where practitioners are busy, and how many appointments and holds each has on local dates of whole weeks.

    Appointments, times busy elsewhere and holds that live, in one statement.
    """
    monday = first_day - timedelta(days=first_day.weekday())
    sunday = last_day + timedelta(days=6 - last_day.weekday())
    since = day_bounds(monday, zone).starts_at - REACH
    until = day_bounds(sunday, zone).ends_at + REACH
    theirs = Q(practitioner_id__in=ids, starts_at__lt=until)
    booked = Appointment.objects.filter(
        theirs, starts_at__gte=since, state__in=Appointment.LIVE
    ).exclude(pk=leaving_out)
    held = Hold.objects.filter(theirs, starts_at__gte=since, expires_at__gt=clock.now())
    if own_hold is not None:
        held = held.exclude(digest=own_hold)
    elsewhere = BusyTime.objects.filter(theirs, ends_at__gt=since)
    rows = _busy(booked, "busy_from", "busy_until", F("local_date"), F("starts_at")).union(
        _busy(held, "busy_from", "busy_until", _nothing(models.DateField()), F("starts_at")),
        _busy(
            elsewhere,
            "starts_at",
            "ends_at",
            _nothing(models.DateField()),
            _nothing(models.DateTimeField()),
        ),
        all=True,
    )
    busy: list[Busy] = []
    counts: dict[UUID, Counter[date]] = defaultdict(Counter)
    info = zone_info(zone)
    for who, starts, ends, day, start in rows.order_by():
        busy.append(Busy(who, starts, ends))
        if start is not None:
            counts[who][day or start.astimezone(info).date()] += 1
    return busy, counts


def own_of(ids: list[UUID], service: Service | None) -> dict[UUID, Own]:
    """Return what differs for each practitioner: their limits, and their length of a service."""
    offer = Q(offers__service_id=service.pk if service else None)
    rows = (
        Practitioner.objects.filter(pk__in=ids)
        .annotate(
            offer=FilteredRelation("offers", condition=offer),
            needs_room=Exists(ServiceNeed.objects.filter(service=service))
            if service
            else Value(value=False),
        )
        .order_by()
        .values_list(
            "pk",
            "offer__duration_minutes",
            "limits__most_per_day",
            "limits__most_per_week",
            "limits__notice_minutes",
            "limits__horizon_days",
            "needs_room",
        )
    )
    return {pk: Own(*values) for pk, *values in rows}


def _busy(rows: QuerySet[Any], starts: str, ends: str, day: Any, start: Any) -> Any:
    return rows.order_by().values_list("practitioner_id", starts, ends).annotate(day=day, at=start)


def _nothing(kind: models.Field[Any, Any]) -> Cast:
    """Return a NULL of a kind; in a union PostgreSQL must be told which."""
    return Cast(Value(None), kind)
