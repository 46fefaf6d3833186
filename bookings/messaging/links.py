"""The signed links by which people see what is theirs: a booking, an offer, a place on the waiting list.

Each is for one purpose and one account. A token is an id, itself no guess, and as much of a signature as keeps it one and
still leaves room in a text message.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer

from accounts.models import AccountAnchor
from bookings.models import Attendee
from clients.identity import are_one
from clients.models import Relationship
from clients.relationships.relating import NOTHING, grants_today
from privacy.vocabulary import clock, scope

PURPOSE, VIA = "bookings.manage", "bookings.manage.via"
OFFER, PLACE = "bookings.offer", "bookings.waiting"
# An id has 74 bits of chance already; 11 more signs, 66 bits, tie it to its purpose and account
SIGNATURE = 11


class BadLink(LookupError):
    """The link was altered, cut off or made for another practice."""


class ExpiredLink(LookupError):
    """The appointment is over, and its link with it."""


def token_of(attendee: Attendee) -> str:
    """Return the token of the link to one place in an appointment; it holds ids and nothing personal."""
    if attendee.via is not None:
        return _signer(VIA).sign(_short(attendee.pk) + _short(attendee.via.pk))
    return _signer(PURPOSE).sign(_short(attendee.pk))


def find(token: str) -> Attendee:
    """Return the place that a token stands for, with its appointment; raise `BadLink` or `ExpiredLink`."""
    pk, via = _read_token(token)
    attendee: Attendee | None = (
        Attendee.objects.select_related(
            "client",
            "appointment__practitioner",
            "appointment__location",
            "appointment__service",
        )
        .filter(pk=pk)
        .first()
    )
    if attendee is None:
        raise BadLink
    if via is not None:
        _look_through(attendee, via)
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


def short_manage_url(account: AccountAnchor, attendee: Attendee) -> str:
    """Return a shorter address that leads to the same page, for text messages."""
    return absolute(account.url("booking_short", token_of(attendee)))


def absolute(address: str) -> str:
    """Return an address of ours with scheme and host, for messages."""
    return address if "://" in address else settings.BASE_URL + address


def _look_through(attendee: Attendee, via: UUID) -> None:
    """Let somebody who stands by the client see or change the place, as far as that is granted today."""
    row = Relationship.objects.select_related("client", "other", "contact").filter(pk=via).first()
    grants = grants_today(row) if row and are_one(row, attendee) else NOTHING
    if row is None or not (grants.gets_messages or grants.can_book):
        raise BadLink
    attendee.via, attendee.is_only_shown = row, not grants.can_book


def _read_token(token: str) -> tuple[UUID, UUID | None]:
    try:
        return _read(PURPOSE, token), None
    except BadLink:
        both = open_text(VIA, token)
    half = len(both) // 2
    try:
        return _uuid(both[:half]), _uuid(both[half:])
    except ValueError:
        raise BadLink from None


class _Short(Signer):
    """A signer whose signatures fit into a text message."""

    def signature(self, value: str | bytes, key: str | bytes | None = None) -> str:
        """Return the first signs of the signature."""
        return super().signature(value, key)[:SIGNATURE]


def _signer(purpose: str) -> Signer:
    return _Short(salt=f"keepwell|{purpose}|{scope.current().account_id}", sep=".")


def _read(purpose: str, token: str) -> UUID:
    try:
        return _uuid(_signer(purpose).unsign(token))
    except (BadSignature, ValueError):
        raise BadLink from None


def _uuid(short: str) -> UUID:
    return UUID(bytes=urlsafe_b64decode(short + "=="))


def _short(value: UUID) -> str:
    return urlsafe_b64encode(value.bytes).decode().rstrip("=")
