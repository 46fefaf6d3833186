"""Visits that passed and of which nobody said how they went: work that waits, never settled by the clock alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from accounts.places import here
from bookings.models import Appointment, Attendee
from clients import directory
from privacy.vocabulary import clock

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One place in an appointment as a list tells it."""

    appointment: UUID
    attendee: UUID
    who: str
    service: str
    practitioner: str
    starts_at: datetime
    zone: str
    answer_by: datetime | None


def unsettled() -> QuerySet[Attendee]:
    """Return the places whose time is over and whose client still counts as expected, the latest first."""
    found: QuerySet[Attendee] = Attendee.objects.filter(
        here("appointment__location"),
        state=Attendee.State.EXPECTED,
        appointment__state=Appointment.State.BOOKED,
        appointment__ends_at__lt=clock.now(),
    ).order_by("-appointment__starts_at", "id")
    return found


def page(number: str) -> Page[Attendee]:
    """Return one page of them."""
    related = unsettled().select_related("appointment__practitioner", "appointment__location")
    return Paginator(related, PER_PAGE).get_page(number)


def described_places(places: Iterable[Attendee]) -> list[Line]:
    """Return places in words; names come from the directory in one go."""
    rows = list(places)
    names = directory.names({each.client_id for each in rows})
    return [
        Line(
            appointment=each.appointment_id,
            attendee=each.pk,
            who=names.get(each.client_id, ""),
            service=each.appointment.service_name,
            practitioner=str(each.appointment.practitioner.name),
            starts_at=each.appointment.starts_at,
            zone=each.appointment.location.time_zone,
            answer_by=each.appointment.answer_by,
        )
        for each in rows
    ]


def described(appointments: QuerySet[Appointment]) -> list[Line]:
    """Return the places of appointments in words, in the appointments' order."""
    order = [each.pk for each in appointments]
    places = (
        Attendee.objects.filter(appointment_id__in=order)
        .exclude(state=Attendee.State.CANCELLED)
        .select_related("appointment__practitioner", "appointment__location")
    )
    lines = described_places(places)
    return sorted(lines, key=lambda each: (order.index(each.appointment), each.attendee))
