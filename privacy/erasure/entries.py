"""One entry of a ledger of erasures: what it says, how it is chained and signed, how a forged one is told (RT-8)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

GENESIS = "0" * 64


class Forged(ValueError):
    """An entry was altered, or isn't the one that follows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What was erased, by ids that mean nothing to anybody else; `previous` is the digest of the entry before."""

    seq: int
    place: str
    id: UUID
    action: str
    account: UUID
    records: tuple[UUID, ...]
    at: str
    previous: str


def written(entry: Entry, key: Ed25519PrivateKey) -> bytes:
    """Return the document that is put away: the entry as text, and the signature over it."""
    said = {
        "seq": entry.seq,
        "place": entry.place,
        "id": str(entry.id),
        "action": entry.action,
        "account": str(entry.account),
        "records": [str(each) for each in entry.records],
        "at": entry.at,
        "previous": entry.previous,
    }
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return json.dumps({"entry": text, "signature": key.sign(text.encode()).hex()}).encode()


def read(document: bytes, key: Ed25519PrivateKey, *, seq: int, place: str, previous: str) -> Entry:
    """Return the entry of a document; raise `Forged` unless it is the one that stands there after the one before."""
    try:
        outer = json.loads(document)
        key.public_key().verify(bytes.fromhex(outer["signature"]), outer["entry"].encode())
        said: dict[str, Any] = json.loads(outer["entry"])
        entry = Entry(
            said["seq"],
            said["place"],
            UUID(said["id"]),
            said["action"],
            UUID(said["account"]),
            tuple(UUID(each) for each in said["records"]),
            said["at"],
            said["previous"],
        )
    except (InvalidSignature, KeyError, TypeError, ValueError) as error:
        raise Forged(f"Entry {seq} of {place} isn't ours, or was altered.") from error
    if (entry.seq, entry.place, entry.previous) != (seq, place, previous):
        raise Forged(f"Entry {seq} of {place} isn't the one that follows.")
    return entry


def digest(document: bytes) -> str:
    """Return what stands for a document in the database and in the entry after it."""
    return sha256(document).hexdigest()
