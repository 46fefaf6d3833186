"""Cancelling a place in an appointment: who did, why in a coded word, and how much notice there was."""

from __future__ import annotations

from datetime import timedelta

from accounts import audit
from accounts.tenancy import everywhere
from bookings.appointments import assigning
from bookings.appointments.freeing import Stretch, freed, place_freed
from bookings.messaging import messages
from bookings.models import Appointment, Attendee
from bookings.recalls import keeping as recalls
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor

_ENDING = (
    "state",
    "state_at",
    "cancelled_by",
    "cancel_reason",
    "cancel_note",
    "notice_minutes",
    "is_late",
)


@everywhere()
def cancel(
    *,
    by: Actor,
    attendee: Attendee,
    side: str,
    reason: str,
    note: str = "",
    tell: bool | None = None,
) -> Attendee:
    """Give up a client's place; the appointment goes with its last attendee and frees the time. Return the attendee.

    `side` is an `Attendee.Side`, `reason` an `Attendee.Reason`, `note` is for colleagues. One by the client within the
    notice agreed at booking `is_late`. A group's session stays, also when nobody is left: staff set its time.
    `tell` says whether the client is told (None: as the practice does it). Cancelling twice changes nothing. Never
    looks at hours, length or service, which may have changed since. Raises ValidationError for words that don't fit.
    """
    place = give_up(attendee, side=side, reason=reason, note=note)
    if place is None:
        return _as_it_is(attendee)
    audit.record("appointment.cancelled", by=by, of=place.appointment, client_id=place.client_id)
    messages.after_cancelling(place, tell=tell)
    if place.appointment.state == Appointment.State.CANCELLED:
        freed(Stretch.of(place.appointment))
    elif place.appointment.capacity > 1:
        place_freed(place.appointment)
    return place


def give_up(attendee: Attendee, *, side: str, reason: str, note: str = "") -> Attendee | None:
    """Write that a place is given up, and that the appointment is with its last one; None when it was before.

    Says and frees nothing: that is for the verb that calls. Raises ValidationError for words that don't fit.
    """
    appointment: Appointment = Appointment.objects.select_for_update(no_key=True).get(
        pk=attendee.appointment_id
    )
    place = _as_it_is(attendee)
    place.appointment = appointment
    if place.state == Attendee.State.CANCELLED:
        return None
    now = clock.now()
    place.state, place.state_at = Attendee.State.CANCELLED, now
    place.cancelled_by, place.cancel_reason, place.cancel_note = side, reason, note
    place.notice_minutes = (appointment.starts_at - now) // timedelta(minutes=1)
    place.is_late = (
        side == Attendee.Side.CLIENT and place.notice_minutes < appointment.cancel_notice_minutes
    )
    place.clean_fields(exclude=["comment", "appointment", "client", "notice", "policy"])
    place.save(update_fields=_ENDING)
    recalls.release(place)
    others = appointment.attendees.exclude(pk=place.pk).exclude(state=Attendee.State.CANCELLED)
    if appointment.capacity == 1 and not others.exists():
        end(appointment)
    return place


def end(appointment: Appointment) -> None:
    """Write that an appointment, whose row is locked, doesn't take place."""
    appointment.state, appointment.cancelled_at = Appointment.State.CANCELLED, clock.now()
    appointment.sequence += 1
    appointment.save(update_fields=["state", "cancelled_at", "sequence"])
    assigning.release(appointment)


def _as_it_is(attendee: Attendee) -> Attendee:
    fresh: Attendee = Attendee.objects.select_related("client", "appointment").get(pk=attendee.pk)
    return fresh
