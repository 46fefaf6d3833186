"""The calendar file of a booking, for the mail about it and for the page."""

from __future__ import annotations

from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings

from accounts.models import AccountAnchor
from bookings.messaging.calendar_file import appointment_ics
from bookings.messaging.links import manage_url
from bookings.models import Attendee
from privacy.vocabulary import clock


def entry_of(account: AccountAnchor, attendee: Attendee) -> bytes:
    """Return the .ics of a place in an appointment as it stands; it names the practice, never the service."""
    appointment = attendee.appointment
    return appointment_ics(
        appointment=appointment.pk,
        host=urlsplit(settings.BASE_URL).hostname or "keepwell",
        sequence=appointment.sequence,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        zone=appointment.time_zone,
        practice=account.name,
        practice_email=parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
        location=place_of(attendee),
        manage_url=manage_url(account, attendee),
        now=clock.now(),
        cancelled=attendee.state == Attendee.State.CANCELLED,
    )


def place_of(attendee: Attendee) -> str:
    """Return the location's name and address in one line."""
    location = attendee.appointment.location
    return ", ".join(part for part in (location.name, location.address) if part)
