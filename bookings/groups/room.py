"""How much room a session has: places taken, and those kept for people of the waiting list to whom they were offered."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from bookings.models import Appointment, Attendee, WaitingOffer
from privacy.vocabulary import clock

TAKEN = Count("attendees", filter=~Q(attendees__state=Attendee.State.CANCELLED))


def session_at(
    service: UUID, practitioner: UUID, location: UUID, starts_at: datetime
) -> Appointment | None:
    """Return the session of a service that begins at an instant; a place on offer is known by that."""
    found: Appointment | None = (
        Appointment.objects.filter(
            service_id=service,
            practitioner_id=practitioner,
            location_id=location,
            starts_at=starts_at,
            state=Appointment.State.BOOKED,
            capacity__gt=1,
        )
        .order_by("id")
        .first()
    )
    return found


def places_left(session: Appointment, *, kept: bool = True) -> int:
    """Return how many places nobody has and, with `kept`, nobody was offered."""
    taken = session.attendees.exclude(state=Attendee.State.CANCELLED).count()
    if kept:
        taken += _open_offers().filter(**_same(session)).count()
    return max(0, session.capacity - taken)


def offered() -> Coalesce:
    """Return the expression for how many places of a session are on offer."""
    theirs = _open_offers().filter(
        practitioner_id=OuterRef("practitioner_id"),
        starts_at=OuterRef("starts_at"),
        entry__service_id=OuterRef("service_id"),
    )
    many = theirs.order_by().values("practitioner_id").annotate(n=Count("id")).values("n")
    return Coalesce(Subquery(many), 0)


def full() -> QuerySet[Appointment]:
    """Return the sessions of which every place is taken."""
    rows: QuerySet[Appointment] = Appointment.objects.filter(
        capacity__gt=1, state=Appointment.State.BOOKED
    )
    return rows.annotate(taken=TAKEN).filter(taken__gte=F("capacity"))


def _open_offers() -> QuerySet[WaitingOffer]:
    rows: QuerySet[WaitingOffer] = WaitingOffer.objects.filter(
        state=WaitingOffer.State.OFFERED, expires_at__gt=clock.now()
    )
    return rows


def _same(session: Appointment) -> dict[str, object]:
    return {
        "practitioner_id": session.practitioner_id,
        "starts_at": session.starts_at,
        "entry__service_id": session.service_id,
    }
