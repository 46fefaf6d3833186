"""Taking and giving up places in a session, under the lock of its row: never more places than it has."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.tenancy import everywhere
from bookings.appointments.booking import AT_THE_DESK, Shown, add_place
from bookings.appointments.cancelling import cancel, end, give_up
from bookings.appointments.freeing import Stretch, freed
from bookings.groups.room import places_left
from bookings.messaging import messages
from bookings.models import Appointment, Attendee
from clients.identity import of
from clients.models import Client
from privacy.vocabulary import clock, scope
from privacy.vocabulary.scope import Actor, ActorKind

__all__ = ["Full", "call_off", "join", "leave"]

# Giving up a place in a session is what it is anywhere: the session stays, staff set its time
leave = cancel


class Full(Exception):
    """Every place of the session is taken."""

    def __init__(self) -> None:
        super().__init__("The session is full.")


@everywhere()
def join(
    *,
    by: Actor,
    appointment: Appointment,
    client: Client | Callable[[], Client],
    shown: Shown = AT_THE_DESK,
    tell: bool | None = None,
    claims: bool = False,
) -> Attendee:
    """Give a client a place in a session and queue the messages about it; return the attendee.

    `client` may be a function that makes the client once the place is won. Somebody who gave up their place before
    gets it back. A place on offer to the waiting list is kept from whoever books online, but not from staff nor from
    whoever `claims` it. Raises `Full`, ValidationError for a session that is cancelled and for somebody who has a place.
    """
    session = _locked(appointment)
    kept = not claims and by.kind != ActorKind.MEMBER
    if not places_left(session, kept=kept):
        raise Full
    with transaction.atomic(using=scope.current().database):
        person = client() if callable(client) else client
        earlier = _kept(session, person)
        place = add_place(session, person, shown) if earlier is None else _again(earlier)
    audit.record("session.joined", by=by, of=session, client_id=place.client_id)
    messages.after_booking(place, tell=tell)
    return place


@everywhere()
def call_off(
    *,
    by: Actor,
    appointment: Appointment,
    reason: str,
    note: str = "",
    tell: bool | None = None,
) -> Appointment:
    """Cancel a session with every place in it and tell each client; return the session. Twice changes nothing.

    Raises ValidationError for a reason that is none.
    """
    session: Appointment = Appointment.objects.select_for_update(no_key=True).get(pk=appointment.pk)
    if session.state == Appointment.State.CANCELLED:
        return session
    present = session.attendees.exclude(state=Attendee.State.CANCELLED).order_by("id")
    gone = [
        give_up(each, side=Attendee.Side.PRACTICE, reason=reason, note=note) for each in present
    ]
    session.refresh_from_db()
    if session.state != Appointment.State.CANCELLED:
        end(session)
    for place in filter(None, gone):
        place.appointment = session
        audit.record("appointment.cancelled", by=by, of=session, client_id=place.client_id)
        messages.after_cancelling(place, tell=tell)
    audit.record("session.called_off", by=by, of=session, count=len(gone))
    freed(Stretch.of(session))
    return session


def _locked(appointment: Appointment) -> Appointment:
    """Return a session's row as it is now, locked: whoever else wants a place waits."""
    session: Appointment = (
        Appointment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("location", "practitioner", "service")
        .get(pk=appointment.pk)
    )
    if session.capacity == 1:
        raise ValidationError(_("This is an appointment for one person."))
    if session.state != Appointment.State.BOOKED:
        raise ValidationError(_("This session was cancelled."))
    return session


def _kept(session: Appointment, person: Client) -> Attendee | None:
    """Return the place that somebody has or had in a session; of two, after a merge, the one they still have."""
    places = session.attendees.filter(of(person)).order_by("state_at")
    return next((each for each in places if each.state != Attendee.State.CANCELLED), places.last())


def _again(place: Attendee) -> Attendee:
    """Return a place that was given up to whom it belonged."""
    if place.state != Attendee.State.CANCELLED:
        raise ValidationError(_("They have a place in this session already."))
    place.state, place.state_at = Attendee.State.EXPECTED, clock.now()
    place.cancelled_by, place.cancel_reason, place.cancel_note = "", "", ""
    place.notice_minutes, place.is_late = None, False
    place.save(
        update_fields=[
            "state",
            "state_at",
            "cancelled_by",
            "cancel_reason",
            "cancel_note",
            "notice_minutes",
            "is_late",
        ]
    )
    return place
