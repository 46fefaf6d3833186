"""A visit: the secret by which a browser holds a time, sends its form once and finds its own booking again.

It travels signed in the address, without a cookie, and says nothing about anybody.
"""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7

from accounts.requests import AccountRequest
from bookings.messaging.links import BadLink, open_id, sealed_id
from bookings.models import Attendee
from clients.records import SELF_BOOKING

PURPOSE = "bookings.form"


def of(request: AccountRequest) -> UUID | None:
    """Return the visit that an address names, None without one or with one that was altered."""
    return opened(request.GET.get("visit", ""))


def opened(text: str) -> UUID | None:
    """Return the visit that a sealed text names, or None."""
    if not text:
        return None
    try:
        return open_id(PURPOSE, text)
    except BadLink:
        return None


def sealed(visit: UUID) -> str:
    """Return a visit as it travels."""
    return sealed_id(PURPOSE, visit)


def fresh(visit: UUID | None) -> UUID:
    """Return the visit, or a new one when there is none or it led to a booking before."""
    return visit if visit is not None and booked_in(visit) is None else UUID(str(uuid7()))


def booked_in(visit: UUID | None) -> Attendee | None:
    """Return the place that this visit booked: an appointment's that has its id, or a session's by whom it made known."""
    if visit is None:
        return None
    places = Attendee.objects.filter(provenance=SELF_BOOKING)
    found: Attendee | None = places.filter(appointment_id=visit).first()
    return found or places.filter(client_id=visit).first()
