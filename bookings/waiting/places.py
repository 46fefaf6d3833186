"""Places in sessions as times to offer: what somebody who waits for a group can be given."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from accounts.models import Location, Practitioner
from bookings.availability.wall_time import local
from bookings.groups import Session, places_left
from bookings.models import Appointment
from bookings.waiting.matching import LEAST_NOTICE, Time
from privacy.vocabulary import clock


def session_of(
    practitioner: Practitioner, location: Location, starts_at: datetime, ends_at: datetime
) -> Appointment | None:
    """Return the session that a stretch of time is, if it is one."""
    found: Appointment | None = (
        Appointment.objects.select_related("location")
        .filter(
            practitioner=practitioner,
            location=location,
            starts_at=starts_at,
            ends_at=ends_at,
            state=Appointment.State.BOOKED,
            capacity__gt=1,
        )
        .order_by("id")
        .first()
    )
    return found


def place_in(session: Appointment) -> list[Time]:
    """Return a session as a time to offer, while it is to come and has room for one more offer."""
    if session.starts_at <= clock.now() + LEAST_NOTICE or not places_left(session):
        return []
    return [time_of(session)]


def time_of(session: Appointment) -> Time:
    """Return a session as a time."""
    return Time(
        session.service_id,
        session.practitioner_id,
        session.location_id,
        session.starts_at,
        session.ends_at,
        local(session.starts_at, session.location.time_zone).replace(tzinfo=None),
    )


def times_of(service: UUID, location: UUID, found: Iterable[Session]) -> list[Time]:
    """Return the sessions that have room as times."""
    return [
        Time(service, each.practitioner, location, each.starts_at, each.ends_at, each.local_start)
        for each in found
        if not each.is_full
    ]
