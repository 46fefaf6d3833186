"""Booking codes: staff hand one to a client, who types it while booking online and is known from then on (D4)."""

from __future__ import annotations

import secrets
from typing import Final

from django.db.models import Q, QuerySet

from accounts import audit
from accounts.models import Member
from clients.identity import of
from clients.models import BookingCode, Client
from privacy.vocabulary import clock, keyring
from privacy.vocabulary.scope import Actor

# Without letters and digits that are read for each other; 30 ** 8 codes
LETTERS: Final = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
LENGTH: Final = 8
INDEX: Final = "clients.booking_code"
LIVE = Q(revoked_at=None) & (Q(is_single_use=False) | Q(used_at=None))


def issue(
    *, by: Actor, client: Client, member: Member | None = None, is_single_use: bool = True
) -> tuple[BookingCode, str]:
    """Make a code for a client; return its row and the code itself, which can't be shown again."""
    text = "".join(secrets.choice(LETTERS) for _place in range(LENGTH))
    code = BookingCode(
        client=client, digest=_digest(text), is_single_use=is_single_use, created_by=member
    )
    code.save(force_insert=True)
    audit.record("booking_code.issued", by=by, of=code, client_id=client.pk)
    return code, f"{text[:4]}-{text[4:]}"


def revoke(*, by: Actor, code: BookingCode) -> None:
    """Make a code worthless; twice is once."""
    if BookingCode.objects.filter(pk=code.pk, revoked_at=None).update(revoked_at=clock.now()):
        audit.record("booking_code.revoked", by=by, of=code, client_id=code.client_id)


def live_codes(client: Client) -> QuerySet[BookingCode]:
    """Return the codes of a client that still work."""
    found: QuerySet[BookingCode] = BookingCode.objects.filter(LIVE, of(client))
    return found


def find(text: str) -> BookingCode | None:
    """Return the code that somebody typed, with its client, if it works; None for every other text alike.

    Its row is locked, so that a code for one booking isn't used for two at once. One statement whatever was typed.
    """
    code: BookingCode | None = (
        BookingCode.objects.select_for_update(of=("self",))
        .select_related("client__alias_of")
        .filter(LIVE, digest=_digest(text))
        .first()
    )
    return None if code is None or code.client.archived_at else code


def use(*, by: Actor, code: BookingCode) -> None:
    """Note that a code was used."""
    code.used_at = clock.now()
    code.save(update_fields=["used_at"])
    audit.record("booking_code.used", by=by, of=code, client_id=code.client_id)


def _digest(text: str) -> bytes:
    """Return what is kept of a code, however it was typed: "abcd efgh" is "ABCD-EFGH"."""
    typed = "".join(letter for letter in text.upper() if letter in LETTERS)
    return keyring.lasting_index(INDEX, typed)
