"""A request that nobody answered ends by itself: the time is free again and the client is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from accounts import audit, outbox
from bookings.appointments.cancelling import give_up
from bookings.appointments.freeing import Stretch, freed
from bookings.messaging import messages
from bookings.models import Appointment, Attendee
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM

JOB = "request.expire"
# So much time to set out in a client has after the answer, or half of what was left when they asked
TO_SET_OUT = timedelta(hours=1)


def last_answer(starts_at: datetime) -> datetime:
    """Return until when a request for a time to come can be answered so that the client can still act on it."""
    return starts_at - min(TO_SET_OUT, max(starts_at - clock.now(), timedelta()) / 2)


def expire_at_its_time(appointment: Appointment) -> None:
    """Ask for a request to end when its answer is due."""
    outbox.enqueue(JOB, {"appointment": str(appointment.pk)}, run_at=appointment.answer_by)


@outbox.handles(JOB)
def expire(work: outbox.Work) -> None:
    """End a request that is still open past its time."""
    request: Appointment | None = (
        Appointment.objects.select_for_update(no_key=True)
        .filter(
            pk=UUID(work.payload["appointment"]),
            state=Appointment.State.REQUESTED,
            answer_by__lte=clock.now(),
        )
        .first()
    )
    if request is not None:
        refuse(request, side=Attendee.Side.SYSTEM, reason=Attendee.Reason.OTHER)
        audit.record("request.expired", by=SYSTEM, of=request)


def refuse(
    request: Appointment, *, side: str, reason: str, note: str = "", tell: bool | None = None
) -> None:
    """End a request whose row is locked, free its time and tell the client."""
    places = request.attendees.exclude(state=Attendee.State.CANCELLED).order_by("id")
    for each in places:
        place = give_up(each, side=side, reason=reason, note=note)
        if place is not None and tell is not False:
            messages.after_declining(place)
    request.refresh_from_db()
    freed(Stretch.of(request))
