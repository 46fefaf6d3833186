"""Hands a message to the region's own mail route or text gateway; touches no database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import MIMEPart
from email.utils import parseaddr
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation

from accounts.cells import cell
from accounts.mail_route import MAIL_TROUBLE, refusal_of
from accounts.models import AccountAnchor
from bookings.messaging import enclosing
from bookings.messaging.calendar_entry import entry_of
from bookings.messaging.calendar_file import FILE_NAME
from bookings.messaging.text_messages import NotSent, send_text
from bookings.models import Message
from clients.disclosures.outward import stays
from clients.models import normalise_phone

# What fits into one encoded word of RFC 2047
SENDER_BYTES = 45
# Kinds of message that come with a calendar file
WITH_CALENDAR = (
    Message.Category.CONFIRMATION,
    Message.Category.CHANGE,
    Message.Category.CANCELLATION,
)


class NotDelivered(Exception):
    """A message was not taken. `reason` is a code and names nobody, `for_good` says that trying again is useless.

    `is_in_doubt`: the line broke after the message was handed over and before the answer, so it may have been taken.
    """

    def __init__(self, reason: str, *, for_good: bool, is_in_doubt: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason[:40]
        self.for_good = for_good
        self.is_in_doubt = is_in_doubt


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it goes over the wire: read from the database before, sent without it."""

    id: UUID
    region: str
    mailer: str
    channel: str
    practice: str
    address: str
    subject: str
    body: str
    calendar: bytes = b""
    method: str = ""
    receipts: str = ""
    enclosed: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """That a provider took a message, and what it calls it."""

    provider: str
    id: str = ""


def letter_of(message: Message, account: AccountAnchor, receipts: str) -> Letter:
    """Return a message that was written, with its calendar file, ready for the wire."""
    calendar, method = b"", ""
    if message.channel == Message.Channel.EMAIL and message.category in WITH_CALENDAR:
        calendar = entry_of(account, message.attendee)
        is_over = message.category == Message.Category.CANCELLATION
        method = "CANCEL" if is_over else "PUBLISH"
    return Letter(
        id=message.pk,
        region=account.region,
        mailer=cell(account.cell).mailer,
        channel=message.channel,
        practice=account.name,
        address=message.address,
        subject=message.subject,
        body=message.body,
        calendar=calendar,
        method=method,
        receipts=receipts,
        enclosed=_enclosed(message, account),
    )


def _enclosed(message: Message, account: AccountAnchor) -> str:
    with translation.override(message.language or settings.LANGUAGE_CODE):
        return enclosing.copy_of(message, account.name)


def deliver(letter: Letter) -> Taken:
    """Hand a message over and return who took it; raise `NotDelivered`."""
    if letter.channel == Message.Channel.SMS:
        return _send_text(letter)
    return _send_mail(letter)


def _send_text(letter: Letter) -> Taken:
    try:
        accepted = send_text(
            letter.region,
            to=normalise_phone(letter.address),
            text=letter.body,
            reference=letter.id,
            receipts=letter.receipts,
        )
    except NotSent as failure:
        raise NotDelivered(
            str(failure), for_good=failure.for_good, is_in_doubt=failure.is_in_doubt
        ) from None
    return Taken(accepted.provider, accepted.id)


@stays("to the client about their own appointments: the log of messages has it")
def _send_mail(letter: Letter) -> Taken:
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    host = urlsplit(settings.BASE_URL).hostname or "keepwell"
    mail = EmailMessage(
        subject=letter.subject,
        body=letter.body,
        from_email=str(Address(_sender_name(letter.practice), addr_spec=sender)),
        to=[letter.address],
        headers={"Auto-Submitted": "auto-generated", "Message-ID": f"<{letter.id}@{host}>"},
    )
    if letter.calendar:
        mail.attach(_calendar_part(letter))
    if letter.enclosed:
        mail.attach(enclosing.FILE_NAME, letter.enclosed, "text/plain")
    try:
        mail.send(using=letter.mailer)
    except MAIL_TROUBLE as error:
        refusal = refusal_of(error)
        raise NotDelivered(
            refusal.reason, for_good=refusal.for_good, is_in_doubt=refusal.is_in_doubt
        ) from None
    # What a backend of Anymail's leaves on a mail that it handed over
    status = getattr(mail, "anymail_status", None)
    return Taken(
        "mail", str(getattr(status, "message_id", None) or mail.extra_headers["Message-ID"])
    )


def _sender_name(practice: str) -> str:
    """Return a practice's name as it may stand before an address: without what headers give a meaning, in one line.

    Longer names are cut at a word: folded ones come out of Python's header writer without their quotes.
    """
    words = re.sub(r'[()<>\[\]:;@\\,."]', " ", practice).split()
    while len(words) > 1 and len(" ".join(words).encode()) > SENDER_BYTES:
        words.pop()
    return " ".join(words).encode()[:SENDER_BYTES].decode(errors="ignore")


def _calendar_part(letter: Letter) -> MIMEPart:
    """Return the calendar file as an attachment whose method calendars read."""
    part = MIMEPart()
    part.set_content(
        letter.calendar.decode(),
        subtype="calendar",
        cte="base64",
        disposition="attachment",
        filename=FILE_NAME,
        params={"method": letter.method},
    )
    return part
