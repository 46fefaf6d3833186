"""Whether a room of each needed kind is free for the whole of a time. Pure.

A service names the resources that suit it. Of each kind that it names it needs one, and one and the same from the first
minute of its buffers to the last: half an hour in one room and half an hour in another is no hour in a room.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Self
from uuid import UUID

from bookings.availability.ranges import Range, union


@dataclass(frozen=True, slots=True)
class Use:
    """That a resource of a kind is taken for a while; without edges it is only known to be there.

    `is_hold`: not yet one of them in particular, but somebody who is booking will need one.
    """

    resource: UUID
    kind: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    is_hold: bool = False


class OfKind(NamedTuple):
    """When each resource of a kind is taken (tidy lists), and when somebody who is booking will need one."""

    resources: Sequence[Sequence[Range]]
    held: Sequence[Range] = ()

    def fits(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether one is left for a time, the held ones put aside."""
        free = sum(is_free(taken, starts_at, ends_at) for taken in self.resources)
        return free > sum(since < ends_at and starts_at < until for since, until in self.held)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a service needs at one location, kind by kind."""

    kinds: Sequence[OfKind] = ()
    _known: dict[Range, bool] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, uses: Iterable[Use]) -> Self:
        """Return needs from rows in any order; each resource must be among them at least once."""
        kinds: dict[str, dict[UUID, list[Range]]] = defaultdict(lambda: defaultdict(list))
        held: dict[str, list[Range]] = defaultdict(list)
        for use in uses:
            taken = held[use.kind] if use.is_hold else kinds[use.kind][use.resource]
            if use.starts_at is not None and use.ends_at is not None:
                taken.append((use.starts_at, use.ends_at))
        return cls(
            [
                OfKind([union(each) for each in resources.values()], held[kind])
                for kind, resources in kinds.items()
            ]
        )

    def fit(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether one resource of each kind is free from one instant to another, buffers included by the caller."""
        asked = (starts_at, ends_at)
        if asked not in self._known:
            self._known[asked] = all(kind.fits(starts_at, ends_at) for kind in self.kinds)
        return self._known[asked]


def is_free(taken: Sequence[Range], starts_at: datetime, ends_at: datetime) -> bool:
    """Whether nothing in a tidy list shares a moment with a time; touching is not sharing. O(log n)."""
    ahead = bisect_right(taken, starts_at, key=lambda piece: piece[1])
    return ahead == len(taken) or taken[ahead][0] >= ends_at


def chosen(
    resources: Iterable[Any], taken: dict[UUID, list[Range]], *, at: Range, kept: Iterable[UUID]
) -> tuple[list[Any], list[str]]:
    """Return a free resource of each kind for a time, and the kinds of which none is free.

    One that the appointment has already stays; else the one with the fewest uses, and of equals the first in order.
    """
    have, kinds = set(kept), defaultdict(list)
    for each in resources:
        kinds[each.kind].append(each)
    found: list[Any] = []
    full: list[str] = []
    for kind, candidates in kinds.items():
        free = [each for each in candidates if is_free(union(taken.get(each.pk, ())), *at)]
        if not free:
            full.append(kind)
            continue
        # Sorting is stable: equals stay in the order of the list
        free.sort(key=lambda each: (each.pk not in have, len(taken.get(each.pk, ()))))
        found.append(free[0])
    return found, full
