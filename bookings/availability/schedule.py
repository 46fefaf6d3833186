"""What is known of people's time, as the arithmetic takes it: hours, absences, bookings, limits and terms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from bookings.availability.fitting import Needs
from bookings.availability.wall_time import MIDNIGHT

NOTHING: Final = timedelta()


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Hours kept every week: wall time at a location, from one date until another, both included.

    `weekday` is ISO (Monday 1). An end at or before the start is on the next day: 18:00–00:00 ends
    at midnight, 00:00–00:00 is the whole day.
    """

    practitioner: UUID
    location: UUID
    zone: str
    weekday: int
    starts: time
    ends: time
    effective_from: date = date.min
    effective_until: date = date.max

    def __post_init__(self) -> None:
        if not 1 <= self.weekday <= 7:
            raise ValueError(f"Weekdays go from 1 (Monday) to 7 (Sunday), not {self.weekday}.")
        if self.starts == self.ends != MIDNIGHT:
            raise ValueError("Hours that end when they start are empty.")


@dataclass(frozen=True, slots=True)
class ExtraHours:
    """Hours on top of the weekly ones, once: two instants, at a location in a zone."""

    practitioner: UUID
    location: UUID
    zone: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Absence:
    """Time away or closed: of one practitioner or all (None), at one location or all (None)."""

    practitioner: UUID | None
    location: UUID | None
    starts_at: datetime
    ends_at: datetime


class Busy(NamedTuple):
    """A booking of a practitioner, wherever it is, already widened by its own buffers."""

    practitioner: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Cap:
    """The most appointments a practitioner takes in a local day and an ISO week (None: no limit).

    `booked` counts the appointments there are by local date; for the weekly limit it must cover
    the whole weeks of the dates asked about.
    """

    practitioner: UUID
    per_day: int | None
    per_week: int | None
    booked: Mapping[date, int]

    def is_full(self, day: date) -> bool:
        """Whether the limits leave no room for one more appointment on a local date."""
        if self.per_day is not None and self.booked.get(day, 0) >= self.per_day:
            return True
        if self.per_week is None:
            return False
        monday = day - timedelta(days=day.weekday())
        week = (monday + timedelta(days=ahead) for ahead in range(7))
        return sum(self.booked.get(each, 0) for each in week) >= self.per_week


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is known about the time of some practitioners; rows may come in any order.

    To move an appointment, leave it out of `busy` and of the caps: it never blocks its own move.
    `terms` are those of practitioners who are booked on other terms than the rest, `needs` the rooms and equipment
    that every slot must find free besides.
    """

    hours: Sequence[WeeklyHours] = ()
    extra: Sequence[ExtraHours] = ()
    absences: Sequence[Absence] = ()
    busy: Sequence[Busy] = ()
    caps: Sequence[Cap] = ()
    terms: Mapping[UUID, "Terms"] = field(default_factory=dict)
    needs: Needs = field(default_factory=Needs)


@dataclass(frozen=True, slots=True)
class Terms:
    """How a service is booked; starts go from `now + min_notice` to `now + horizon`, included."""

    duration: timedelta
    grid: timedelta = timedelta(minutes=15)
    buffer_before: timedelta = NOTHING
    buffer_after: timedelta = NOTHING
    min_notice: timedelta = NOTHING
    horizon: timedelta = timedelta(days=365)

    def __post_init__(self) -> None:
        if self.duration <= NOTHING or self.grid <= NOTHING:
            raise ValueError("A service needs a duration and a grid longer than nothing.")
        if min(self.buffer_before, self.buffer_after, self.min_notice, self.horizon) < NOTHING:
            raise ValueError("Buffers, notice and horizon can't be negative.")


class Place(NamedTuple):
    """One practitioner at one location."""

    practitioner: UUID
    location: UUID


class Slot(NamedTuple):
    """A time that can be booked: instants in UTC and the naive wall time the client is shown.

    `local_start` has `fold=1` on the second pass of an hour that occurs twice.
    """

    practitioner: UUID
    location: UUID
    zone: str
    starts_at: datetime
    ends_at: datetime
    local_start: datetime
