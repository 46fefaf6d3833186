"""The signed link by which a person sees and cancels their own booking: one purpose, one account, gone afterwards."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer

from accounts.models import AccountAnchor
from bookings.models import Attendee
from privacy.vocabulary import clock, scope

PURPOSE = "bookings.manage"


class BadLink(LookupError):
    """The link was altered, cut off or made for another practice."""


class ExpiredLink(LookupError):
    """The appointment is over, and its link with it."""


def token_of(attendee: Attendee) -> str:
    """Return the token of the link to one place in an appointment; it holds an id and nothing personal."""
    return _signer(PURPOSE).sign(_short(attendee.pk))


def find(token: str) -> Attendee:
    """Return the place that a token stands for, with its appointment; raise `BadLink` or `ExpiredLink`."""
    attendee: Attendee | None = (
        Attendee.objects.select_related(
            "client",
            "appointment__practitioner",
            "appointment__location",
            "appointment__service",
        )
        .filter(pk=_read(PURPOSE, token))
        .first()
    )
    if attendee is None:
        raise BadLink
    if attendee.appointment.ends_at <= clock.now():
        raise ExpiredLink
    return attendee


def sealed_id(purpose: str, value: UUID) -> str:
    """Return an id signed for a purpose, to travel through a form."""
    return _signer(purpose).sign(_short(value))


def open_id(purpose: str, text: str) -> UUID:
    """Return the id that `sealed_id` signed for this purpose and account; raise `BadLink`."""
    return _read(purpose, text)


def sealed_text(purpose: str, text: str) -> str:
    """Return a short text without anything personal, signed for a purpose and the active account."""
    return _signer(purpose).sign(text)


def open_text(purpose: str, sealed: str) -> str:
    """Return the text that `sealed_text` signed for this purpose and account; raise `BadLink`."""
    try:
        return _signer(purpose).unsign(sealed)
    except BadSignature:
        raise BadLink from None


def manage_url(account: AccountAnchor, attendee: Attendee) -> str:
    """Return the whole address of the page where a person changes or cancels their booking."""
    return absolute(account.url("booking", token_of(attendee)))


def absolute(address: str) -> str:
    """Return an address of ours with scheme and host, for messages."""
    return address if "://" in address else settings.BASE_URL + address


def _signer(purpose: str) -> Signer:
    return Signer(salt=f"keepwell|{purpose}|{scope.current().account_id}", sep=".")


def _read(purpose: str, token: str) -> UUID:
    try:
        return UUID(bytes=urlsafe_b64decode(_signer(purpose).unsign(token) + "=="))
    except (BadSignature, ValueError):
        raise BadLink from None


def _short(value: UUID) -> str:
    return urlsafe_b64encode(value.bytes).decode().rstrip("=")
