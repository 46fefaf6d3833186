"""Every occurrence of a series is checked before any is booked or moved: the clocks, other visits, hours, time away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from accounts.models import Location, Practitioner
from bookings.appointments.conflicts import Conflict, conflicts, overlapping
from bookings.appointments.drafting import Agreed, agreed, draft
from bookings.availability import free
from bookings.availability.wall_time import NonexistentTime
from bookings.models import Appointment, Service, ServiceNeed
from bookings.openings.away import away
from bookings.openings.finding import schedule_of
from bookings.series.recurrence import Repeat, dates


@dataclass(slots=True)
class Planned:
    """One occurrence as it would be: `visit` is not saved; None when the clocks jump over its time."""

    number: int
    day: date
    starts_local: datetime
    visit: Appointment | None
    missing: str = ""
    conflicts: list[Conflict] = field(default_factory=list)
    is_outside: bool = False
    away: str = ""

    @property
    def is_free(self) -> bool:
        """Whether nothing speaks against it."""
        return self.visit is not None and not self.conflicts and not self.is_outside


def plan(
    *,
    practitioner: Practitioner,
    service: Service,
    location: Location,
    starts_local: datetime,
    repeat: Repeat,
    changed: dict[int, datetime] | None = None,
    people: Sequence[UUID] = (),
) -> list[Planned]:
    """Return every occurrence of a rule with what stands in its way, without saving any.

    `changed` gives occurrences, by number from 1, another wall time than the rule's. What `people` have then stands in
    the way as well.
    """
    terms = agreed(service, practitioner)
    found = [
        _planned(
            number,
            day,
            (changed or {}).get(number, datetime.combine(day, starts_local.time())),
            (practitioner, service, location, terms),
        )
        for number, day in enumerate(dates(repeat), start=1)
    ]
    check(found, practitioner, location, people=people)
    return found


def check(
    found: Sequence[Planned],
    practitioner: Practitioner,
    location: Location,
    leaving_out: Collection[UUID] = (),
    people: Sequence[UUID] = (),
) -> None:
    """Write on each occurrence what it would overlap, its own series included, and whether it lies outside hours.

    Which holiday or time away is the cause is asked only when one lies outside.
    """
    visits = [each.visit for each in found if each.visit is not None]
    if not visits:
        return
    taken = overlapping(visits, location.time_zone, leaving_out, people)
    needs = ServiceNeed.objects.filter(service_id=visits[0].service_id).exists()
    first = min(each.starts_local for each in found).date()
    last = max(each.starts_local for each in found).date()
    schedule = schedule_of([practitioner], location, first, last, at_desk=True)
    opened = free.open_ranges(schedule, first_day=first, last_day=last)
    ranges = [each for some in opened.values() for each in some]
    for each in found:
        if each.visit is None:
            continue
        # One statement for all of them, unless rooms or equipment have to be asked for as well
        there = conflicts(each.visit, location.time_zone) if needs else []
        met = {other.id for other in taken[each.visit.pk]}
        each.conflicts = taken[each.visit.pk] + [other for other in there if other.id not in met]
        starts, ends = each.visit.starts_at, each.visit.ends_at
        each.is_outside = not any(start <= starts and ends <= end for start, end in ranges)
    outside = [each for each in found if each.is_outside]
    if outside:
        _name_causes(outside, practitioner, location)


def _name_causes(outside: list[Planned], practitioner: Practitioner, location: Location) -> None:
    days = [each.starts_local.date() for each in outside]
    causes = away([practitioner.pk], location, min(days), max(days))
    for each in outside:
        if each.visit is None:
            continue
        starts, ends = each.visit.starts_at, each.visit.ends_at
        each.away = next(
            (cause.label for cause in causes if cause.starts_at < ends and cause.ends_at > starts),
            "",
        )


def _planned(
    number: int,
    day: date,
    starts_local: datetime,
    what: tuple[Practitioner, Service, Location, Agreed],
) -> Planned:
    practitioner, service, location, terms = what
    try:
        visit = draft(practitioner, service, location, starts_local, terms)
    except NonexistentTime as missing:
        return Planned(number, day, starts_local, None, str(missing.advice))
    return Planned(number, day, starts_local, visit)
