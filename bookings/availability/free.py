"""When a client can be seen: the slots a practice can offer, from hours, absences and bookings.

Pure: rows come in, slots go out; the present is passed in. The rules:

- Weekly hours are wall time in the zone of their location, so nine o'clock stays nine o'clock when
  the clocks change; an edge that the clocks jump over is the moment of the jump, and the hour that
  occurs twice is offered twice.
- A slot lies wholly inside hours (weekly and extra together) and outside absences and closures.
- Its buffers keep clear of other bookings, which come in widened by their own buffers; between two
  appointments the later one's "before" thus follows the earlier one's "after". Buffers may reach
  outside hours: a room is tidied after closing time.
- Where a service needs a room or equipment, one of each kind is free for all of that time, buffers included.
- Starts step from the opening of the hours they lie in, so 50-minute sessions from 9:00 start at
  9:00, 9:50, …; an absence or a booking doesn't shift them.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from accounts.time_zones import zone_info
from bookings.availability.fitting import Needs
from bookings.availability.ranges import Range, clip, subtract, union
from bookings.availability.schedule import (
    NOTHING,
    Busy,
    Cap,
    Place,
    Schedule,
    Slot,
    Terms,
    WeeklyHours,
)
from bookings.availability.wall_time import ONE_DAY, day_bounds, first_instant


def slots(
    schedule: Schedule, terms: Terms, *, now: datetime, first_day: date, last_day: date
) -> list[Slot]:
    """Return every slot starting on a local date from `first_day` to `last_day`, both included.

    Sorted by start, then practitioner, then location. Takes an aware `now`. Raises ValueError for
    naive instants and ranges that end before they start, UnknownZone.
    """
    now = _utc(now)
    taken = {
        each: _taken(schedule.busy, before=each[0], after=each[1])
        for each in {_buffers(each) for each in (terms, *schedule.terms.values())}
    }
    caps = {cap.practitioner: cap for cap in schedule.caps}
    found: list[Slot] = []
    for place, (zone, windows) in _windows(schedule, first_day, last_day).items():
        own = schedule.terms.get(place.practitioner, terms)
        busy = taken[_buffers(own)].get(place.practitioner, ())
        free = subtract(_open(windows, place, schedule), busy)
        asked = _asked(zone, first_day, last_day)
        earliest = max(asked[0], now + own.min_notice)
        starts = {
            start
            for window in windows
            for start in _starts(window, free, own, earliest)
            if start < asked[1]
            and start <= now + own.horizon
            and _has_room(schedule.needs, start, own)
        }
        found += _shown(sorted(starts), place, zone, own.duration, caps.get(place.practitioner))
    return sorted(found, key=lambda slot: (slot.starts_at, slot.practitioner, slot.location))


def open_ranges(schedule: Schedule, *, first_day: date, last_day: date) -> dict[Place, list[Range]]:
    """Return hours without absences on some local dates, bookings ignored: the diary's daylight."""
    return {
        place: clip(_open(windows, place, schedule), *_asked(zone, first_day, last_day))
        for place, (zone, windows) in _windows(schedule, first_day, last_day).items()
    }


def free_ranges(schedule: Schedule, *, first_day: date, last_day: date) -> dict[Place, list[Range]]:
    """Return hours without absences and bookings on some local dates, per place."""
    taken = _taken(schedule.busy, before=NOTHING, after=NOTHING)
    opened = open_ranges(schedule, first_day=first_day, last_day=last_day)
    return {
        place: subtract(ranges, taken.get(place.practitioner, ()))
        for place, ranges in opened.items()
    }


def nearest(slots: Iterable[Slot], wanted: datetime, n: int = 3) -> list[Slot]:
    """Return the slots closest to an instant, in order of time; of equals, the earlier one.

    Only one slot per starting time: pass the slots of one practitioner where that matters.
    """
    one_each: dict[datetime, Slot] = {}
    for slot in slots:
        one_each.setdefault(slot.starts_at, slot)
    by_distance = sorted(one_each, key=lambda start: (abs(start - wanted), start))
    return [one_each[start] for start in sorted(by_distance[:n])]


def count_per_day(slots: Iterable[Slot]) -> dict[date, int]:
    """Return how many slots each local date has, in order; dates without any are left out."""
    counts = Counter(slot.local_start.date() for slot in slots)
    return dict(sorted(counts.items()))


def _buffers(terms: Terms) -> tuple[timedelta, timedelta]:
    return terms.buffer_before, terms.buffer_after


def _asked(zone: str, first_day: date, last_day: date) -> Range:
    """Return the instants of some local dates, the last one included."""
    return day_bounds(first_day, zone).starts_at, day_bounds(last_day, zone).ends_at


