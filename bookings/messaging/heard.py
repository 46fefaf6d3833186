"""What clients have heard of their appointments so far: for sure, or perhaps."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from bookings.models import Appointment, Attendee, Message, Move

Category, State = Message.Category, Message.State
# What makes a client expect the appointment
TELLING = (Category.CONFIRMATION, Category.REMINDER, Category.CHANGE, Category.REQUEST)
LEFT = Q(state__in=(State.SENDING, State.SENT, State.DELIVERED)) | Q(is_in_doubt=True)


def told(which: Q) -> set[UUID]:
    """Return the attendees among some who were told that they have an appointment."""
    rows = Message.objects.filter(which, LEFT, category__in=TELLING)
    return set(rows.values_list("attendee_id", flat=True))


def is_change_known(appointment: Appointment) -> bool:
    """Whether the news of the last change has reached, or may have reached, anybody who comes."""
    news = Q(attendee__appointment_id=appointment.pk, sequence=appointment.sequence)
    return bool(Message.objects.filter(news, LEFT, category__in=TELLING).exists())


def known_start(attendee: Attendee, *, before: int | None = None) -> datetime:
    """Return the start that a client has in mind: the one they were told last, else the one the appointment has.

    `before` leaves out what was told of that sequence and later ones.
    """
    appointment: Appointment = attendee.appointment
    news = Q() if before is None else Q(sequence__lt=before)
    rows = Message.objects.filter(news, LEFT, attendee_id=attendee.pk, category__in=TELLING)
    last = rows.order_by("-sequence").values_list("sequence", flat=True).first()
    if last is None or last == appointment.sequence:
        return appointment.starts_at
    since = Move.objects.filter(appointment_id=appointment.pk, sequence__gt=last)
    moved = since.order_by("sequence").values_list("from_starts_at", flat=True).first()
    return moved or appointment.starts_at
