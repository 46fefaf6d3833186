"""Which messages a booking, a change or a cancellation gives rise to: a row for each, in the same transaction.

Each takes `tell`: True and False are somebody's choice, None is what the practice's settings say. What was not to be
told stands in the log with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from uuid_utils.compat import uuid7

from bookings.messaging import heard, recipients
from bookings.messaging.preferences import channels, practice_choices
from bookings.messaging.queueing import queue
from bookings.messaging.quiet import Quiet
from bookings.models import (
    Appointment,
    Attendee,
    Message,
    MessageSettings,
    WaitingEntry,
    WaitingOffer,
)
from bookings.signals import booked
from clients.models import Client, Relationship
from privacy.vocabulary import clock

# A move that is undone or corrected within a minute tells the client once
SECOND_THOUGHTS = timedelta(seconds=60)
# A reminder that the quiet hours would push closer to the appointment than this is not sent
LATEST_REMINDER = timedelta(hours=1)

Category, Channel, State = Message.Category, Message.Channel, Message.State


def after_booking(attendee: Attendee, tell: bool | None = None) -> None:
    """Queue the confirmation and the reminders of a new booking, or of a request that was accepted; tell higher apps."""
    chosen = practice_choices()
    _drop(Q(attendee_id=attendee.pk, category=Category.REQUEST), "superseded")
    _tell(attendee, Category.CONFIRMATION, _choice(tell, chosen.tells_of_booking))
    _queue_reminders(attendee, chosen)
    booked.send(Attendee, attendee_id=attendee.pk, service_id=attendee.appointment.service_id)


def after_request(attendee: Attendee) -> None:
    """Queue the word that a request was received and waits for the practice's answer."""
    _tell(attendee, Category.REQUEST, True)


def after_declining(attendee: Attendee) -> None:
    """Queue the news that a request was declined or ran out; nothing else about it is sent any more."""
    _drop(Q(attendee_id=attendee.pk), "cancelled")
    if attendee.appointment.starts_at > clock.now():
        _tell(attendee, Category.DECLINED, True)


def after_change(appointment: Appointment, tell: bool | None = None) -> None:
    """Queue the news of a move and new reminders for everyone who still comes; raise the sequence before.

    Who was to get the confirmation but did not yet gets it with the new time instead.
    """
    chosen = practice_choices()
    tells = _choice(tell, chosen.tells_of_change)
    stale = Q(attendee__appointment_id=appointment.pk, sequence__lt=appointment.sequence)
    unsent = _waiting(stale & Q(category__in=(Category.CONFIRMATION, Category.REQUEST)))
    _drop(stale, "moved")
    told = heard.told(Q(attendee__appointment_id=appointment.pk))
    later = clock.now() + SECOND_THOUGHTS
    for attendee in appointment.attendees.select_related("client").exclude(
        state=Attendee.State.CANCELLED
    ):
        attendee.appointment = appointment
        if attendee.pk in unsent and attendee.pk not in told:
            _tell(attendee, unsent[attendee.pk], True, later)
        else:
            _tell(attendee, Category.CHANGE, tells, later, told=attendee.pk in told)
        if appointment.state == Appointment.State.BOOKED:
            _queue_reminders(attendee, chosen)


def after_cancelling(attendee: Attendee, tell: bool | None = None) -> None:
    """Queue the news of a cancellation, for those who had been told of the booking or when somebody chose so.

    What was still to be sent about the place is not.
    """
    _drop(Q(attendee_id=attendee.pk), "cancelled")
    if attendee.appointment.starts_at <= clock.now():
        return
    told = attendee.pk in heard.told(Q(attendee_id=attendee.pk))
    if tell is None and not told:
        _keep_unsent(attendee, Category.CANCELLATION, "untold")
        return
    chosen = _choice(tell, practice_choices().tells_of_cancelling)
    _tell(attendee, Category.CANCELLATION, chosen, told=told)


def after_offer(offer: WaitingOffer) -> None:
    """Queue the offer of a time to somebody on the waiting list.

    Its link leads to the account's page `waiting_offer` with `links.sealed_id("bookings.offer", offer.pk)`. It isn't
    sent once the offer ended or expired.
    """
    telling = uuid7()
    for via, channel in recipients.ways(recipients.of_client(offer.client), Category.OFFER):
        queue(
            Message(
                client_id=offer.client_id,
                offer=offer,
                via_id=via,
                channel=channel,
                category=Category.OFFER,
                telling=telling,
                send_at=clock.now(),
            )
        )


