"""Booking a time: by staff in the diary and by people themselves."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from uuid import UUID

from accounts import audit
from accounts.models import Location, Practitioner, PrivacyNotice
from bookings.availability import Slot
from bookings.messaging import messages
from bookings.models import Appointment, Attendee, Service
from bookings.openings import nearest
from bookings.taking import Taken, taking
from bookings.wall_time import NonexistentTime, resolve
from clients.models import Client
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor, ActorKind

__all__ = ["NonexistentTime", "SlotTaken", "book"]


class SlotTaken(Exception):
    """The time is somebody else's; `nearest` are up to three free ones around it."""

    def __init__(self, nearest: list[Slot]) -> None:
        super().__init__("The time is taken.")
        self.nearest = nearest


def book(
    *,
    by: Actor,
    practitioner: Practitioner,
    service: Service,
    location: Location,
    starts_local: datetime,
    client: Client | Callable[[], Client],
    comment: str = "",
    notice: PrivacyNotice | None = None,
    provenance: str = "staff",
    overbook: bool = False,
    appointment_id: UUID | None = None,
) -> Appointment:
    """Book a practitioner's time for a client and queue the messages about it; return the appointment.

    `starts_local` is the naive wall time at the location (fold=1: second pass of a repeated hour). `client` may be a
    function that makes the client once the time is won. `notice` is the privacy notice that was shown. `overbook` puts
    it on top of another appointment. Hours are not looked at: staff may book outside them.
    Raises `SlotTaken`, `NonexistentTime`, ValidationError for a comment that is too long.
    """
    appointment = _drafted(practitioner, service, location, starts_local)
    appointment.provenance, appointment.is_overbooked = provenance, overbook
    if appointment_id is not None:
        appointment.pk = appointment_id
    try:
        with nullcontext() if overbook else taking(practitioner.pk):
            appointment.save(force_insert=True)
            attendee = Attendee(
                appointment=appointment,
                client=client() if callable(client) else client,
                comment=comment,
                notice=notice,
                notice_shown_at=clock.now() if notice else None,
                provenance=provenance,
            )
            attendee.full_clean(exclude=["appointment", "client", "notice"])
            attendee.save(force_insert=True)
    except Taken:
        raise SlotTaken(
            nearest(
                service=service,
                practitioners=[practitioner],
                location=location,
                wanted=appointment.starts_at,
                at_desk=by.kind == ActorKind.MEMBER,
            )
        ) from None
    audit.record("appointment.booked", by=by, of=appointment, client_id=attendee.client_id)
    messages.after_booking(attendee)
    return appointment


def _drafted(
    practitioner: Practitioner, service: Service, location: Location, starts_local: datetime
) -> Appointment:
    """Return an unsaved appointment with its own copy of what the service is today."""
    resolved = resolve(starts_local, location.time_zone)
    ends_at = resolved.instant + timedelta(minutes=service.duration_minutes)
    return Appointment(
        practitioner=practitioner,
        location=location,
        service=service,
        service_name=service.name,
        colour=service.colour,
        duration_minutes=service.duration_minutes,
        price_minor=service.price_minor,
        currency=service.currency,
        local_date=starts_local.date(),
        local_time=starts_local.time(),
        time_zone=resolved.zone,
        tzdb_version=resolved.tzdb_version,
        starts_at=resolved.instant,
        ends_at=ends_at,
        busy_from=resolved.instant - timedelta(minutes=service.buffer_before),
        busy_until=ends_at + timedelta(minutes=service.buffer_after),
    )
