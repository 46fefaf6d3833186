"""What can be booked: the rows of hours and bookings, handed to the arithmetic of `bookings.availability`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from accounts.models import Location, Practitioner
from accounts.time_zones import zone_info
from bookings.availability import free
from bookings.availability.fitting import Needs
from bookings.availability.ranges import Range
from bookings.availability.schedule import Cap, Schedule, Slot, Terms
from bookings.availability.thinning import thinned
from bookings.models import Service
from bookings.openings.facts import Asked, Facts, Own, facts
from bookings.openings.rooms import needs_of
from privacy.vocabulary import clock

NEAR = timedelta(days=7)
NOTHING_OWN = Own()


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
    own_hold: bytes | None = None,
) -> list[Slot]:
    """Return what can be booked on local dates of the location, both included, sorted by start.

    Takes everything into account: hours and extra hours, time away, closures and public holidays, limits, bookings
    and holds, time busy elsewhere, and each practitioner's own length of the service. `at_desk` lifts the notice.
    `leaving_out` is the appointment being moved, `own_hold` the digest of the asker's hold: neither is in its own way.
    """
    first_day, last_day = _within_horizon(service, location, first_day, last_day)
    if last_day < first_day:
        return []
    schedule = schedule_of(
        practitioners,
        location,
        first_day,
        last_day,
        service=service,
        at_desk=at_desk,
        leaving_out=leaving_out,
        own_hold=own_hold,
    )
    return free.slots(
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
    own_hold: bytes | None = None,
    not_at: datetime | None = None,
) -> Offer:
    """Return the openings of local dates as they are shown online, with the count of each date that has hours.

    Thinned when the service says so; a time that isn't shown can be booked all the same. Nothing is shown at `not_at`.
    """
    first_day, last_day = _within_horizon(service, location, first_day, last_day)
    if last_day < first_day:
        return Offer([], {})
    schedule = schedule_of(
        practitioners,
        location,
        first_day,
        last_day,
        service=service,
        leaving_out=leaving_out,
        own_hold=own_hold,
    )
    everything = free.slots(
        schedule, terms_of(service), now=clock.now(), first_day=first_day, last_day=last_day
    )
    everything = [slot for slot in everything if slot.starts_at != not_at]
    found = thinned(everything, service.most_shown)
    opened = free.open_ranges(schedule, first_day=first_day, last_day=last_day)
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
    own_hold: bytes | None = None,
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
            own_hold=own_hold,
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
    own_hold: bytes | None = None,
    busy: Sequence[Range] = (),
) -> list[Slot]:
    """Return the three openings closest to an instant, in order of time; fewer when the horizon has no more.

    None of them touches what is `busy` for another reason than the practitioner's.
    """
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
            own_hold=own_hold,
        )
        found = [
            slot
            for slot in found
            if not any(since < slot.ends_at and until > slot.starts_at for since, until in busy)
        ]
        if len({slot.starts_at for slot in found}) >= 3:
            break
    return free.nearest(found, wanted)


def terms_of(service: Service, *, at_desk: bool = False, own: Own = NOTHING_OWN) -> Terms:
    """Return how a service is booked: online, or `at_desk` where notice doesn't count.

    A practitioner's `own` length takes the service's place; of notice and horizon the stricter one holds.
    """
    notice = max(service.notice_minutes, own.notice_minutes or 0)
    horizon = service.horizon_days
    if own.horizon_days is not None:
        horizon = min(horizon, own.horizon_days)
    return Terms(
        duration=timedelta(minutes=own.minutes or service.duration_minutes),
        grid=timedelta(minutes=service.grid_minutes or 15),
        buffer_before=timedelta(minutes=service.buffer_before),
        buffer_after=timedelta(minutes=service.buffer_after),
        min_notice=timedelta(minutes=0 if at_desk else notice),
        horizon=timedelta(days=horizon),
    )


def schedule_of(
    practitioners: Iterable[Practitioner],
    location: Location,
    first_day: date,
    last_day: date,
    *,
    service: Service | None = None,
    at_desk: bool = False,
    leaving_out: UUID | None = None,
    own_hold: bytes | None = None,
) -> Schedule:
    """Return all that is known of practitioners' time at one location, in one statement however long the history is.

    With a `service`, each one's own terms for it stand in the schedule, and where it needs rooms or equipment, a second
    statement says when those are taken.
    """
    asked = Asked(
        [practitioner.pk for practitioner in practitioners],
        location,
        first_day,
        last_day,
        service,
        leaving_out,
        own_hold,
    )
    known = facts(asked)
    needs = Needs()
    if service is not None and any(own.needs_room for own in known.own.values()):
        needs = needs_of(
            service, location, first_day, last_day, leaving_out=leaving_out, own_hold=own_hold
        )
    return Schedule(
        hours=known.weekly,
        extra=known.extra,
        absences=known.absences,
        busy=known.busy,
        caps=_caps(known),
        terms={
            pk: terms_of(service, at_desk=at_desk, own=own)
            for pk, own in known.own.items()
            if service is not None
        },
        needs=needs,
    )


def _caps(known: Facts) -> list[Cap]:
    """Return the limits of those who have any, with what is booked already."""
    return [
        Cap(
            pk, own.per_day, own.per_week, Counter(day for who, day in known.booked_on if who == pk)
        )
        for pk, own in known.own.items()
        if (own.per_day, own.per_week) != (None, None)
    ]


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
