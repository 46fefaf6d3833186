"""Wall time and instants: what a clock on the wall of a practice shows, and when that really is.

An appointment is agreed in wall time ("Tuesday at nine, in Vancouver"). So that is kept, with
its IANA zone, the UTC instant it meant when it was made, and the version of the time-zone database
that said so. When a country changes its law the wall time stays and the instant is resolved again.

The rules for wall times that don't occur exactly once (as RFC 5545 3.3.5 and PEP 495 have them):

- a gap (clocks go forward): the time doesn't exist. `resolve` refuses it, or with `allow_shift`
  reads it with the offset before the gap, which moves it forward by the length of the gap;
- a fold (clocks go back): the time occurs twice and the first occurrence is meant, unless the
  caller marks the second one with `fold=1`.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.time_zones import UnknownZone, tzdb_version, zone_info

__all__ = [
    "DayBounds",
    "NonexistentTime",
    "Resolved",
    "Transition",
    "UnknownZone",
    "day_bounds",
    "first_instant",
    "local",
    "resolve",
    "transitions",
    "tzdb_version",
]

Note = Literal["exact", "gap", "fold"]

MIDNIGHT: Final = time()
ONE_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)


class NonexistentTime(ValueError):
    """A wall time that the clocks jump over; it names what the clocks show before and after."""

    def __init__(self, local: datetime, zone: str, before: datetime, after: datetime) -> None:
        super().__init__(f"{local:%Y-%m-%d %H:%M} doesn't exist in {zone}")
        self.local = local
        self.zone = zone
        self.before = before
        self.after = after
        self.advice: Promise = format_lazy(
            _("{time} doesn’t exist on that day: the clocks go from {before} straight to {after}."),
            time=f"{local:%H:%M}",
            before=f"{before:%H:%M}",
            after=f"{after:%H:%M}",
        )


@dataclass(frozen=True, slots=True)
class Resolved:
    """A wall time made an instant (UTC), with the zone and database version that decided it."""

    instant: datetime
    zone: str
    tzdb_version: str
    note: Note


@dataclass(frozen=True, slots=True)
class DayBounds:
    """One local date as a half-open range of instants (UTC), `ends_at` outside it."""

    starts_at: datetime
    ends_at: datetime

    @property
    def last_instant(self) -> datetime:
        """The last representable instant of the date, one microsecond before `ends_at`."""
        return self.ends_at - timedelta(microseconds=1)

    @property
    def length(self) -> timedelta:
        """How long the date lasts: 24 hours, or 23, 25, 23½… where the clocks change."""
        return self.ends_at - self.starts_at


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of the clocks: the first instant (UTC) with the new offset, and both offsets."""

    instant: datetime
    before: timedelta
    after: timedelta


def resolve(local: datetime, zone: str, *, allow_shift: bool = False) -> Resolved:
    """Return the instant of a naive wall time in a zone, by the rules at the top of this module.

    Raises NonexistentTime in a gap unless `allow_shift`, UnknownZone, ValueError for an aware time.
    """
    _require_naive(local)
    info = zone_info(zone)
    earlier, later = _both_offsets(local, info)
    note: Note = "exact" if earlier == later else "fold" if earlier > later else "gap"
    if note == "gap":
        if not allow_shift:
            jump = _jump_over(local, info)
            before, after = (_naive(jump.instant + offset) for offset in (jump.before, jump.after))
            raise NonexistentTime(local, zone, before, after)
        # In a gap PEP 495 gives fold=0 the offset before it, whatever the caller's mark was.
        local = local.replace(fold=0)
    return Resolved(local.replace(tzinfo=info).astimezone(UTC), zone, tzdb_version(), note)


def local(instant: datetime, zone: str) -> datetime:
    """Return what the wall shows at an instant, aware of its zone; the second pass has `fold=1`.

    Raises ValueError for a naive time, UnknownZone.
    """
    _require_aware(instant)
    return instant.astimezone(zone_info(zone))


def first_instant(local: datetime, zone: str) -> datetime:
    """Return the first instant (UTC) at which the clocks show a wall time or have jumped past it.

    Unlike `resolve` it never refuses and keeps the order of wall times, so it suits the edges of
    days and of opening hours: in a gap it is the moment of the jump, in a fold the first pass.
    """
    _require_naive(local)
    info = zone_info(zone)
    earlier, later = _both_offsets(local, info)
    if earlier < later:
        return _jump_over(local, info).instant
    return (local - earlier).replace(tzinfo=UTC, fold=0)


def day_bounds(day: date, zone: str) -> DayBounds:
    """Return the instants of a local date, from its midnight to the next date's.

    Where midnight doesn't exist (Cairo, Beirut, Santiago, in spring) the date starts at the moment
    of the jump; a date skipped altogether (Apia, 2011-12-30) is empty. Days leave no hole between
    them and never overlap.
    """
    return DayBounds(
        first_instant(datetime.combine(day, MIDNIGHT), zone),
        first_instant(datetime.combine(day + ONE_DAY, MIDNIGHT), zone),
    )


def transitions(zone: str, after: datetime, until: datetime) -> list[Transition]:
    """Return the changes of the clocks with `after < instant <= until` (aware instants), in order.

    Steps a day at a time: no law has ever changed the clocks twice within one.
    """
    _require_aware(after)
    _require_aware(until)
    info = zone_info(zone)
    found = []
    here, end = after.astimezone(UTC), until.astimezone(UTC)
    while here < end:
        ahead = min(here + ONE_DAY, end)
        if _offset_at(here, info) != _offset_at(ahead, info):
            found.append(_transition_between(here, ahead, info))
        here = ahead
    return found


def _both_offsets(local: datetime, info: ZoneInfo) -> tuple[timedelta, timedelta]:
    """Return the offsets of both readings of a wall time: equal if exact, rising in a gap."""
    return _offset(local.replace(tzinfo=info, fold=0)), _offset(local.replace(tzinfo=info, fold=1))


def _jump_over(local: datetime, info: ZoneInfo) -> Transition:
    """Return the transition whose gap a nonexistent wall time lies in."""
    before, after = _both_offsets(local, info)
    earliest, latest = ((local - offset).replace(tzinfo=UTC, fold=0) for offset in (after, before))
    return _transition_between(earliest, latest, info)


def _transition_between(before: datetime, after: datetime, info: ZoneInfo) -> Transition:
    """Return the one transition with `before < instant <= after`, by halving to the second."""
    old, new = _offset_at(before, info), _offset_at(after, info)
    # Transitions fall on whole seconds; the bounds may not.
    low, high = before.replace(microsecond=0), after.replace(microsecond=0)
    if _offset_at(high, info) == old:
        high += _SECOND
    while high - low > _SECOND:
        middle = low + (high - low) // _SECOND // 2 * _SECOND
        low, high = (middle, high) if _offset_at(middle, info) == old else (low, middle)
    return Transition(high, old, new)


def _offset_at(instant: datetime, info: ZoneInfo) -> timedelta:
    return _offset(instant.astimezone(info))


def _offset(moment: datetime) -> timedelta:
    # Every zone gives an offset; None is only in the type.
    return moment.utcoffset() or timedelta()


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


def _require_naive(local: datetime) -> None:
    if local.tzinfo is not None:
        raise ValueError("A wall time has no zone of its own: pass a naive datetime and the zone.")


def _require_aware(instant: datetime) -> None:
    if instant.tzinfo is None:
        raise ValueError("An instant needs a zone: pass an aware datetime.")
