"""Loads who waits and what is free, and has `matching` say what fits: for a stretch of time, or for one entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from accounts.models import Location, Practitioner
from accounts.places import bookable, offered
from accounts.time_zones import zone_info
from bookings.availability.ranges import Range
from bookings.availability.schedule import Slot
from bookings.groups import sessions
from bookings.models import (
    Appointment,
    Attendee,
    Service,
    WaitingEntry,
    WaitingOffer,
    WaitingWish,
)
from bookings.openings.finding import openings
from bookings.waiting import holding, places
from bookings.waiting.entries import linked
from bookings.waiting.matching import (
    LEAST_NOTICE,
    Time,
    Wanted,
    Wish,
    best_of,
    cap,
    suits,
    turn,
    windows_of,
)
from clients import identity
from clients.models import Restriction
from privacy.vocabulary import clock

AHEAD = timedelta(days=28)
NOON = 12


@dataclass(frozen=True, slots=True)
class Stretch:
    """Time of a practitioner at a location that is or became free."""

    practitioner: Practitioner
    location: Location
    starts_at: datetime
    ends_at: datetime

    @property
    def day(self) -> date:
        """The local date on which it begins."""
        return self.starts_at.astimezone(zone_info(self.location.time_zone)).date()


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody on the list whom a time suits. `cap` says why they should get no more offers for now, or ""."""

    entry: WaitingEntry
    time: Time
    cap: str


def matches(stretch: Stretch) -> list[Match]:
    """Return who on the list could come within a stretch, the urgent first, then who has waited longest.

    Everyone gets the opening closest to its start; where a session has room, a place in it. Nobody is among them to whom
    the time was offered before.
    """
    session = places.session_of(
        stretch.practitioner, stretch.location, stretch.starts_at, stretch.ends_at
    )
    rows = _waiting_on(stretch, session)
    services = {row.service_id: row.service for row in rows}
    if session is not None:
        times = {pk: places.place_in(session) for pk in services}
    else:
        times = {pk: _times_within(stretch, service) for pk, service in services.items()}
    by_id = {row.pk: row for row in rows}
    wanted = load(rows, stretch.starts_at - timedelta(days=1), stretch.ends_at + timedelta(days=1))
    lately = offered_on([row.pk for row in rows], stretch.location.time_zone)
    today = clock.today(stretch.location.time_zone)
    return [
        Match(by_id[each.entry], best, cap(lately[each.entry], today))
        for each in sorted(wanted, key=turn)
        if (best := best_of(each, times[each.service], stretch.starts_at))
    ]


def times_for(entry: WaitingEntry, most: int = 8) -> list[Time]:
    """Return the next openings that fit an entry, in order of time: the first of each half of a day and practitioner."""
    wishes = list(WaitingWish.objects.filter(entry_id=entry.pk))
    people = list(bookable().filter(offers__service_id=entry.service_id))
    places = sorted(offered(), key=lambda each: each.pk)
    found: list[Time] = []
    for location in places:
        if wishes and not any(wish.location_id in (None, location.pk) for wish in wishes):
            continue
        today = clock.today(location.time_zone)
        first = max(today, entry.since or today)
        found += _times_at(entry.service, people, location, first, min(entry.until, first + AHEAD))
    if not found:
        return []
    soonest = clock.now() + LEAST_NOTICE
    wanted = load([entry], soonest, max(each.ends_at for each in found), wishes=wishes)[0]
    fitting = [each for each in found if each.starts_at > soonest and suits(wanted, each)]
    return _spread(sorted(fitting, key=lambda each: each.starts_at))[:most]


def _times_at(
    service: Service, people: list[Practitioner], location: Location, first: date, last: date
) -> list[Time]:
    """Return the openings of a service at a location on some local dates; of a group the sessions that have room."""
    asked: dict[str, Any] = {
        "service": service,
        "practitioners": people,
        "location": location,
        "first_day": first,
        "last_day": last,
    }
    if service.capacity == 1:
        return [_time(service.pk, slot) for slot in openings(**asked, at_desk=True)]
    return places.times_of(service.pk, location.pk, sessions(**asked))


def _spread(times: list[Time]) -> list[Time]:
    first: dict[tuple[date, bool, UUID], Time] = {}
    for each in times:
        half = (each.local_start.date(), each.local_start.hour < NOON, each.practitioner)
        first.setdefault(half, each)
    return list(first.values())


