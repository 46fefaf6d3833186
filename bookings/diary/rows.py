"""What the diary reads: hours, appointments, held times, names and alerts of some days, one statement each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.paginator import Page as Part
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Practitioner
from accounts.time_zones import zone_info
from bookings.availability.repeat import Repeat, first_days
from bookings.availability.wall_time import day_bounds
from bookings.diary.away import Away, away
from bookings.diary.choice import Seen
from bookings.diary.statements import BUSY, HELD, HOURS, IN_DAYS, told
from bookings.models import Appointment, Attendee
from clients import directory, identity
from clients.models import Alert
from privacy.vocabulary import clock

# How many appointments stand on one page of a list
PAGE = 100


@dataclass(slots=True)
class Entry:
    """One appointment as rows tell it, its times on the wall of the shown zone."""

    id: UUID
    practitioner: UUID
    location: UUID
    service: str
    colour: int
    starts: datetime
    ends: datetime
    busy_from: datetime
    busy_until: datetime
    state: str
    capacity: int
    may_stand_outside: bool
    room: str
    places: list[tuple[UUID, str]] = field(default_factory=list)
    has_alert: bool = False


class Held(NamedTuple):
    """A time that somebody is booking online at this moment."""

    practitioner: UUID
    location: UUID | None
    starts: datetime
    ends: datetime
    until: datetime


class Opened(NamedTuple):
    """Hours at a location, on the dates from `since` to `until`, both included."""

    location: UUID
    starts: time
    ends: time
    since: date
    until: date


@dataclass(slots=True)
class Rows:
    """What was read: the columns' people, their hours and appointments, the names that go with them.

    `hours` are by practitioner and weekday, `extra` by practitioner and date.
    """

    shown: list[Practitioner]
    hours: dict[tuple[UUID, int], list[Opened]]
    extra: dict[tuple[UUID, date], list[Opened]]
    entries: list[Entry]
    held: list[Held]
    away: list[Away]
    names: dict[UUID, str]
    part: Part[int] | None = None


def read(seen: Seen, days: list[date]) -> Rows:
    """Return all that the columns of these days show, of everybody or of the people wanted."""
    asked_for = people(seen)
    place = seen.location.pk if seen.location else None
    hours, extra = _hours(asked_for, place, days)
    rows = IN_DAYS(
        people=asked_for,
        since=day_bounds(days[0], seen.zone).starts_at,
        until=day_bounds(days[-1], seen.zone).ends_at,
        now=clock.now(),
    )
    entries, held, elsewhere = _entries(rows, seen.zone)
    working = {who for who, _weekday in hours} | {who for who, _day in extra}
    booked = {each.practitioner for each in entries if place in (None, each.location)}
    shown = [
        each
        for each in seen.practitioners
        if each.pk in asked_for
        and (
            seen.wanted
            or each.pk in booked
            or (each.deactivated_at is None and (place is None or each.pk in working))
        )
    ]
    return Rows(
        shown or [each for each in seen.practitioners if each.deactivated_at is None],
        hours,
        extra,
        entries,
        held,
        elsewhere + away(asked_for, place, seen.kept, days, seen.zone),
        names_of(entries),
    )


def read_list(seen: Seen, days: list[date], number: int) -> Rows:
    """Return one page of the appointments of these days, cancelled ones too, in order of time.

    Past the last page comes the last one.
    """
    asked_for = people(seen)
    place = seen.location.pk if seen.location else None
    rows = between(asked_for, days, seen.zone)
    if place:
        rows = rows.filter(location_id=place)
    order = rows.order_by("starts_at", "id").values("id")
    first = (number - 1) * PAGE
    wanted = Appointment.objects.filter(id__in=order[first : first + PAGE])
    entries, _held, _busy = _entries(told(wanted), seen.zone)
    total = first + len(entries)
    if len(entries) == PAGE or (not entries and number > 1):
        total = rows.count()
    part = Paginator(range(total), PAGE).get_page(number)
    if part.number != number:
        return read_list(seen, days, part.number)
    shown = [each for each in seen.practitioners if each.pk in asked_for]
    hours, extra = _hours(asked_for, place, days)
    return Rows(shown, hours, extra, entries, [], [], names_of(entries), part)


def people(seen: Seen) -> list[UUID]:
    """Return the ids of those whose appointments are asked for, also of those who left."""
    return [each.pk for each in seen.practitioners if not seen.wanted or each.pk in seen.wanted]


def names_of(entries: Sequence[Entry]) -> dict[UUID, str]:
    """Return the names of all clients of some appointments."""
    known = directory.known({client for entry in entries for client, _state in entry.places})
    merged = {pk for pk, person in known.items() if pk != person.id}
    if merged:
        _worry_about(merged, entries)
    return {pk: person.name for pk, person in known.items()}


def _worry_about(merged: set[UUID], entries: Sequence[Entry]) -> None:
    """Mark what was booked for merged records when the person has an alert in another one."""
    records = identity.records(merged)
    worrying = Alert.objects.filter(
        client_id__in=set().union(*records.values()), resolved_at=None
    ).exclude(severity=Alert.Severity.INFO)
    met = set(worrying.values_list("client_id", flat=True))
    for entry in entries:
        entry.has_alert |= any(
            state != Attendee.State.CANCELLED and not met.isdisjoint(records.get(client, ()))
            for client, state in entry.places
        )


def between(practitioners: list[UUID], days: list[date], zone: str) -> QuerySet[Appointment]:
    """Return the appointments of these people that start on these days."""
    rows: QuerySet[Appointment] = Appointment.objects.filter(
        practitioner_id__in=practitioners,
        starts_at__gte=day_bounds(days[0], zone).starts_at,
        starts_at__lt=day_bounds(days[-1], zone).ends_at,
    ).order_by()
    return rows


def _hours(
    practitioners: list[UUID], place: UUID | None, days: list[date]
) -> tuple[dict[tuple[UUID, int], list[Opened]], dict[tuple[UUID, date], list[Opened]]]:
    """Return weekly hours by weekday and extra ones by each date on which they come, in one statement."""
    hours: dict[tuple[UUID, int], list[Opened]] = defaultdict(list)
    extra: dict[tuple[UUID, date], list[Opened]] = defaultdict(list)
    rows = HOURS(people=practitioners, last=days[-1])
    for who, where, starts, ends, since, until, weekday, weeks in rows:
        if place not in (None, where):
            continue
        if weekday:
            opened = Opened(where, starts, ends, since or date.min, until or date.max)
            hours[who, weekday].append(opened)
            continue
        for day in first_days(since, Repeat(weeks, until), days[0], days[-1]):
            extra[who, day].append(Opened(where, starts, ends, day, day))
    return dict(hours), dict(extra)


def _walls(info: ZoneInfo, *instants: datetime) -> list[datetime]:
    """Return what the wall shows at some instants."""
    return [at.astimezone(info).replace(tzinfo=None) for at in instants]


def _entries(
    rows: Iterable[tuple[Any, ...]], zone: str
) -> tuple[list[Entry], list[Held], list[Away]]:
    """Return appointments in order, cancelled ones too, with held and busy times."""
    info = zone_info(zone)
    found: dict[UUID, Entry] = {}
    held: list[Held] = []
    busy: list[Away] = []
    for pk, who, where, what, colour, a, b, c, d, *rest in rows:
        state, capacity, outside, client, place, care, room = rest
        entry = found.get(pk)
        if entry is None:
            starts, ends, since, until = _walls(info, a, b, c, d)
            if state == HELD:
                held.append(Held(who, where, starts, ends, until))
                continue
            if state == BUSY:
                busy.append(Away(who, None, starts, ends, _("Busy elsewhere"), "external", True))
                continue
            entry = Entry(
                pk,
                who,
                where,
                what,
                colour,
                starts,
                ends,
                since,
                until,
                state,
                capacity,
                outside,
                room,
            )
            found[pk] = entry
        if client is not None:
            entry.places.append((client, place))
            entry.has_alert |= care and place != Attendee.State.CANCELLED
    return sorted(found.values(), key=lambda each: (each.starts, each.id.int)), held, busy
