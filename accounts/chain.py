"""The audit's chain: how an event becomes a hash, and how a chain is proved; needs nothing but the standard library."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

GENESIS = bytes(32)
# The order is part of the format: never change it, only append
FIELDS = (
    "account_id",
    "seq",
    "id",
    "at_us",
    "actor_kind",
    "actor_id",
    "action",
    "kind",
    "object_id",
    "client_id",
    "purpose",
    "result",
    "request_id",
    "count",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in a chain: the link's number and what it is."""

    seq: int
    what: str


def canonical(event: dict[str, Any]) -> bytes:
    """Return the bytes that are hashed: the clear fields in order, and the SHA-256 of the sealed detail.

    The detail's ciphertext is hashed, not its text, so that the chain still proves itself after a client was shredded.
    """
    detail = event.get("detail")
    values = [None if event[name] is None else str(event[name]) for name in FIELDS]
    values.append(None if detail is None else hashlib.sha256(bytes(detail)).hexdigest())
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def link(previous: bytes, event: dict[str, Any]) -> bytes:
    """Return the hash of an event that follows the link `previous`."""
    return hashlib.sha256(previous + canonical(event)).digest()


def findings(
    events: Iterable[dict[str, Any]], *, anchors: dict[int, bytes], head: int | None
) -> Iterator[Finding]:
    """Yield what is wrong in one account's chain, given in order of `seq`.

    `anchors`: hashes by seq that were signed and put away elsewhere; `head`: the seq of the last link that the sequencer
    says it made. Detects edits, deletions, insertions, reordering, a cut tail and, by the anchors, a chain computed anew.
    """
    previous, expected = GENESIS, 1
    for event in events:
        seq = event["seq"]
        if seq != expected:
            yield Finding(
                seq, f"link {expected} is missing" if seq > expected else f"link {seq} stands twice"
            )
        if bytes(event["previous_hash"]) != previous:
            yield Finding(seq, "does not follow the link before it")
        if link(bytes(event["previous_hash"]), event) != bytes(event["hash"]):
            yield Finding(seq, "was altered")
        if seq in anchors and anchors[seq] != bytes(event["hash"]):
            yield Finding(seq, "differs from the signed anchor")
        previous, expected = bytes(event["hash"]), seq + 1
    last = expected - 1
    for seq in sorted(anchors):
        if seq > last:
            yield Finding(seq, "was anchored and is gone")
    if head is not None and head != last:
        yield Finding(head, f"is the recorded head, but the chain ends at {last}")


def merkle_root(leaves: list[bytes]) -> bytes:
    """Return the root over leaves in order (RFC 9162 section 2.1: leaf and node hashes are told apart)."""
    if not leaves:
        return hashlib.sha256().digest()
    level = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        pairs = [level[index : index + 2] for index in range(0, len(level), 2)]
        level = [
            hashlib.sha256(b"\x01" + b"".join(pair)).digest() if len(pair) == 2 else pair[0]
            for pair in pairs
        ]
    return level[0]
