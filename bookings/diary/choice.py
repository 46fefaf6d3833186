"""Whom and where a member's diary shows: what the address says, else what they chose last, else each look's habit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from accounts.models import Location, Member, Practitioner
from bookings.diary.away import Calendar, Kept
from bookings.diary.news import edges
from bookings.diary.query import ALL, Asked, Look
from bookings.diary.statements import PEOPLE, PLACES
from bookings.models import DiaryChoice
from privacy.vocabulary import scope


class NotHere(LookupError):
    """The address names a location or practitioner that this account does not have."""


@dataclass(slots=True)
class Seen:
    """All there is to choose from, and what is shown of it; `wanted` None is everybody.

    `state` tells this diary from the same one after any change (see `news`).
    """

    locations: list[Location]
    practitioners: list[Practitioner]
    location: Location | None
    wanted: tuple[UUID, ...] | None
    is_chosen: bool
    own: UUID | None
    kept: Kept
    state: str
    has_rooms: bool

    @property
    def zone(self) -> str:
        """The zone whose wall the diary shows."""
        return (self.location or (self.locations or [Location(time_zone="UTC")])[0]).time_zone

    @property
    def places(self) -> set[UUID]:
        """The locations that are shown."""
        if self.location is not None:
            return {self.location.pk}
        return {each.pk for each in self.locations if each.archived_at is None}


def seen(asked: Asked, member: Member, days: list[date]) -> Seen:
    """Return what a member's diary shows of some days; raise `NotHere` for a location or practitioner of nobody's.

    Two statements: what was chosen last, the holidays kept and the diary's state come with the rows.
    """
    before, after = edges(days)
    locations = PLACES(member=member.pk, first=days[0], last=days[-1], before=before, after=after)
    if (at := scope.current().location) is not None:
        locations = [each for each in locations if each.pk == at]
    practitioners = PEOPLE(member=member.pk)
    if (of := scope.current().sight.diary_of) is not None:
        practitioners = [each for each in practitioners if each.member_id == of]
    chosen = {each.pk for each in (*locations, *practitioners) if each.is_chosen}
    calendars = [
        Calendar(each.pk, each.time_zone, each.country, each.part, frozenset(each.opens))
        for each in locations
        if each.country and each.archived_at is None
    ]
    wanted = _wanted(asked, practitioners, member, chosen)
    habit = _wanted(asked.but(practitioners=None), practitioners, member, set())
    return Seen(
        locations,
        practitioners,
        _location(asked, locations, chosen),
        wanted,
        is_chosen=wanted != habit,
        own=next((each.pk for each in practitioners if each.member_id == member.pk), None),
        kept=Kept(calendars, has_absences=any(each.has_absences for each in locations)),
        state=locations[0].state if locations else "",
        has_rooms=any(each.has_rooms for each in locations),
    )


def choose(*, member: Member, practitioners: list[Practitioner], location: Location | None) -> None:
    """Remember whom and where a member wants to see from now on; no practitioner: everybody."""
    with transaction.atomic(using=scope.current().database):
        DiaryChoice.objects.filter(member=member).delete()
        for each in practitioners:
            DiaryChoice(member=member, practitioner=each).save(force_insert=True)
        if location:
            DiaryChoice(member=member, location=location).save(force_insert=True)


def _location(asked: Asked, locations: list[Location], chosen: set[UUID]) -> Location | None:
    """Return the one location to show, or None for all of them, where they keep one time."""
    if isinstance(asked.location, UUID):
        for each in locations:
            if each.pk == asked.location:
                return each
        raise NotHere
    if scope.current().location is not None:
        return locations[0]
    kept = [each for each in locations if each.archived_at is None]
    if asked.location != ALL:
        for each in kept:
            if each.pk in chosen:
                return each
    return kept[0] if len({each.time_zone for each in kept}) > 1 else None


def _wanted(
    asked: Asked, practitioners: list[Practitioner], member: Member, chosen: set[UUID]
) -> tuple[UUID, ...] | None:
    """Return the people to show, or None for everybody; a week is one's own unless said otherwise."""
    if asked.practitioners is not None:
        if not {each.pk for each in practitioners} >= set(asked.practitioners):
            raise NotHere
        return asked.practitioners or None
    active = [each for each in practitioners if each.deactivated_at is None]
    kept = tuple(each.pk for each in active if each.pk in chosen)
    if kept or asked.look != Look.WEEK:
        return kept or None
    own = [each.pk for each in active if each.member_id == member.pk]
    return tuple((own or [each.pk for each in active])[:1]) or None
