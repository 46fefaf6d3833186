"""Booking at the desk: for a known or a new client, and, knowingly, beside another appointment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts import audit
from accounts.models import Location, Practitioner
from accounts.templatetags.keepwell import clock as clock_words
from bookings.booking import book
from bookings.diary.words import span_words
from bookings.models import Appointment, Attendee, Service
from bookings.wall_time import resolve
from clients import directory, records
from clients.models import Client
from privacy.vocabulary.scope import Actor


@dataclass(frozen=True, slots=True)
class Conflict:
    """An appointment that stands where another is wanted, in words."""

    id: UUID
    time: str
    who: str
    service: str


def book_at_desk(
    *,
    by: Actor,
    practitioner: Practitioner,
    service: Service,
    location: Location,
    starts_local: datetime,
    client: Client | None,
    new_client: dict[str, Any],
    overbook_because: str = "",
) -> Appointment:
    """Book for `client`, or for a new one made from `new_client` once the time is won; return the appointment.

    `overbook_because` says why it may stand beside another appointment; it is sealed into the audit (features C11).
    Raises what `book` raises, and ValidationError for details of a new client that can't be.
    """
    made = client or (lambda: records.add(by=by, values=new_client))
    appointment = book(
        by=by,
        practitioner=practitioner,
        service=service,
        location=location,
        starts_local=starts_local,
        client=made,
        overbook=bool(overbook_because),
    )
    if overbook_because:
        attendee = Attendee.objects.get(appointment=appointment)
        audit.record(
            "appointment.overbooked",
            by=by,
            of=appointment,
            client_id=attendee.client_id,
            detail={"reason": overbook_because},
        )
    return appointment


def conflicts(
    *, practitioner: Practitioner, service: Service, location: Location, starts_local: datetime
) -> list[Conflict]:
    """Return the practitioner's appointments whose kept time a service started then would overlap, buffers counted."""
    starts = resolve(starts_local, location.time_zone).instant
    before, after = (
        timedelta(minutes=service.buffer_before),
        timedelta(minutes=service.buffer_after),
    )
    rows = (
        Appointment.objects.filter(
            practitioner=practitioner,
            state__in=Appointment.LIVE,
            busy_from__lt=starts + timedelta(minutes=service.duration_minutes) + after,
            busy_until__gt=starts - before,
        )
        .order_by("starts_at")
        .values_list("id", "starts_at", "ends_at", "service_name", "attendees__client_id")[:6]
    )
    names = directory.names({row[4] for row in rows if row[4]})
    zone = location.time_zone
    return [
        Conflict(
            pk,
            span_words(clock_words(starts_at, zone), clock_words(ends_at, zone)),
            names.get(who, ""),
            what,
        )
        for pk, starts_at, ends_at, what, who in rows
    ]