def after_joining(entry: WaitingEntry) -> None:
    """Queue the word that somebody is on the waiting list, with the link by which they see and leave it."""
    telling = uuid7()
    for via, channel in recipients.ways(recipients.of_client(entry.client), Category.JOINED):
        queue(
            Message(
                client_id=entry.client_id,
                entry=entry,
                via_id=via,
                channel=channel,
                category=Category.JOINED,
                telling=telling,
                send_at=clock.now(),
            )
        )


def after_sharing(about: Relationship) -> None:
    """Queue the news that somebody may do more for a client, to the client (features B7)."""
    for via, channel in recipients.ways_of_notice(about):
        queue(
            Message(
                client_id=about.client_id,
                about=about,
                via_id=via,
                channel=channel,
                category=Category.SHARING,
                send_at=clock.now() + SECOND_THOUGHTS,
            )
        )


def quiet_of(client: Client, zone: str, chosen: MessageSettings) -> Quiet:
    """Return a client's quiet hours: on their own wall when their zone is known, else on that of `zone`."""
    return Quiet(chosen.quiet_from, chosen.quiet_until, client.time_zone or zone)


def reminders_at(
    starts_at: datetime, now: datetime, hours: Iterable[int], quiet: Quiet
) -> list[datetime]:
    """Return when to remind of an appointment: so many hours before, moved out of the quiet hours, never too late.

    A moment in the quiet hours moves to before they begin; when that is past, to their end.
    """
    found = set()
    for each in hours:
        wanted = starts_at - timedelta(hours=each)
        if wanted <= now:
            continue
        moment = quiet.before(wanted)
        if moment <= now:
            moment = quiet.until(wanted)
        if moment == wanted or moment <= starts_at - LATEST_REMINDER:
            found.add(moment)
    return sorted(found)


def _queue_reminders(attendee: Attendee, chosen: MessageSettings) -> None:
    appointment = attendee.appointment
    hours = [each for each in (chosen.reminder_hours, chosen.second_reminder_hours) if each]
    quiet = quiet_of(attendee.client, appointment.time_zone, chosen)
    for moment in reminders_at(appointment.starts_at, clock.now(), hours, quiet):
        _tell(attendee, Category.REMINDER, True, moment)


def _choice(tell: bool | None, default: bool) -> bool:
    return default if tell is None else tell


def _tell(
    attendee: Attendee,
    category: str,
    tells: bool,
    send_at: datetime | None = None,
    *,
    told: bool = False,
) -> None:
    """Write the row of each way that is wanted, or one that says why nothing goes out (features G1)."""
    those = recipients.of_client(attendee.client)
    found = recipients.ways(those, category, told=told)
    if not (tells and found):
        _keep_unsent(attendee, category, "preference" if tells else "chosen")
        return
    telling = uuid7()
    for via, channel in found:
        row = _row(attendee, category, channel, send_at)
        row.via_id, row.telling = via, telling
        queue(row)


def _keep_unsent(attendee: Attendee, category: str, reason: str) -> None:
    """Keep in the log that nothing went out and why."""
    wanted = channels(attendee.client, category) or (Channel.EMAIL,)
    row = _row(attendee, category, wanted[0])
    row.state, row.reason = State.SUPPRESSED, reason
    row.save(force_insert=True)


def _row(
    attendee: Attendee, category: str, channel: str, send_at: datetime | None = None
) -> Message:
    return Message(
        client_id=attendee.client_id,
        attendee=attendee,
        channel=channel,
        category=category,
        sequence=attendee.appointment.sequence,
        send_at=send_at or clock.now(),
    )


def _drop(which: Q, reason: str) -> None:
    """Take back what is still queued; a message that is on its way counts as told."""
    Message.objects.filter(which, state=State.QUEUED).update(state=State.SUPPRESSED, reason=reason)


def _waiting(which: Q) -> dict[UUID, str]:
    """Return the attendees who still wait for one of these messages, with its kind."""
    queued = Message.objects.filter(which, state=State.QUEUED)
    return dict(queued.values_list("attendee_id", "category"))
