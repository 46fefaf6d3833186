"""The log of messages: everything that was sent to clients, waits, failed, or was not sent and why (features G1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from accounts import practice_settings
from accounts.time_zones import zone_info
from bookings.messaging.reasons import doubt, why
from bookings.messaging.recipients import of_message
from bookings.models import Message
from clients import directory

A_PAGE = 50
# state → icon, tone
LOOK = {
    Message.State.QUEUED: ("clock", "quiet"),
    Message.State.SENDING: ("send", "info"),
    Message.State.SENT: ("check", "good"),
    Message.State.DELIVERED: ("check", "good"),
    Message.State.FAILED: ("alert", "danger"),
    Message.State.SUPPRESSED: ("ban", "quiet"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One message as the log shows it; its text stays sealed."""

    message: Message
    client_name: str
    via_name: str
    icon: str
    tone: str
    why: str
    doubt: str
    at: datetime
    about: datetime | None
    about_zone: str
    appointment: UUID | None


def rows() -> QuerySet[Message]:
    """Return every message, newest first, with what is shown of its booking; what is sealed stays unread."""
    found: QuerySet[Message] = (
        Message.objects.select_related(
            "attendee__appointment", "offer__location", "via__other", "via__contact"
        )
        .defer(
            "address",
            "subject",
            "body",
            "attendee__comment",
            "attendee__cancel_note",
            "attendee__accepted_from",
        )
        .order_by("-created_at", "-id")
    )
    return found


def page(filters: dict[str, Any], number: str) -> tuple[Page[Message], list[Line]]:
    """Return one page of the log and its lines; `filters` are codes by field, and a `day` on the practice's wall."""
    found = rows()
    chosen = dict(filters)
    if day := chosen.pop("day", None):
        starts = _midnight(day)
        found = found.filter(send_at__gte=starts, send_at__lt=_midnight(day + timedelta(days=1)))
    shown = Paginator(found.filter(**chosen), A_PAGE).get_page(number)
    names = directory.names({each.client_id for each in shown})
    return shown, [line(each, names.get(each.client_id, "")) for each in shown]


def line(message: Message, client_name: str) -> Line:
    """Return a message as the log shows it."""
    icon, tone = LOOK[Message.State(message.state)]
    appointment = message.attendee.appointment if message.attendee else None
    about = message.offer or appointment
    return Line(
        message=message,
        client_name=client_name,
        via_name=of_message(message).name if message.via else "",
        icon=icon,
        tone=tone,
        why=why(message),
        doubt=doubt(message),
        at=message.sent_at or message.send_at,
        about=about.starts_at if about else None,
        about_zone=(message.offer.location.time_zone if message.offer else "")
        or (appointment.time_zone if appointment else ""),
        appointment=appointment.pk if appointment else None,
    )


def query(filters: dict[str, Any]) -> str:
    """Return the filters as the address of a page holds them."""
    return urlencode({name: str(value) for name, value in filters.items()})


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone_info(practice_settings.zone()))
