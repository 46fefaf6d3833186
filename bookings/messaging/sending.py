"""Sending one message: claimed in a transaction that commits before the wire, recorded in one after it.

A claim looks at the booking again. Dying between the two leaves the row `sending`: the next claim marks it as perhaps
sent twice (`is_in_doubt`) and sends again, so that none is lost.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts import audit, outbox
from accounts.models.practice import current_anchor
from accounts.tenancy import acting_in
from bookings.messaging.delivery import Letter, NotDelivered, Taken, deliver, letter_of
from bookings.messaging.preferences import language
from bookings.messaging.queueing import JOB
from bookings.messaging.receipts import receipts_url
from bookings.messaging.recipients import of_message
from bookings.messaging.settling import settle
from bookings.messaging.truth import is_news_of_ending, leaves_at, reason_against
from bookings.messaging.wording import written
from bookings.models import Message
from privacy.vocabulary import clock
from privacy.vocabulary.fields import is_unreadable
from privacy.vocabulary.scope import SYSTEM, Purpose

MOST_ATTEMPTS = 10

Channel, State = Message.Channel, Message.State


@outbox.handles(JOB, long=True)
def send(work: outbox.Work) -> None:
    """Send one message if it is still true and wanted; what the provider didn't take is tried again, then failed."""
    letter = _claim(work)
    if letter is None:
        return
    try:
        taken = deliver(letter)
    except NotDelivered as failure:
        if _record_failure(work, letter, failure):
            raise
        return
    _record(work, letter, taken)


def _claim(work: outbox.Work) -> Letter | None:
    """Take a message for sending, as its booking stands now; None when there is nothing to send any more."""
    with acting_in(work.account, purpose=Purpose.MAINTENANCE):
        work.beat_here()
        message: Message | None = (
            Message.objects.select_for_update(of=("self",))
            .select_related(
                "client",
                "attendee__client",
                "attendee__appointment__location",
                "attendee__policy",
                "attendee__notice",
                "offer__location",
                "via__client",
                "via__other",
                "via__contact",
                "about__client",
                "about__other",
                "about__contact",
                "entry",
            )
            .filter(
                pk=UUID(work.payload["message"]),
                state__in=(State.QUEUED, State.SENDING),
                send_at__lte=clock.now(),
            )
            .first()
        )
        return None if message is None else _claimed(message)


def _claimed(message: Message) -> Letter | None:
    """Settle what becomes of a due message; return what to send when it is still to be sent."""
    if message.state == State.SENDING:
        message.is_in_doubt = True
    reason = settle(message, told=is_news_of_ending(message)) or reason_against(message)
    address = "" if reason else _address(message)
    if not reason and not address:
        reason = "no_address"
    moment = None if reason else leaves_at(message)
    if not reason and moment is None:
        reason = "quiet"
    if reason:
        _close(message, State.SUPPRESSED, reason)
    elif message.attempts >= MOST_ATTEMPTS:
        _close(message, State.FAILED, "gave_up")
    elif moment is not None and moment > clock.now():
        _put_off(message, moment)
    else:
        return _taken(message, address)
    return None


def _taken(message: Message, address: str) -> Letter:
    """Write the message on its row and mark it as being sent."""
    account = current_anchor()
    message.language = language(of_message(message))
    if message.attendee is not None:
        message.attendee.via = (
            message.via
        )  # links in it lead them, and last as long as what they may do
    words = written(message, account)
    message.address, message.subject, message.body = address, words.subject, words.body
    message.state, message.reason = State.SENDING, ""
    message.attempts += 1
    message.save()
    return letter_of(message, account, receipts_url(account))


def _put_off(message: Message, moment: datetime) -> None:
    message.state, message.send_at = State.QUEUED, moment
    message.save()
    outbox.enqueue(JOB, {"message": str(message.pk)}, run_at=moment)


def _record(work: outbox.Work, letter: Letter, taken: Taken) -> None:
    """Keep that the provider took the message; a receipt that was faster stays."""
    with acting_in(work.account, purpose=Purpose.MAINTENANCE):
        work.beat_here()
        message = _locked(letter)
        message.provider, message.provider_id = taken.provider, taken.id
        message.sent_at = clock.now()
        if message.state == State.SENDING:
            _close(message, State.SENT, "")
        else:
            message.save()


def _record_failure(work: outbox.Work, letter: Letter, failure: NotDelivered) -> bool:
    """Keep that the provider didn't take the message, or perhaps did; return whether to try again."""
    with acting_in(work.account, purpose=Purpose.MAINTENANCE):
        work.beat_here()
        message = _locked(letter)
        message.is_in_doubt = message.is_in_doubt or failure.is_in_doubt
        if message.state != State.SENDING:  # a receipt tells that it arrived after all
            message.save()
            return False
        if failure.for_good or message.attempts >= MOST_ATTEMPTS:
            _close(message, State.FAILED, failure.reason)
            return False
        message.state, message.reason = State.QUEUED, failure.reason
        message.save()
        return True


def _locked(letter: Letter) -> Message:
    message: Message = Message.objects.select_for_update().get(pk=letter.id)
    return message


def _address(message: Message) -> str:
    """Return where whom it is for can be reached today; "" where nothing is known or the record was erased."""
    who = of_message(message)
    address = who.email if message.channel == Channel.EMAIL else who.phone
    return "" if is_unreadable(address) else str(address)


def _close(message: Message, state: str, reason: str) -> None:
    message.state, message.reason = state, reason
    message.save()
    audit.record(f"message.{state}", by=SYSTEM, of=message, client_id=message.client_id)
