"""What comes again every few weeks, and wall time away made instants. Pure: no rows, no clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bookings.availability.ranges import Range
from bookings.availability.wall_time import MIDNIGHT, ONE_DAY, first_instant


@dataclass(frozen=True, slots=True)
class Repeat:
    """How often something comes again: every few weeks (None: it doesn't), for the last time on `until` at most."""

    every_weeks: int | None = None
    until: date | None = None


ONCE = Repeat()


@dataclass(frozen=True, slots=True)
class Spell:
    """A time on the wall of a zone: whole days without times, else from `starts` on the first day until `ends` on the last.

    Edges follow `first_instant`: one that the clocks jump over is the moment of the jump, and one in the hour that
    occurs twice is its first pass. Repeated, the whole comes again, at the same wall times.
    """

    zone: str
    first_day: date
    last_day: date
    starts: time | None = None
    ends: time | None = None
    repeat: Repeat = ONCE

    @property
    def edges(self) -> tuple[datetime, datetime]:
        """The first one's wall times; whole days end at midnight after the last."""
        if self.starts is None or self.ends is None:
            return (
                datetime.combine(self.first_day, MIDNIGHT),
                datetime.combine(self.last_day + ONE_DAY, MIDNIGHT),
            )
        return (
            datetime.combine(self.first_day, self.starts),
            datetime.combine(self.last_day, self.ends),
        )


def first_days(first: date, repeat: Repeat, since: date, last: date) -> Iterator[date]:
    """Yield the dates between two others, both included, on which something that began on `first` begins."""
    if repeat.every_weeks is None:
        if since <= first <= last:
            yield first
        return
    step = timedelta(weeks=repeat.every_weeks)
    # Floor division of the negative rounds up to the next time that it comes
    day = first - (first - since) // step * step if since > first else first
    end = last if repeat.until is None else min(last, repeat.until)
    while day <= end:
        yield day
        day += step


def next_day(first: date, repeat: Repeat, since: date) -> date:
    """Return the first date from `since` on that something begins on; the first of all when it is over."""
    reach = max(since, first) + timedelta(weeks=repeat.every_weeks or 0)
    return next(first_days(first, repeat, since, reach), first)


def instants(spell: Spell, since: date, last: date) -> Iterator[Range]:
    """Yield, as instants, each time that a spell touches local dates, both included; a day more on either side.

    The day more is for who looks from another zone. A spell that the clocks leave nothing of is left out.
    """
    opens, closes = spell.edges
    reach = closes.date() - opens.date()
    for day in first_days(spell.first_day, spell.repeat, since - reach - ONE_DAY, last + ONE_DAY):
        later = day - spell.first_day
        starts_at, ends_at = (first_instant(edge + later, spell.zone) for edge in (opens, closes))
        if starts_at < ends_at:
            yield starts_at, ends_at
