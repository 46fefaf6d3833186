"""Showing fewer times online than there are (features D3). Pure."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time
from enum import IntEnum
from typing import Final

from bookings.availability.schedule import Slot

NOON: Final = time(12)
EVENING: Final = time(17)


class Part(IntEnum):
    """A part of a day, as people speak of it."""

    MORNING = 0
    AFTERNOON = 1
    EVENING = 2


def part_of(start: time) -> Part:
    """Return which part of a day a wall time is in."""
    if start < NOON:
        return Part.MORNING
    return Part.AFTERNOON if start < EVENING else Part.EVENING


def thinned(slots: Iterable[Slot], most: int | None) -> list[Slot]:
    """Return slots with at most `most` starting times in each part of each local day; None leaves all.

    Spread evenly from the first to the last, the first alone when there may be one. Several practitioners at one start
    count once and stay together, so that nobody is hidden behind a colleague.
    """
    found = list(slots)
    if most is None:
        return found
    starts: dict[tuple[date, Part], set[datetime]] = defaultdict(set)
    for slot in found:
        starts[_where(slot)].add(slot.starts_at)
    kept = {start for every in starts.values() for start in _spread(sorted(every), most)}
    return [slot for slot in found if slot.starts_at in kept]


def _where(slot: Slot) -> tuple[date, Part]:
    return slot.local_start.date(), part_of(slot.local_start.time())


def _spread(starts: list[datetime], most: int) -> list[datetime]:
    if len(starts) <= most or most < 1:
        return starts[: max(most, 0)]
    if most == 1:
        return starts[:1]
    last = len(starts) - 1
    return [starts[(2 * step * last + most - 1) // (2 * (most - 1))] for step in range(most)]
