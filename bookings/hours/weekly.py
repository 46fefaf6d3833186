"""Weekly hours of a practitioner at a place: what they would become, what would clash.

Hours are wall time of their location. Within one place they never overlap. Hours in two places may: whoever is booked in
one is busy in the other, because no practitioner can be booked twice at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import combinations

from accounts import audit
from accounts.models import Location, Practitioner
from accounts.tenancy import everywhere
from bookings.models import WeeklyHours
from privacy.vocabulary.scope import Actor

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """From when to when on a weekday (ISO, Monday is 1), on the location's wall."""

    weekday: int
    starts: time
    ends: time

    def meets(self, other: Stretch) -> bool:
        """Whether the two share a moment; touching is not sharing."""
        return (
            self.weekday == other.weekday and self.starts < other.ends and other.starts < self.ends
        )


@dataclass(frozen=True, slots=True)
class Period:
    """From which date until which, both included; None is without an end on that side."""

    since: date | None = None
    until: date | None = None

    @property
    def bounds(self) -> tuple[date, date]:
        """Both dates, the open sides as the first and last there are."""
        return self.since or date.min, self.until or date.max

    def meets(self, other: Period) -> bool:
        """Whether the two share a date."""
        return self.bounds[0] <= other.bounds[1] and other.bounds[0] <= self.bounds[1]

    def has(self, day: date) -> bool:
        """Whether a date lies in the period."""
        return self.bounds[0] <= day <= self.bounds[1]


ALWAYS = Period()


@dataclass(frozen=True, slots=True)
class Kept:
    """Hours as they are kept: every week of a period."""

    stretch: Stretch
    period: Period


@dataclass(frozen=True, slots=True)
class Change:
    """A week to keep in a period. `replacing` is the period whose hours it changes, None when it comes on top.

    `ends_earlier`: hours that reach into the new period end the day before it.
    """

    week: Sequence[Stretch]
    period: Period = ALWAYS
    replacing: Period | None = None
    ends_earlier: bool = False


class HoursClash(ValueError):
    """Two hours at one place overlap; `first` and `second` say which."""

    def __init__(self, first: Kept, second: Kept) -> None:
        super().__init__("Hours overlap.")
        self.first, self.second = first, second


def kept(practitioner: Practitioner, location: Location) -> list[Kept]:
    """Return the hours of a practitioner at a place."""
    rows = WeeklyHours.objects.filter(practitioner=practitioner, location=location)
    return [kept_in(row) for row in rows]


def kept_in(row: WeeklyHours) -> Kept:
    """Return what a row says."""
    return Kept(
        Stretch(row.weekday, row.starts, row.ends), Period(row.effective_from, row.effective_until)
    )


def changed(present: Iterable[Kept], change: Change) -> list[Kept]:
    """Return what the hours become. Pure."""
    stay = [each for each in present if each.period != change.replacing]
    if change.ends_earlier and change.period.since is not None:
        before = change.period.since - DAY
        stay = [
            _ended(each, before) if each.period.has(change.period.since) else each for each in stay
        ]
        stay = [each for each in stay if each.period.bounds[0] <= each.period.bounds[1]]
    return stay + [Kept(stretch, change.period) for stretch in change.week]


def clash(hours: Iterable[Kept]) -> tuple[Kept, Kept] | None:
    """Return two hours of one place that overlap on some date, or None. Pure."""
    ordered = sorted(hours, key=lambda each: (each.stretch, each.period.bounds))
    for one, other in combinations(ordered, 2):
        if one.stretch.meets(other.stretch) and _share_a_day(one, other):
            return one, other
    return None


def within(hours: Iterable[Kept], day: date, starts: time, minutes: int) -> bool:
    """Whether a time of `minutes` from a wall time of a date lies wholly inside hours. Pure."""
    at, end = _minutes(starts), _minutes(starts) + minutes
    for stretch in sorted(
        each.stretch
        for each in hours
        if each.stretch.weekday == day.isoweekday() and each.period.has(day)
    ):
        if _minutes(stretch.starts) <= at < _minutes(stretch.ends):
            at = min(end, _minutes(stretch.ends))
    return at >= end


@everywhere()
def set_week(
    *, by: Actor, practitioner: Practitioner, location: Location, change: Change
) -> list[Kept]:
    """Keep a week of hours; return all hours there. Appointments stay where they are. Raises `HoursClash`."""
    # The practitioner's row is the lock: two people who change hours at once must not pass the check together
    Practitioner.objects.select_for_update().get(pk=practitioner.pk)
    rows = list(WeeklyHours.objects.filter(practitioner=practitioner, location=location))
    present = [kept_in(row) for row in rows]
    wanted = changed(present, change)
    if found := clash(wanted):
        raise HoursClash(*found)
    gone = [row.pk for row, each in zip(rows, present, strict=True) if each not in wanted]
    new = [each for each in wanted if each not in present]
    if gone or new:
        WeeklyHours.objects.filter(pk__in=gone).delete()
        for each in new:
            _row(practitioner, location, each).save(force_insert=True)
        detail = {"location": str(location.pk), "removed": len(gone), "added": len(new)}
        audit.record("hours.changed", by=by, of=practitioner, detail=detail)
    return wanted


def _row(practitioner: Practitioner, location: Location, each: Kept) -> WeeklyHours:
    row = WeeklyHours(
        practitioner=practitioner,
        location=location,
        weekday=each.stretch.weekday,
        starts=each.stretch.starts,
        ends=each.stretch.ends,
        effective_from=each.period.since,
        effective_until=each.period.until,
    )
    row.full_clean(exclude=["practitioner", "location"])
    return row


def _ended(each: Kept, last: date) -> Kept:
    return Kept(each.stretch, Period(each.period.since, last))


def _share_a_day(one: Kept, other: Kept) -> bool:
    """Whether a date of their weekday lies in both periods, which may meet for a few days only."""
    first = max(one.period.bounds[0], other.period.bounds[0])
    last = min(one.period.bounds[1], other.period.bounds[1])
    until = (last - first).days
    return until >= 0 and (one.stretch.weekday - first.isoweekday()) % 7 <= until


def _minutes(wall: time) -> int:
    return wall.hour * 60 + wall.minute
