"""A person books their own time: always as a new, unconfirmed client, whoever they say they are (features D4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Location, Practitioner, PrivacyNotice
from accounts.time_zones import zone_info
from bookings.booking import SlotTaken, book
from bookings.models import Appointment, Service
from bookings.openings import nearest, openings
from clients.models import Client
from clients.records import SELF_BOOKING, add
from privacy.vocabulary.scope import Actor


@dataclass(frozen=True, slots=True)
class Person:
    """Who a visitor says they are; `phone` is in E.164 or empty."""

    given_name: str
    family_name: str
    email: str
    phone: str = ""


def book_online(
    *,
    by: Actor,
    service: Service,
    practitioners: list[Practitioner],
    location: Location,
    starts_at: datetime,
    person: Person,
    comment: str = "",
    notice: PrivacyNotice | None = None,
    appointment_id: UUID | None = None,
) -> Appointment:
    """Book an opening with the first of these practitioners who is free at `starts_at` (an instant); return the booking.

    `appointment_id` makes sending the same form twice harmless: the second time the first booking is returned.
    No client is looked up, so the answer says nothing about who is known here. Raises `SlotTaken`.
    """
    earlier = _sent_before(appointment_id)
    if earlier is not None:
        return earlier
    slots = _open_at(service, practitioners, location, starts_at)
    for practitioner in practitioners:
        slot = slots.get(practitioner.pk)
        if slot is None:
            continue
        try:
            return book(
                by=by,
                practitioner=practitioner,
                service=service,
                location=location,
                starts_local=slot,
                client=lambda: _newcomer(by, person),
                comment=comment,
                notice=notice,
                provenance=SELF_BOOKING,
                appointment_id=appointment_id,
            )
        except SlotTaken:
            continue
    earlier = _sent_before(appointment_id)
    if earlier is not None:
        return earlier
    raise SlotTaken(
        nearest(service=service, practitioners=practitioners, location=location, wanted=starts_at)
    )


def _open_at(
    service: Service, practitioners: list[Practitioner], location: Location, starts_at: datetime
) -> dict[UUID, datetime]:
    """Return practitioner → wall time of the opening at an instant, for those who have one."""
    day = starts_at.astimezone(zone_info(location.time_zone)).date()
    found = openings(
        service=service,
        practitioners=practitioners,
        location=location,
        first_day=day,
        last_day=day,
    )
    return {slot.practitioner: slot.local_start for slot in found if slot.starts_at == starts_at}


def _sent_before(appointment_id: UUID | None) -> Appointment | None:
    if appointment_id is None:
        return None
    earlier: Appointment | None = Appointment.objects.filter(
        pk=appointment_id, provenance=SELF_BOOKING
    ).first()
    return earlier


def _newcomer(by: Actor, person: Person) -> Client:
    """Return a saved client with a key of their own; staff tie them to a known record later, never this code."""
    values = {
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email,
        "phone": person.phone,
    }
    return add(by=by, values=values, provenance=SELF_BOOKING)
