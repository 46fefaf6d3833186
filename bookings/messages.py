"""Messages about appointments: a row for each, sent by the outbox, checked again against the booking when it is due."""

from __future__ import annotations

from bookings.models import Appointment, Attendee


def after_booking(attendee: Attendee) -> None:
    """Queue the confirmation and the reminder of a new booking."""


def after_change(appointment: Appointment) -> None:
    """Queue the news of a move and a new reminder for everyone who still comes; raise the sequence before."""


def after_cancelling(attendee: Attendee) -> None:
    """Queue the news of a cancellation."""
