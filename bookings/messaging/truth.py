"""Whether a message is still true and wanted, asked in the transaction that claims it, and when it may leave."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from accounts import practice_settings
from bookings.messaging.objections import is_objected
from bookings.messaging.preferences import is_wanted, practice_choices
from bookings.messaging.quiet import Quiet
from bookings.messaging.recipients import of_message
from bookings.messaging.topics import topic_of
from bookings.models import Appointment, Attendee, Message, WaitingEntry, WaitingOffer
from clients.models import Relationship
from clients.relationships.relating import grants_today
from privacy.vocabulary import clock

Category = Message.Category
# News that the quiet hours would bring less than this before the appointment goes out at once
ROOM = timedelta(hours=3)
ENDINGS = (Category.CANCELLATION, Category.DECLINED)


def reason_against(message: Message) -> str:
    """Return why a message must not go out any more, or ""."""
    if is_objected(message.client, message.category):
        return "objection"
    if message.category == Category.SHARING:
        return _of_sharing(message)
    if against := _untrue(message):
        return against
    told = is_news_of_ending(message)
    if not is_wanted(of_message(message), message.category, message.channel, told=told):
        return "preference"
    return ""


def is_news_of_ending(message: Message) -> bool:
    """Whether it tells of a change or an end, which whoever was told of the appointment hears of in any case."""
    return message.category in (Category.CHANGE, Category.CANCELLATION)


def _untrue(message: Message) -> str:
    if topic := topic_of(message):
        return topic.against(message)
    return _of_waiting(message) or _of_offer(message) or _of_place(message)


def leaves_at(message: Message) -> datetime | None:
    """Return when a due message may leave: now, or the end of the quiet hours; None when that is too late.

    Who has just booked or cancelled waits for the answer and gets it at any hour.
    """
    now = clock.now()
    ends_at = quiet_hours(message).until(now)
    if ends_at == now or _answers(message):
        return now
    if message.category == Category.SHARING:
        return ends_at
    if message.category == Category.REMINDER:
        return ends_at if ends_at + timedelta(hours=1) <= starts_at(message) else None
    limit = ends_of(message)
    return ends_at if limit is None or ends_at + ROOM <= limit else now


def starts_at(message: Message) -> datetime:
    """Return the start of the time that a message is about."""
    start: datetime = (message.offer or message.attendee.appointment).starts_at
    return start


def ends_of(message: Message) -> datetime | None:
    """Return until when a message makes sense; None for one that always does."""
    if topic := topic_of(message):
        return topic.ends_at(message)
    limit: datetime = message.offer.expires_at if message.offer else starts_at(message)
    return limit


def zone_of(message: Message) -> str:
    """Return the zone of the place that a message is about; the practice's where it is about none."""
    if message.category in (Category.SHARING, Category.JOINED) or topic_of(message):
        return practice_settings.zone()
    return str(
        message.offer.location.time_zone
        if message.offer
        else message.attendee.appointment.time_zone
    )


def quiet_hours(message: Message) -> Quiet:
    """Return the quiet hours of whom a message is for."""
    chosen = practice_choices()
    zone = of_message(message).time_zone or zone_of(message)
    return Quiet(chosen.quiet_from, chosen.quiet_until, zone)


def _answers(message: Message) -> bool:
    if topic := topic_of(message):
        return topic.at_once
    if message.category == Category.CANCELLATION:
        return bool(message.attendee.cancelled_by == Attendee.Side.CLIENT)
    return message.category in (Category.CONFIRMATION, Category.REQUEST, Category.JOINED)


def _of_sharing(message: Message) -> str:
    about: Relationship = message.about
    return "" if any(asdict(grants_today(about)).values()) else "superseded"


def _of_waiting(message: Message) -> str:
    gone = message.entry and message.entry.state != WaitingEntry.State.WAITING
    return "superseded" if gone else ""


def _of_offer(message: Message) -> str:
    offer: WaitingOffer | None = message.offer
    if offer is None:
        return ""
    if offer.state != WaitingOffer.State.OFFERED:
        return "superseded"
    return "past" if offer.expires_at <= clock.now() else ""


def _of_place(message: Message) -> str:
    attendee = message.attendee
    if attendee is None:
        return ""
    appointment: Appointment = attendee.appointment
    gone = (
        attendee.state == Attendee.State.CANCELLED
        or appointment.state == Appointment.State.CANCELLED
    )
    if gone != (message.category in ENDINGS):
        return "cancelled" if gone else "superseded"
    if not gone and message.sequence != appointment.sequence:
        return "moved"
    asked = appointment.state == Appointment.State.REQUESTED
    if not gone and asked != (message.category == Category.REQUEST):
        return "superseded"
    return "past" if appointment.starts_at <= clock.now() else ""
