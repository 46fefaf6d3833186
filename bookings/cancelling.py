"""Cancelling a place in an appointment: who did, why in a coded word, and how much notice there was."""

from __future__ import annotations

from datetime import timedelta

from accounts import audit
from bookings.messaging import messages
from bookings.models import Appointment, Attendee
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor


def cancel(*, by: Actor, attendee: Attendee, side: str, reason: str) -> Attendee:
    """Give up a client's place; the appointment goes with its last attendee and frees the time. Return the attendee.

    `side` is an `Attendee.Side`, `reason` an `Attendee.Reason`. Cancelling twice changes nothing. Never looks at hours,
    length or service, which may have changed since. Raises ValidationError for an unknown side or reason.
    """
    appointment: Appointment = Appointment.objects.select_for_update().get(
        pk=attendee.appointment_id
    )
    place: Attendee = Attendee.objects.select_related("client").get(pk=attendee.pk)
    place.appointment = appointment
    if place.state == Attendee.State.CANCELLED:
        return place
    now = clock.now()
    place.state, place.state_at = Attendee.State.CANCELLED, now
    place.cancelled_by, place.cancel_reason = side, reason
    place.notice_minutes = (appointment.starts_at - now) // timedelta(minutes=1)
    place.clean_fields(exclude=["comment", "appointment", "client", "notice"])
    place.save(
        update_fields=["state", "state_at", "cancelled_by", "cancel_reason", "notice_minutes"]
    )
    others = appointment.attendees.exclude(pk=place.pk).exclude(state=Attendee.State.CANCELLED)
    if not others.exists():
        appointment.state, appointment.cancelled_at = Appointment.State.CANCELLED, now
        appointment.sequence += 1
        appointment.save(update_fields=["state", "cancelled_at", "sequence"])
    audit.record("appointment.cancelled", by=by, of=appointment, client_id=place.client_id)
    messages.after_cancelling(place)
    return place
