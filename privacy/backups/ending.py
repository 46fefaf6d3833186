"""The end of backups: what is older than the pages promise goes, and whatever stays on all the same is told of (RT-9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from privacy.backups import making, shelf
from privacy.backups.sorts import OBJECTS, Sort
from privacy.vocabulary import clock

# It runs each night: what would be too old before the next time goes now
NIGHT = timedelta(days=1)
HALF_DONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """One backup that lies there, whole or half-done."""

    sort: Sort
    name: str
    made_at: datetime
    is_whole: bool

    @property
    def ends_at(self) -> datetime:
        """When it has to be gone."""
        return self.made_at + timedelta(days=self.sort.days)

    @property
    def is_late(self) -> bool:
        """Whether it should be gone by now: an alarm."""
        return clock.now() >= self.ends_at


def kept(sort: Sort) -> list[Kept]:
    """Return what lies in the store, oldest first, judged by names alone, so that nothing half-done is overlooked."""
    whole = set(shelf.ids(sort))
    there = {name.partition(".")[0] for name in shelf.names(sort)}
    return [Kept(sort, name, _made_at(name), name in whole) for name in sorted(there | whole)]


def expire(sort: Sort) -> list[Kept]:
    """Delete what is over, or was never finished, and objects that no backup names any more; return what went."""
    now, gone = clock.now(), []
    for each in kept(sort):
        is_over = each.ends_at - NIGHT <= now
        if is_over or (not each.is_whole and each.made_at + HALF_DONE <= now):
            shelf.delete(sort, f"{shelf.folder(sort)}/{each.name}.manifest")
            shelf.delete(sort, shelf.body(sort, each.name))
            gone.append(each)
    if sort.name == OBJECTS:
        for at in _unnamed(sort):
            shelf.delete(sort, f"{shelf.folder(sort)}{making.FILES}/{at}")
    return gone


def _unnamed(sort: Sort) -> Iterator[str]:
    """Yield copies of objects that no finished backup names; a backup that is being made may need those of today."""
    there = shelf.names(sort, making.FILES)
    named = {
        key.replace("/", "_")
        for name in shelf.ids(sort)
        for key in shelf.manifest(sort, name).files
    }
    begun = any(not each.is_whole for each in kept(sort))
    yield from (at for at in there if at not in named and not begun)


def _made_at(name: str) -> datetime:
    """Return when a backup was begun; what has no such name was made nobody knows when, and is late."""
    try:
        UUID(name)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return shelf.made_at(name)
