"""The waiting list as it is shown: rows in words, names opened in one go, and how many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Location, Practitioner
from accounts.templatetags.keepwell import when
from bookings.models import WaitingEntry, WaitingOffer, WaitingWish
from bookings.waiting.entries import linked
from bookings.waiting.matching import windows_of
from bookings.waiting.words import window_words, wish_words
from clients import directory

State = WaitingEntry.State


@dataclass(frozen=True, slots=True)
class Asked:
    """Which entries are wanted."""

    ended: bool = False
    service: UUID | None = None
    practitioner: UUID | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """An entry in words."""

    id: UUID
    client: UUID
    name: str
    service: str
    colour: int
    is_urgent: bool
    wishes: str
    windows: str
    since: date | None
    until: date
    created_at: datetime
    present: str
    offered: str
    state: str
    state_word: str


def entries(asked: Asked) -> QuerySet[WaitingEntry]:
    """Return the entries that are asked for: those who wait in their turn, those that ended, the latest first."""
    rows: QuerySet[WaitingEntry] = WaitingEntry.objects.select_related(
        "service", "attendee__appointment"
    ).defer("note")
    waiting = Q(state=State.WAITING)
    rows = rows.filter(~waiting if asked.ended else waiting)
    if asked.service:
        rows = rows.filter(service_id=asked.service)
    if asked.urgent:
        rows = rows.filter(is_urgent=True)
    if asked.practitioner:
        theirs = WaitingWish.objects.filter(entry_id=OuterRef("pk"))
        fits = theirs.filter(Q(practitioner=None) | Q(practitioner_id=asked.practitioner))
        rows = rows.filter(Exists(fits) | ~Exists(theirs))
    return rows.order_by("-ended_at" if asked.ended else "-is_urgent", "created_at", "id")


def rows_of(found: Sequence[WaitingEntry], zone: str) -> list[Row]:
    """Return entries in words; the number of statements doesn't grow with them."""
    names = directory.names(each.client_id for each in found)
    wished = wishes_in_words([each.pk for each in found])
    offered = _open_offers([each.pk for each in found], zone)
    rows = []
    for each in found:
        place = linked(each)
        start = place.appointment.starts_at if place else None
        rows.append(
            Row(
                id=each.pk,
                client=each.client_id,
                name=names.get(each.client_id, ""),
                service=each.service.name,
                colour=each.service.colour,
                is_urgent=each.is_urgent,
                wishes=wished[each.pk],
                windows=window_words(windows_of(each.windows)),
                since=each.since,
                until=each.until,
                created_at=each.created_at,
                present=when(start, place.appointment.time_zone) if place and start else "",
                offered=offered.get(each.pk, ""),
                state=each.state,
                state_word=each.get_state_display(),
            )
        )
    return rows


def wishes_in_words(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return with whom and where each entry would be, in words."""
    people: dict[UUID, dict[Any, str]] = defaultdict(dict)
    places: dict[UUID, dict[Any, str]] = defaultdict(dict)
    who = {each.pk: str(each.name) for each in Practitioner.objects.all()}
    where = dict(Location.objects.values_list("pk", "name"))
    entries = list(ids)
    for wish in WaitingWish.objects.filter(entry_id__in=entries).order_by("id"):
        if wish.practitioner_id in who:
            people[wish.entry_id][wish.practitioner_id] = who[wish.practitioner_id]
        if wish.location_id in where:
            places[wish.entry_id][wish.location_id] = where[wish.location_id]
    return {pk: wish_words(people[pk].values(), places[pk].values()) for pk in entries}


def _open_offers(ids: list[UUID], zone: str) -> dict[UUID, str]:
    """Return the time that each entry has on offer now, in words."""
    rows = WaitingOffer.objects.filter(entry_id__in=ids, state=WaitingOffer.State.OFFERED).order_by(
        "created_at"
    )
    return {
        entry: when(starts_at, zone)
        for entry, starts_at in rows.values_list("entry_id", "starts_at")
    }
