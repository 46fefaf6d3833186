"""What a signature seals: the canonical text of a note and of each addendum, and the hashes that chain them.

Canonical is JSON as RFC 8785 (JCS) writes it: keys sorted, no space, UTF-8; the values are texts, whole numbers, lists
and null, so that any language computes the same bytes. The hash is SHA-256 of them, in hex. Each addendum names the hash
before it, the note's own for the first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from notes.models import Addendum, Note
from privacy.vocabulary.fields import is_unreadable

VERSION = 1


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found when a signed note was hashed again: whether the note, and each addendum by id, is as signed."""

    note_holds: bool
    addenda: dict[Any, bool]

    @property
    def holds(self) -> bool:
        """Whether nothing was altered."""
        return self.note_holds and all(self.addenda.values())


def canonical(facts: object) -> bytes:
    """Return the one JSON text of `facts` (RFC 8785); raise ValueError for NaN and infinities."""
    return json.dumps(
        facts, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    ).encode()


def note_facts(note: Note) -> dict[str, Any]:
    """Return all that a signature freezes."""
    return {
        "kind": "note",
        "v": VERSION,
        "id": str(note.pk),
        "account": str(note.account_id),
        "client": str(note.client_id),
        "appointment": str(note.appointment_id) if note.appointment_id else None,
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


def note_hash(note: Note) -> str:
    """Return the SHA-256 of a signed note's canonical text, in hex."""
    return hashlib.sha256(canonical(note_facts(note))).hexdigest()


def addendum_hash(addendum: Addendum, previous: str) -> str:
    """Return the SHA-256 of an addendum's canonical text; `previous` is the hash it is chained to."""
    facts = {
        "kind": "addendum",
        "v": VERSION,
        "id": str(addendum.pk),
        "account": str(addendum.account_id),
        "client": str(addendum.client_id),
        "note": str(addendum.note_id),
        "author": str(addendum.author_id),
        "author_name": addendum.author_name,
        "text": addendum.text,
        "added_at": _instant(addendum.added_at),
        "previous": previous,
    }
    return hashlib.sha256(canonical(facts)).hexdigest()


def check(note: Note, addenda: Iterable[Addendum]) -> Proof:
    """Hash a signed note and its addenda (in their order) again and compare with what was kept."""
    sealed = (note.content, note.title, note.author_name, note.content_hash)
    readable = not any(is_unreadable(value) for value in sealed)
    holds = readable and note_hash(note) == note.content_hash
    found: dict[Any, bool] = {}
    previous = str(note.content_hash)
    for addendum in addenda:
        found[addendum.pk] = addendum.content_hash == addendum_hash(addendum, previous)
        previous = str(addendum.content_hash)
    return Proof(holds, found)


def _instant(moment: datetime | None) -> str | None:
    """Return an instant in UTC with six digits of its second, as PostgreSQL keeps it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if moment else None
