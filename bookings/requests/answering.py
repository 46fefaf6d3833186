"""Saying yes or no to a request; it was held all the while, so a yes can't be too late for somebody else."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import audit
from accounts.places import here
from accounts.tenancy import everywhere
from bookings.appointments.expiring import refuse
from bookings.messaging import messages
from bookings.models import Appointment, Attendee
from privacy.vocabulary.scope import Actor


def waiting() -> QuerySet[Appointment]:
    """Return the requests that staff have to answer, the most pressing first."""
    found: QuerySet[Appointment] = Appointment.objects.filter(
        here(), state=Appointment.State.REQUESTED
    ).order_by("answer_by", "id")
    return found


@everywhere()
def accept(*, by: Actor, appointment: Appointment, tell: bool | None = None) -> Appointment:
    """Make a request a booking, same row and id, and confirm it to the client; return it.

    Raises ValidationError when it was answered, withdrawn or expired before.
    """
    request = _locked(appointment)
    request.state, request.answer_by = Appointment.State.BOOKED, None
    request.save(update_fields=["state", "answer_by"])
    places = request.attendees.exclude(state=Attendee.State.CANCELLED).select_related("client")
    for place in places.order_by("id"):
        place.appointment = request
        audit.record("request.accepted", by=by, of=request, client_id=place.client_id)
        messages.after_booking(place, tell=tell)
    return request


@everywhere()
def decline(
    *,
    by: Actor,
    appointment: Appointment,
    reason: str,
    note: str = "",
    tell: bool | None = None,
) -> Appointment:
    """Refuse a request: its time is free again and the client is told; return it.

    `reason` is an `Attendee.Reason`, `note` is for colleagues. Raises ValidationError when it was answered, withdrawn
    or expired before, or for a reason that is none.
    """
    request = _locked(appointment)
    refuse(request, side=Attendee.Side.PRACTICE, reason=reason, note=note, tell=tell)
    for client in request.attendees.values_list("client_id", flat=True):
        audit.record("request.declined", by=by, of=request, client_id=client)
    return request


def _locked(appointment: Appointment) -> Appointment:
    request: Appointment = (
        Appointment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("location", "practitioner", "service")
        .get(pk=appointment.pk)
    )
    if request.state != Appointment.State.REQUESTED:
        raise ValidationError(_("This request was answered already."))
    return request