def _windows(
    schedule: Schedule, first_day: date, last_day: date
) -> dict[Place, tuple[str, list[Range]]]:
    """Return the zone and the stretches of hours of every place, each as it was entered.

    Looks a day further on both sides, because hours may pass midnight and a slot may end there.
    """
    places: dict[Place, tuple[str, list[Range]]] = {}
    span = [first_day + ONE_DAY * ahead for ahead in range(-1, (last_day - first_day).days + 2)]
    by_weekday = defaultdict(list)
    for day in span:
        by_weekday[day.isoweekday()].append(day)
    for hours in schedule.hours:
        windows = _windows_of(places, Place(hours.practitioner, hours.location), hours.zone)
        for day in by_weekday[hours.weekday]:
            if hours.effective_from <= day <= hours.effective_until:
                windows.append(_window_on(day, hours))
    for extra in schedule.extra:
        windows = _windows_of(places, Place(extra.practitioner, extra.location), extra.zone)
        windows.append(_range(extra.starts_at, extra.ends_at))
    return places


def _windows_of(
    places: dict[Place, tuple[str, list[Range]]], place: Place, zone: str
) -> list[Range]:
    """Return the list a place's hours go to. Raises ValueError for a second zone of one place."""
    known, windows = places.setdefault(place, (zone, []))
    if known != zone:
        raise ValueError(f"One location can't be in both {known} and {zone}.")
    return windows


def _window_on(day: date, hours: WeeklyHours) -> Range:
    """Return the instants of weekly hours on a date."""
    last = day if hours.ends > hours.starts else day + ONE_DAY
    return (
        first_instant(datetime.combine(day, hours.starts), hours.zone),
        first_instant(datetime.combine(last, hours.ends), hours.zone),
    )


def _open(windows: Iterable[Range], place: Place, schedule: Schedule) -> list[Range]:
    """Return the hours of a place without the absences that touch it."""
    away = union(
        _range(absence.starts_at, absence.ends_at)
        for absence in schedule.absences
        if absence.practitioner in (None, place.practitioner)
        and absence.location in (None, place.location)
    )
    return subtract(union(windows), away)


def _taken(busy: Iterable[Busy], *, before: timedelta, after: timedelta) -> dict[UUID, list[Range]]:
    """Return where no slot may lie, per practitioner: bookings, widened by the slot's buffers."""
    taken = defaultdict(list)
    for booking in busy:
        start, end = _range(booking.starts_at, booking.ends_at)
        taken[booking.practitioner].append((start - after, end + before))
    return {practitioner: union(ranges) for practitioner, ranges in taken.items()}


def _starts(
    window: Range, free: Sequence[Range], terms: Terms, earliest: datetime
) -> Iterator[datetime]:
    """Yield the grid's starts inside one window at which the service fits into free time."""
    opens, closes = window
    first_free = bisect_right(free, opens, key=lambda piece: piece[1])
    for index in range(first_free, len(free)):
        piece_opens, piece_closes = free[index]
        if piece_opens >= closes:
            return
        begin = max(piece_opens, earliest, opens)
        # Floor division of the negative rounds up to the next step of the grid.
        start = opens - (opens - begin) // terms.grid * terms.grid
        while start < closes and start + terms.duration <= piece_closes:
            yield start
            start += terms.grid


def _has_room(needs: Needs, start: datetime, terms: Terms) -> bool:
    """Whether the rooms and equipment that are needed are free from a start, buffers included."""
    if not needs.kinds:
        return True
    return needs.fit(start - terms.buffer_before, start + terms.duration + terms.buffer_after)


def _shown(
    starts: Iterable[datetime], place: Place, zone: str, duration: timedelta, cap: Cap | None
) -> Iterator[Slot]:
    """Yield a slot with its wall time for each start, except on days that are full."""
    info = zone_info(zone)
    full: dict[date, bool] = {}
    for start in starts:
        local_start = start.astimezone(info).replace(tzinfo=None)
        if cap is not None:
            day = local_start.date()
            if day not in full:
                full[day] = cap.is_full(day)
            if full[day]:
                continue
        yield Slot(*place, zone, start, start + duration, local_start)


def _range(start: datetime, end: datetime) -> Range:
    """Return two aware instants as a range in UTC. Raises ValueError when they run backwards."""
    if end < start:
        raise ValueError(f"A range can't end ({end}) before it starts ({start}).")
    return _utc(start), _utc(end)


def _utc(instant: datetime) -> datetime:
    """Return an aware instant in UTC; comparing within one zone is several times faster."""
    if instant.tzinfo is None:
        raise ValueError("An instant needs a zone: pass an aware datetime.")
    return instant if instant.tzinfo is UTC else instant.astimezone(UTC)