def load(
    rows: Sequence[WaitingEntry],
    since: datetime,
    until: datetime,
    wishes: Iterable[WaitingWish] | None = None,
) -> list[Wanted]:
    """Return what entries wait for, with what their clients have between two instants, in three statements."""
    ids = [row.pk for row in rows]
    wished: dict[UUID, list[Wish]] = defaultdict(list)
    for wish in WaitingWish.objects.filter(entry_id__in=ids) if wishes is None else wishes:
        wished[wish.entry_id].append(Wish(wish.practitioner_id, wish.location_id))
    busy = _busy({row.client_id for row in rows}, since, until)
    known: dict[UUID, set[tuple[UUID, datetime]]] = defaultdict(set)
    offers = WaitingOffer.objects.filter(entry_id__in=ids, starts_at__gte=since).exclude(
        state=WaitingOffer.State.WITHDRAWN
    )
    for entry, practitioner, starts_at in offers.values_list(
        "entry_id", "practitioner_id", "starts_at"
    ):
        known[entry].add((practitioner, starts_at))
    found = []
    for row in rows:
        place = linked(row)
        found.append(
            Wanted(
                entry=row.pk,
                service=row.service_id,
                since=row.since,
                until=row.until,
                created_at=row.created_at,
                is_urgent=row.is_urgent,
                wishes=wished[row.pk],
                windows=windows_of(row.windows),
                before=place.appointment.starts_at if place else None,
                busy=[span for pk, span in busy[row.client_id] if place is None or pk != place.pk],
                known=frozenset(known[row.pk]),
            )
        )
    return found


def offered_on(entries: Iterable[UUID], zone: str) -> dict[UUID, list[date]]:
    """Return on which local dates each entry was offered a time, of the last ten days."""
    info = zone_info(zone)
    found: dict[UUID, list[date]] = defaultdict(list)
    rows = WaitingOffer.objects.filter(
        entry_id__in=list(entries), created_at__gt=clock.now() - timedelta(days=10)
    )
    for entry, made in rows.values_list("entry_id", "created_at"):
        found[entry].append(made.astimezone(info).date())
    return found


def _waiting_on(stretch: Stretch, session: Appointment | None) -> list[WaitingEntry]:
    """Return the entries whose days and service a stretch could be for; a session is for its own service alone."""
    day = stretch.day
    which = (
        Q(service__capacity=1, service__offers__practitioner_id=stretch.practitioner.pk)
        if session is None
        else Q(service_id=session.service_id)
    )
    # A person with several records has a row for each of them
    against = Restriction.objects.filter(
        Q(kind=Restriction.Kind.RESTRICTION) | Q(against__contains=[Restriction.Use.OFFERS]),
        client_id=OuterRef("client_id"),
        lifted_at=None,
    )
    rows = (
        WaitingEntry.objects.filter(
            which,
            Q(since=None) | Q(since__lte=day),
            ~Exists(against),
            identity.is_active(),
            state=WaitingEntry.State.WAITING,
            until__gte=day,
            service__archived_at=None,
        )
        .select_related("service", "attendee__appointment")
        .defer("note")
    )
    return list(rows)


def _times_within(stretch: Stretch, service: Service) -> list[Time]:
    """Return the openings of a service that touch a stretch; what is on offer to others counts as free."""
    hold = holding.standing(stretch.practitioner.pk, stretch.starts_at, stretch.ends_at)
    soonest = clock.now() + LEAST_NOTICE
    found = openings(
        service=service,
        practitioners=[stretch.practitioner],
        location=stretch.location,
        first_day=stretch.day,
        last_day=stretch.ends_at.astimezone(zone_info(stretch.location.time_zone)).date(),
        at_desk=True,
        own_hold=bytes(hold.digest) if hold else None,
    )
    return [
        _time(service.pk, slot)
        for slot in found
        if slot.starts_at < stretch.ends_at
        and slot.ends_at > stretch.starts_at
        and slot.starts_at > soonest
    ]


def _busy(
    clients: Iterable[UUID], since: datetime, until: datetime
) -> dict[UUID, list[tuple[UUID, Range]]]:
    """Return client → their bookings between two instants, by the id of the place; a merged record has the person's."""
    records = identity.records(clients)
    rows = (
        Attendee.objects.filter(
            client_id__in=set().union(*records.values()),
            appointment__state__in=Appointment.LIVE,
            appointment__starts_at__lt=until,
            appointment__ends_at__gt=since,
        )
        .exclude(state=Attendee.State.CANCELLED)
        .values_list("client_id", "pk", "appointment__starts_at", "appointment__ends_at")
    )
    found: dict[UUID, list[tuple[UUID, Range]]] = defaultdict(list)
    for client, place, starts_at, ends_at in rows:
        found[client].append((place, (starts_at, ends_at)))
    return {pk: [each for one in same for each in found[one]] for pk, same in records.items()}


def _time(service: UUID, slot: Slot) -> Time:
    return Time(
        service,
        slot.practitioner,
        slot.location,
        slot.starts_at,
        slot.ends_at,
        slot.local_start,
    )
