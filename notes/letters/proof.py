"""What a signature under a letter seals: all that stands in its row and the PDF, by hash (as `notes.proof` does)."""

from __future__ import annotations

import hashlib
from datetime import UTC

from notes.models import Letter
from notes.proof import canonical
from privacy.vocabulary.fields import is_unreadable
from privacy.vocabulary.former import as_signed


def hash_of(letter: Letter) -> str:
    """Return the SHA-256 of a signed letter's canonical text, in hex."""
    assert letter.document is not None  # a signed one has its file
    assert letter.signed_at is not None
    facts = {
        "kind": "letter",
        "v": 1,
        "id": str(letter.pk),
        "account": str(letter.account_id),
        "client": str(letter.client_id),
        "author": str(letter.author_id),
        "author_name": letter.author_name,
        "recipient": letter.recipient,
        "subject": letter.subject,
        "body": letter.body,
        "shows": letter.shows,
        "dated_on": letter.dated_on.isoformat(),
        "signed_at": letter.signed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "signed_zone": letter.signed_zone,
        "pdf": letter.document.sha256,
    }
    return hashlib.sha256(canonical(as_signed(facts, at=letter.signed_at))).hexdigest()


def holds(letter: Letter) -> bool:
    """Hash a signed letter again and compare with what was kept."""
    sealed = (letter.body, letter.subject, letter.recipient, letter.author_name)
    if letter.document is None or any(is_unreadable(value) for value in sealed):
        return False
    return hash_of(letter) == str(letter.content_hash)
