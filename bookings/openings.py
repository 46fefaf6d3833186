"""What can be booked: the rows of hours and bookings, handed to the arithmetic of `bookings.availability`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from accounts.models import Location, Practitioner
from accounts.time_zones import zone_info
from bookings import availability
from bookings.availability import Busy, Schedule, Slot, Terms
from bookings.models import Appointment, Service, WeeklyHours
from bookings.wall_time import day_bounds
from privacy.vocabulary import clock

# The longest service and its buffers; lets the index on the start find what reaches into a day
REACH = timedelta(days=2)
NEAR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Offer:
    """The slots of some local dates, and how many each date has; dates with hours but no slot left have 0."""

    slots: list[Slot]
    left: dict[date, int]


def openings(
    *,
    service: Service,
    practitioners: Iterable[Practitioner],
    location: Location,
    first_day: date,
    last_day: date,
    at_desk: bool = False,
    leaving_out: UUID | None = None,
) -> list[Slot]:
    """Return what can be booked on local dates of the location, both included, sorted by start.

    Respects the service's notice and horizon; `at_desk` lifts the notice. `leaving_out` is the appointment being moved.
    """
    first_day, last_day = _within_horizon(service, location, first_day, last_day)
    if last_day < first_day:
        return []
    schedule = schedule_of(practitioners, location, first_day, last_day, leaving_out=leaving_out)
    return availability.slots(
        schedule,
        terms_of(service, at_desk=at_desk),
        now=clock.now(),
        first_day=first_day,
        last_day=last_day,
    )


def offer(
    *,
    service: Service,
    practitioners: Iterable[Practitioner],
    location: Location,
    first_day: date,
    last_day: date,
    leaving_out: UUID | None = None,
) -> Offer:
    """Return the openings of local dates together with the count of each date that has hours."""
    first_day, last_day = _within_horizon(service, location, first_day, last_day)
    if last_day < first_day:
        return Offer([], {})
    schedule = schedule_of(practitioners, location, first_day, last_day, leaving_out=leaving_out)
    terms = terms_of(service)
    found = availability.slots(
        schedule, terms, now=clock.now(), first_day=first_day, last_day=last_day
    )
    opened = availability.open_ranges(schedule, first_day=first_day, last_day=last_day)
    zone = zone_info(location.time_zone)
    days = {start.astimezone(zone).date() for ranges in opened.values() for start, _end in ranges}
    left = dict.fromkeys(sorted(days), 0) | _starts_per_day(found)
    return Offer(found, dict(sorted(left.items())))


def first_day_open(
    *,
    service: Service,
    practitioners: Sequence[Practitioner],
    location: Location,
    after: date | None = None,
    leaving_out: UUID | None = None,
) -> date | None:
    """Return the first local date with an opening from `after` (today) on, or None within the horizon."""
    start = after or clock.today(location.time_zone)
    end = clock.today(location.time_zone) + timedelta(days=service.horizon_days)
    step = timedelta(days=13)
    while start <= end:
        found = openings(
            service=service,
            practitioners=practitioners,
            location=location,
            first_day=start,
            last_day=min(start + step, end),
            leaving_out=leaving_out,
        )
        if found:
            return found[0].local_start.date()
        start, step = start + step + timedelta(days=1), timedelta(days=60)
    return None


def nearest(
    *,
    service: Service,
    practitioners: Sequence[Practitioner],
    location: Location,
    wanted: datetime,
    at_desk: bool = False,
    leaving_out: UUID | None = None,
) -> list[Slot]:
    """Return the three openings closest to an instant, in order of time; fewer when the horizon has no more."""
    day = wanted.astimezone(zone_info(location.time_zone)).date()
    found: list[Slot] = []
    for reach in (NEAR, timedelta(days=service.horizon_days)):
        found = openings(
            service=service,
            practitioners=practitioners,
            location=location,
            first_day=day - reach,
            last_day=day + reach,
            at_desk=at_desk,
            leaving_out=leaving_out,
        )
        if len({slot.starts_at for slot in found}) >= 3:
            break
    return availability.nearest(found, wanted)


def terms_of(service: Service, *, at_desk: bool = False) -> Terms:
    """Return how a service is booked: online, or `at_desk` where notice doesn't count."""
    return Terms(
        duration=timedelta(minutes=service.duration_minutes),
        grid=timedelta(minutes=service.grid_minutes or 15),
        buffer_before=timedelta(minutes=service.buffer_before),
        buffer_after=timedelta(minutes=service.buffer_after),
        min_notice=timedelta(minutes=0 if at_desk else service.notice_minutes),
        horizon=timedelta(days=service.horizon_days),
    )


def schedule_of(
    practitioners: Iterable[Practitioner],
    location: Location,
    first_day: date,
    last_day: date,
    *,
    leaving_out: UUID | None = None,
) -> Schedule:
    """Return hours at one location and bookings anywhere, in two queries however long the history is."""
    ids = [practitioner.pk for practitioner in practitioners]
    hours = WeeklyHours.objects.filter(practitioner_id__in=ids, location_id=location.pk)
    return Schedule(
        hours=[
            availability.WeeklyHours(
                practitioner,
                location.pk,
                location.time_zone,
                weekday,
                starts,
                ends,
                since or date.min,
                until or date.max,
            )
            for practitioner, weekday, starts, ends, since, until in hours.order_by().values_list(
                "practitioner_id",
                "weekday",
                "starts",
                "ends",
                "effective_from",
                "effective_until",
            )
        ],
        busy=_busy(ids, location.time_zone, first_day, last_day, leaving_out),
    )


def _busy(
    ids: list[UUID], zone: str, first_day: date, last_day: date, leaving_out: UUID | None
) -> list[Busy]:
    live = Appointment.objects.filter(
        practitioner_id__in=ids,
        starts_at__gte=day_bounds(first_day, zone).starts_at - REACH,
        starts_at__lt=day_bounds(last_day, zone).ends_at + REACH,
        state__in=Appointment.LIVE,
    )
    if leaving_out is not None:
        live = live.exclude(pk=leaving_out)
    rows = live.order_by().values_list("practitioner_id", "busy_from", "busy_until")
    return [Busy(*row) for row in rows]


def _within_horizon(
    service: Service, location: Location, first_day: date, last_day: date
) -> tuple[date, date]:
    today = clock.today(location.time_zone)
    return max(first_day, today), min(last_day, today + timedelta(days=service.horizon_days + 1))


def _starts_per_day(found: Iterable[Slot]) -> dict[date, int]:
    """Count starting times, not slots: two practitioners free at nine are one time to choose."""
    starts = {slot.starts_at: slot.local_start.date() for slot in found}
    counts: dict[date, int] = {}
    for day in starts.values():
        counts[day] = counts.get(day, 0) + 1
    return counts
