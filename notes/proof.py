"""What a signature seals: the canonical text of a note and of what is added to it, and the hashes that chain them.

Canonical is JSON as RFC 8785 (JCS) writes it: keys sorted, no space, UTF-8; the values are texts, whole numbers, lists,
objects and null, so that any language computes the same bytes. The hash is SHA-256 of them, in hex. A co-signature names
the note's hash; each addendum the hash before it, the first one the co-signature's, else the note's own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from notes.models import Addendum, CoSignature, Note
from notes.models.notes import PROOF_VERSION
from privacy.vocabulary.fields import is_unreadable
from privacy.vocabulary.former import as_signed

_FIRST = 1  # which knew neither amendments nor a day of its own


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found when a signed note was hashed again: whether it, its co-signature and each addendum are as signed."""

    note_holds: bool
    addenda: dict[Any, bool]
    cosignature_holds: bool = True

    @property
    def holds(self) -> bool:
        """Whether nothing was altered."""
        return self.note_holds and self.cosignature_holds and all(self.addenda.values())


def canonical(facts: object) -> bytes:
    """Return the one JSON text of `facts` (RFC 8785); raise ValueError for NaN and infinities."""
    return json.dumps(
        facts, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    ).encode()


def signed_as(note: Note) -> dict[str, str | None]:
    """Return the ids under which a note was signed: its own, or of a moved one those of where it was."""
    if note.origin:
        return dict(note.origin)
    return {
        "id": str(note.pk),
        "client": str(note.client_id),
        "appointment": str(note.appointment_id) if note.appointment_id else None,
    }


def note_facts(note: Note) -> dict[str, Any]:
    """Return all that a signature freezes."""
    facts: dict[str, Any] = {
        "kind": "note",
        "v": note.proof_version,
        **signed_as(note),
        "account": str(note.account_id),
        "author": str(note.author_id),
        "author_name": note.author_name,
        "template": str(note.template_id) if note.template_id else None,
        "template_version": note.template_version,
        "sections": note.sections,
        "title": note.title,
        "content": note.content,
        "version": note.version,
        "signed_at": _instant(note.signed_at),
        "signed_zone": note.signed_zone,
        "provenance": note.provenance,
    }
    if note.proof_version == _FIRST:
        return facts
    before = note.amends
    return facts | {
        "seen_on": note.seen_on.isoformat() if note.seen_on else None,
        "amends": signed_as(before)["id"] if before else None,
        "amended_hash": before.content_hash if before else None,
        "reason": note.reason,
    }


def note_hash(note: Note) -> str:
    """Return the SHA-256 of a signed note's canonical text, in hex."""
    return _hash(as_signed(note_facts(note), at=note.signed_at))


def cosignature_hash(cosignature: CoSignature, previous: str) -> str:
    """Return the SHA-256 of a co-signature's canonical text; `previous` is the hash of the note below which it stands."""
    facts = as_signed(
        {
            "kind": "cosignature",
            "v": PROOF_VERSION,
            "account": str(cosignature.account_id),
            "cosigner": str(cosignature.cosigner_id),
            "cosigner_name": cosignature.cosigner_name,
            "signed_at": _instant(cosignature.signed_at),
            "signed_zone": cosignature.signed_zone,
            "previous": previous,
        },
        at=cosignature.signed_at,
    )
    return _hash(facts)


def added_as(addendum: Addendum) -> dict[str, str]:
    """Return the ids under which an addendum was added: its own, or of a moved one those of where it was."""
    if addendum.origin:
        return dict(addendum.origin)
    return {
        "id": str(addendum.pk),
        "client": str(addendum.client_id),
        "note": str(addendum.note_id),
    }


def addendum_hash(addendum: Addendum, previous: str) -> str:
    """Return the SHA-256 of an addendum's canonical text; `previous` is the hash it is chained to."""
    facts = as_signed(
        {
            "kind": "addendum",
            "v": _FIRST,
            **added_as(addendum),
            "account": str(addendum.account_id),
            "author": str(addendum.author_id),
            "author_name": addendum.author_name,
            "text": addendum.text,
            "added_at": _instant(addendum.added_at),
            "previous": previous,
        },
        at=addendum.added_at,
    )
    return _hash(facts)


def check(
    note: Note, addenda: Iterable[Addendum] = (), cosignature: CoSignature | None = None
) -> Proof:
    """Hash a signed note and what was added to it (addenda in their order) again and compare with what was kept."""
    sealed = (note.content, note.title, note.reason, note.author_name, note.content_hash)
    readable = not any(is_unreadable(value) for value in sealed)
    holds = readable and note_hash(note) == note.content_hash
    previous, cosigned = str(note.content_hash), True
    if cosignature is not None:
        cosigned = cosignature.content_hash == cosignature_hash(cosignature, previous)
        previous = str(cosignature.content_hash)
    found: dict[Any, bool] = {}
    for addendum in addenda:
        found[addendum.pk] = addendum.content_hash == addendum_hash(addendum, previous)
        previous = str(addendum.content_hash)
    return Proof(holds, found, cosigned)


def _hash(facts: dict[str, Any]) -> str:
    return hashlib.sha256(canonical(facts)).hexdigest()


def _instant(moment: datetime | None) -> str | None:
    """Return an instant in UTC with six digits of its second, as PostgreSQL keeps it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if moment else None
