"""A person books their own time: as a new, unconfirmed client whoever they say they are, unless a code of the practice
names a known one (features D4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Location, Practitioner, PrivacyNotice
from accounts.tenancy import everywhere
from bookings import groups
from bookings.appointments.booking import Shown, SlotTaken, book
from bookings.models import Appointment, Attendee, BookingPolicy, Service
from bookings.openings.finding import nearest
from bookings.openings.holds import digest_of, held_by, open_at, release
from bookings.public.fairness import by_load
from bookings.public.visits import booked_in
from clients.consents import notices
from clients.consents.giving import Given
from clients.identity import of
from clients.models import Client, How
from clients.records import SELF_BOOKING, add
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor


@dataclass(frozen=True, slots=True)
class Person:
    """Who a visitor says they are; `phone` is in E.164 or empty, `language` empty for the practice's."""

    given_name: str
    family_name: str
    email: str
    phone: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a visitor said and agreed to: a comment, the notice shown, the policy accepted and from which network.

    `agrees` says that they ticked the notice; who leaves it is still to be asked (features B3).
    `known` is the client whom a code of the practice named; None for everyone else.
    """

    comment: str = ""
    notice: PrivacyNotice | None = None
    policy: BookingPolicy | None = None
    network: str = ""
    agrees: bool = False
    known: Client | None = None


NOTHING_SAID = Said()


@everywhere()
def book_online(
    *,
    by: Actor,
    service: Service,
    practitioners: list[Practitioner],
    location: Location,
    starts_at: datetime,
    person: Person,
    said: Said = NOTHING_SAID,
    visit: UUID | None = None,
) -> Attendee:
    """Book, or ask for, an opening at `starts_at` (an instant) with the least busy of these practitioners who has it.

    `visit` makes sending the same form twice harmless: the second time the first place is returned. A time that it
    holds is its own. No client is looked up, so the answer says nothing about who is known here. Raises `SlotTaken`.
    """
    if (earlier := booked_in(visit)) is not None:
        return earlier
    own_hold = digest_of(visit) if visit else None
    for practitioner, starts_local in _open(service, practitioners, location, starts_at, own_hold):
        try:
            appointment = book(
                by=by,
                practitioner=practitioner,
                service=service,
                location=location,
                starts_local=starts_local,
                client=_who(by, person, said),
                comment=said.comment,
                notice=said.notice,
                provenance=SELF_BOOKING,
                by_request=service.by_request,
                appointment_id=visit,
            )
        except SlotTaken:
            continue
        if own_hold:
            release(own_hold)
        return _accepted(by, appointment.attendees.get(), said)
    if (earlier := booked_in(visit)) is not None:
        return earlier
    raise SlotTaken(
        nearest(
            service=service,
            practitioners=practitioners,
            location=location,
            wanted=starts_at,
            own_hold=own_hold,
        )
    )


@everywhere()
def join_online(
    *,
    by: Actor,
    session: Appointment,
    person: Person,
    said: Said = NOTHING_SAID,
    visit: UUID | None = None,
) -> Attendee:
    """Take a place in a session; the same form twice, or a known person who has a place, gets the place there is.

    Raises `groups.Full`, ValidationError for a session that was cancelled.
    """
    earlier = booked_in(visit) or _place_of(session, said.known)
    if earlier is not None:
        return earlier
    place = groups.join(
        by=by,
        appointment=session,
        client=_who(by, person, said, visit),
        shown=Shown(said.comment, said.notice, SELF_BOOKING),
    )
    return _accepted(by, place, said)


def _open(
    service: Service,
    practitioners: list[Practitioner],
    location: Location,
    starts_at: datetime,
    own_hold: bytes | None,
) -> list[tuple[Practitioner, datetime]]:
    """Return who has the opening and at which wall time: whose time is held for this visitor first, then by load."""
    slots = {
        slot.practitioner: slot.local_start
        for slot in open_at(service, practitioners, location, starts_at, own_hold)
    }
    hold = held_by(own_hold) if own_hold else None
    able = [each for each in practitioners if each.pk in slots]
    able = by_load(able, location, starts_at)
    if hold is not None and hold.starts_at == starts_at:
        able.sort(key=lambda each: each.pk != hold.practitioner_id)
    return [(each, slots[each.pk]) for each in able]


def _accepted(by: Actor, place: Attendee, said: Said) -> Attendee:
    """Keep with a place which policy was accepted, when and from which network; evidence, not a way to find people."""
    if said.agrees and said.notice is not None:
        given = Given(How.BOOKING)
        notices.answer(by=by, client=place.client, notice=said.notice, accepted=True, given=given)
    if said.policy is None:
        return place
    place.policy, place.policy_accepted_at = said.policy, clock.now()
    place.accepted_from = said.network
    place.save(update_fields=["policy", "policy_accepted_at", "accepted_from"])
    return place


def _place_of(session: Appointment, known: Client | None) -> Attendee | None:
    if known is None:
        return None
    places = session.attendees.filter(of(known)).exclude(state=Attendee.State.CANCELLED)
    place: Attendee | None = places.first()
    return place


def _who(by: Actor, person: Person, said: Said, pk: UUID | None = None) -> Callable[[], Client]:
    """Return what makes the client once the time is won: the one whom a code named, or a newcomer."""
    return lambda: said.known or _newcomer(by, person, pk)


def _newcomer(by: Actor, person: Person, pk: UUID | None) -> Client:
    """Return a saved client with a key of their own; staff tie them to a known record later, never this code."""
    values = {
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email,
        "phone": person.phone,
    }
    client = add(by=by, values=values, provenance=SELF_BOOKING, pk=pk)
    if person.language:
        client.language = person.language
        client.save(update_fields=["language"])
    return client
