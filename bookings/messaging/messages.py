"""Messages about appointments: a row for each, sent by the outbox, checked again against the booking when it is due."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from accounts import audit, outbox
from accounts.models import OutboxJob
from bookings.messaging.delivery import NotDelivered, deliver
from bookings.models import Appointment, Attendee, Message
from clients.models import Client
from privacy.vocabulary import clock
from privacy.vocabulary.fields import is_unreadable
from privacy.vocabulary.scope import SYSTEM

JOB = "message.send"
# A move that is undone or corrected within a minute tells the client once
SECOND_THOUGHTS = timedelta(seconds=60)
REMIND_BEFORE = timedelta(hours=24)
MOST_ATTEMPTS = 10

Category, Channel, State = Message.Category, Message.Channel, Message.State
CHANNELS: dict[str, tuple[str, ...]] = {
    Client.Reminders.EMAIL: (Channel.EMAIL,),
    Client.Reminders.SMS: (Channel.SMS,),
    Client.Reminders.BOTH: (Channel.EMAIL, Channel.SMS),
    Client.Reminders.NONE: (),
}


def after_booking(attendee: Attendee) -> None:
    """Queue the confirmation, and the reminder for the day before, of a new booking."""
    _queue(attendee, Category.CONFIRMATION)
    _queue_reminder(attendee)


def after_change(appointment: Appointment) -> None:
    """Queue the news of a move and a new reminder for everyone who still comes; raise the sequence before."""
    stale = Message.objects.filter(
        attendee__appointment_id=appointment.pk,
        state=State.QUEUED,
        sequence__lt=appointment.sequence,
    )
    stale.update(state=State.SUPPRESSED, reason="moved")
    for attendee in appointment.attendees.select_related("client").exclude(
        state=Attendee.State.CANCELLED
    ):
        attendee.appointment = appointment
        _queue(attendee, Category.CHANGE, clock.now() + SECOND_THOUGHTS)
        _queue_reminder(attendee)


def after_cancelling(attendee: Attendee) -> None:
    """Queue the news of a cancellation; what was still to be sent about the place is not."""
    queued = Message.objects.filter(attendee_id=attendee.pk, state=State.QUEUED)
    queued.update(state=State.SUPPRESSED, reason="cancelled")
    if attendee.appointment.starts_at > clock.now():
        _queue(attendee, Category.CANCELLATION)


@outbox.handles(JOB)
def send(work: outbox.Work) -> None:
    """Send one message if it is still true and wanted; one that can't be delivered is tried again, then failed."""
    message: Message | None = (
        Message.objects.select_related(
            "client", "attendee__client", "attendee__appointment__location"
        )
        .filter(pk=UUID(work.payload["message"]), state=State.QUEUED)
        .first()
    )
    if message is None:
        return
    address = _address(message)
    reason = _reason_against(message) or ("" if address else "no_address")
    if reason:
        _close(message, State.SUPPRESSED, reason)
        return
    try:
        deliver(message, address)
    except NotDelivered as failure:
        if not (failure.for_good or _is_last_attempt(work)):
            raise
        _close(message, State.FAILED, failure.reason)
        return
    message.sent_at = clock.now()
    _close(message, State.SENT, "")


def _queue(attendee: Attendee, category: str, send_at: datetime | None = None) -> None:
    """Write the row of each channel that the client wants, or one that says why nothing goes out (features G1)."""
    channels = CHANNELS[attendee.client.reminders]
    for channel in channels or (Channel.EMAIL,):
        message = Message(
            client_id=attendee.client_id,
            attendee=attendee,
            channel=channel,
            category=category,
            sequence=attendee.appointment.sequence,
            send_at=send_at or clock.now(),
        )
        if not channels:
            message.state, message.reason = State.SUPPRESSED, "preference"
        message.save(force_insert=True)
        if channels:
            outbox.enqueue(JOB, {"message": str(message.pk)}, run_at=message.send_at)


def _queue_reminder(attendee: Attendee) -> None:
    send_at = attendee.appointment.starts_at - REMIND_BEFORE
    if send_at > clock.now():
        _queue(attendee, Category.REMINDER, send_at)


def _reason_against(message: Message) -> str:
    """Return why a message must not go out any more, or ""."""
    attendee = message.attendee
    appointment: Appointment = attendee.appointment
    gone = attendee.state == Attendee.State.CANCELLED or not _is_live(appointment)
    if gone != (message.category == Category.CANCELLATION):
        return "cancelled" if gone else "superseded"
    if not gone and message.sequence != appointment.sequence:
        return "moved"
    if appointment.starts_at <= clock.now():
        return "past"
    if message.channel not in CHANNELS[message.client.reminders]:
        return "preference"
    return ""


def _is_live(appointment: Appointment) -> bool:
    return appointment.state in Appointment.LIVE


def _address(message: Message) -> str:
    """Return where the client can be reached today; "" where nothing is known or the record was erased."""
    client = message.client
    address = client.email if message.channel == Channel.EMAIL else client.phone
    return "" if is_unreadable(address) else str(address)


def _is_last_attempt(work: outbox.Work) -> bool:
    attempts: int = OutboxJob.objects.values_list("attempts", flat=True).get(pk=work.job_id)
    return attempts >= MOST_ATTEMPTS


def _close(message: Message, state: str, reason: str) -> None:
    message.state, message.reason = state, reason
    message.save()
    audit.record(f"message.{state}", by=SYSTEM, of=message, client_id=message.client_id)
