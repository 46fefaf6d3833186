"""Writes a message about a booking and hands it to the region's own mail route or text gateway."""

from __future__ import annotations

import re
import smtplib
from email.headerregistry import Address
from email.message import MIMEPart
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.cells import cell
from accounts.models import AccountAnchor
from accounts.models.practice import current_anchor
from accounts.templatetags.keepwell import when
from bookings.calendar_entry import entry_of, place_of
from bookings.calendar_file import FILE_NAME
from bookings.links import absolute, manage_url
from bookings.messaging.text_messages import NotSent, send_text
from bookings.models import Attendee, Message
from clients.models import normalise_phone

# What fits into one encoded word of RFC 2047
SENDER_BYTES = 45


class NotDelivered(Exception):
    """A message was not taken; `reason` is a code and names nobody, `for_good` says that trying again is useless."""

    def __init__(self, reason: str, *, for_good: bool) -> None:
        super().__init__(reason)
        self.reason = reason[:40]
        self.for_good = for_good


def deliver(message: Message, address: str) -> None:
    """Write a message to `address` as the booking stands now, send it, and keep what was sent on the row (unsaved).

    It names the practice, time and place: no service, no practitioner, no client. Raises `NotDelivered`.
    """
    account = current_anchor()
    message.address = address
    message.subject = subject_of(message.category, account.name)
    message.body = render_to_string(
        f"messages/{message.category}_{message.channel}.txt", _words(account, message.attendee)
    ).strip()
    if message.channel == Message.Channel.SMS:
        _send_text(account, message)
    else:
        _send_mail(account, message)


def subject_of(category: str, practice: str) -> str:
    """Return the subject of a mail."""
    words = {
        Message.Category.CONFIRMATION: _("Your appointment at %(practice)s"),
        Message.Category.REMINDER: _("Reminder: your appointment at %(practice)s"),
        Message.Category.CHANGE: _("New time for your appointment at %(practice)s"),
        Message.Category.CANCELLATION: _("Cancelled: your appointment at %(practice)s"),
    }
    return words[Message.Category(category)] % {"practice": " ".join(practice.split())}


def _words(account: AccountAnchor, attendee: Attendee) -> dict[str, str]:
    appointment = attendee.appointment
    return {
        "practice": account.name,
        "when": when(appointment.starts_at, appointment.time_zone),
        "zone": appointment.time_zone.split("/")[-1].replace("_", " "),
        "place": place_of(attendee),
        "phone": appointment.location.phone,
        "manage_url": manage_url(account, attendee),
        "book_url": absolute(account.url("book")),
    }


def _send_text(account: AccountAnchor, message: Message) -> None:
    try:
        send_text(account.region, to=normalise_phone(message.address), text=message.body)
    except NotSent as failure:
        raise NotDelivered(str(failure), for_good=failure.for_good) from None


def _send_mail(account: AccountAnchor, message: Message) -> None:
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    host = urlsplit(settings.BASE_URL).hostname or "keepwell"
    mail = EmailMessage(
        subject=message.subject,
        body=message.body,
        from_email=str(Address(_sender_name(account.name), addr_spec=sender)),
        to=[message.address],
        headers={"Auto-Submitted": "auto-generated", "Message-ID": f"<{message.pk}@{host}>"},
    )
    if message.category != Message.Category.REMINDER:
        mail.attach(_calendar_part(account, message.attendee))
    try:
        mail.send(using=cell(account.cell).mailer)
    except smtplib.SMTPRecipientsRefused as refusal:
        codes = [code for code, _text in refusal.recipients.values()]
        raise NotDelivered("refused", for_good=all(code >= 500 for code in codes)) from None
    except (smtplib.SMTPException, OSError) as error:
        raise NotDelivered(type(error).__name__, for_good=False) from None


def _sender_name(practice: str) -> str:
    """Return a practice's name as it may stand before an address: without what headers give a meaning, in one line.

    Longer names are cut at a word: folded ones come out of Python's header writer without their quotes.
    """
    words = re.sub(r'[()<>\[\]:;@\\,."]', " ", practice).split()
    while len(words) > 1 and len(" ".join(words).encode()) > SENDER_BYTES:
        words.pop()
    return " ".join(words).encode()[:SENDER_BYTES].decode(errors="ignore")


def _calendar_part(account: AccountAnchor, attendee: Attendee) -> MIMEPart:
    """Return the calendar file as an attachment whose method calendars read."""
    cancelled = attendee.state == Attendee.State.CANCELLED
    part = MIMEPart()
    part.set_content(
        entry_of(account, attendee).decode(),
        subtype="calendar",
        cte="base64",
        disposition="attachment",
        filename=FILE_NAME,
        params={"method": "CANCEL" if cancelled else "PUBLISH"},
    )
    return part
