"""Whom a free time suits: arithmetic over plain values, which are loaded elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from bookings.availability.ranges import Range

DAY_MINUTES = 24 * 60
MOST_A_WEEK = 3
WEEK = timedelta(days=7)
# How long before it begins a time can still be offered, and then be taken
LEAST_NOTICE = timedelta(minutes=30)


class Window(NamedTuple):
    """A stretch of a weekday (ISO, Monday 1) in which a visit may begin, in minutes after midnight, the end outside."""

    weekday: int
    starts: int
    ends: int


class Wish(NamedTuple):
    """With whom and where somebody would come; None: with anyone, anywhere."""

    practitioner: UUID | None
    location: UUID | None


@dataclass(frozen=True, slots=True)
class Time:
    """An opening of a service: as long as the service takes with that practitioner. `local_start` is wall time."""

    service: UUID
    practitioner: UUID
    location: UUID
    starts_at: datetime
    ends_at: datetime
    local_start: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody on the list waits for.

    No wishes: anyone, anywhere; no windows: any time. `before` is the start of the booking that they would give up:
    only an earlier time is of use. `busy` is what else they have. `known` are times (practitioner and start) that they
    were offered before.
    """

    entry: UUID
    service: UUID
    since: date | None
    until: date
    created_at: datetime
    is_urgent: bool = False
    wishes: Sequence[Wish] = ()
    windows: Sequence[Window] = ()
    before: datetime | None = None
    busy: Sequence[Range] = ()
    known: frozenset[tuple[UUID, datetime]] = frozenset()


def suits(wanted: Wanted, free: Time) -> bool:
    """Tell whether somebody could come at a free time and wants to."""
    return (
        wanted.service == free.service
        and _is_wished(wanted, free)
        and _is_in_days(wanted, free)
        and _is_in_windows(wanted, free)
        and (wanted.before is None or free.starts_at < wanted.before)
        and not any(begins < free.ends_at and ends > free.starts_at for begins, ends in wanted.busy)
        and (free.practitioner, free.starts_at) not in wanted.known
    )


def best_of(wanted: Wanted, times: Iterable[Time], near: datetime) -> Time | None:
    """Return the time that suits and begins closest to `near`, the earlier of two as close; None when none does."""
    fitting = (free for free in times if suits(wanted, free))
    return min(fitting, key=lambda free: (abs(free.starts_at - near), free.starts_at), default=None)


def turn(wanted: Wanted) -> tuple[bool, datetime, UUID]:
    """Return what to sort by: urgent ones first, then who has waited longest."""
    return (not wanted.is_urgent, wanted.created_at, wanted.entry)


class Cap:
    """Why somebody gets no more offers for now."""

    TODAY = "today"
    WEEK = "week"


def cap(offered_on: Iterable[date], today: date) -> str:
    """Return the `Cap` that offers made on these local dates have reached, or "": one a day, three in seven days."""
    lately = [day for day in offered_on if today - WEEK < day <= today]
    if today in lately:
        return Cap.TODAY
    return Cap.WEEK if len(lately) >= MOST_A_WEEK else ""


def held_until(now: datetime, starts_at: datetime, hold: timedelta) -> datetime | None:
    """Return until when an offer is held: so long, but ending in time before the visit; None when it is too late."""
    last = starts_at - LEAST_NOTICE
    return min(now + hold, last) if last > now else None


def windows_of(rows: Iterable[Sequence[Any]]) -> list[Window]:
    """Return windows from what an entry keeps: `[weekday, "09:00", "12:00"]`, midnight at the end being "24:00"."""
    return [Window(int(day), _minutes(starts), _minutes(ends)) for day, starts, ends in rows]


def rows_of(windows: Iterable[Window]) -> list[list[Any]]:
    """Return windows as an entry keeps them; the reverse of `windows_of`."""
    return [[each.weekday, _words(each.starts), _words(each.ends)] for each in sorted(windows)]


def _is_wished(wanted: Wanted, free: Time) -> bool:
    if not wanted.wishes:
        return True
    return any(
        wish.practitioner in (None, free.practitioner) and wish.location in (None, free.location)
        for wish in wanted.wishes
    )


def _is_in_days(wanted: Wanted, free: Time) -> bool:
    day = free.local_start.date()
    return day <= wanted.until and (wanted.since is None or wanted.since <= day)


def _is_in_windows(wanted: Wanted, free: Time) -> bool:
    if not wanted.windows:
        return True
    at: time = free.local_start.time()
    minute, weekday = at.hour * 60 + at.minute, free.local_start.isoweekday()
    return any(
        window.weekday == weekday and window.starts <= minute < window.ends
        for window in wanted.windows
    )


def _minutes(words: str) -> int:
    hours, minutes = words.split(":")
    return int(hours) * 60 + int(minutes)


def _words(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
