"""Booking at the desk: for a known or a new client, and, knowingly, beside another appointment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import Location, Practitioner
from bookings.appointments import conflicts as conflicting
from bookings.appointments import elsewhere
from bookings.appointments.booking import book
from bookings.appointments.conflicts import Conflict
from bookings.appointments.drafting import draft
from bookings.models import Appointment, Service
from clients import records
from clients.models import Client
from privacy.vocabulary.scope import Actor


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
    tell: bool | None = None,
) -> Appointment:
    """Book for `client`, or for a new one made from `new_client` once the time is won; return the appointment.

    `overbook_because` says why it may stand beside another appointment, the client's own included; the audit keeps it
    sealed (features C11).
    Raises what `book` raises, and ValidationError for details of a new client that can't be.
    """
    return book(
        by=by,
        practitioner=practitioner,
        service=service,
        location=location,
        starts_local=starts_local,
        client=client or (lambda: records.add(by=by, values=new_client)),
        overbook_because=overbook_because,
        tell=tell,
        people=elsewhere.people(client),
    )


def conflicts(
    *,
    practitioner: Practitioner,
    service: Service,
    location: Location,
    starts_local: datetime,
    client: Client | None = None,
) -> list[Conflict]:
    """Return the practitioner's appointments that a service started then would overlap, and the client's."""
    wanted = draft(practitioner, service, location, starts_local)
    return conflicting.conflicts(wanted, location.time_zone, elsewhere.people(client))
