"""Which accounts this one was before an archive brought it here, and under which ids things were signed there.

An account that was brought from an archive has an id of its own, and where the archive's ids were taken, other ids for
its rows. What was signed before names the former ones: `as_signed` gives them back, so that signatures still prove.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

from privacy.vocabulary import scope

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
_LOW = (1 << 62) - 1  # what is random in a UUID: its time, version and variant stay


def renamed(each: UUID, account_id: UUID) -> UUID:
    """Return the id that a row has in an account which could not keep its ids; renamed again, it is the former one."""
    time = each.int >> 64
    pad = blake2b(time.to_bytes(8, "big"), digest_size=8, key=account_id.bytes).digest()
    return UUID(int=each.int ^ (int.from_bytes(pad, "big") & _LOW))


@dataclass(frozen=True, slots=True)
class Names:
    """How ids of one account become those of another: some by name, all others by `renamed` or not at all."""

    account: UUID | None = None  # by whose key ids are renamed, None where they are kept
    same: Mapping[str, str] = field(default_factory=dict)

    @property
    def changes(self) -> bool:
        """Whether any id becomes another."""
        return self.account is not None or bool(self.same)

    def text(self, value: str) -> str:
        """Return what becomes of a text: another id where it is an id, else the text."""
        if value in self.same:
            return self.same[value]
        if self.account is None or not _ID.fullmatch(value):
            return value
        return str(renamed(UUID(value), self.account))

    def all_in(self, value: Any) -> Any:
        """Return a JSON value with every id in it renamed, keys of objects included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list | tuple):
            return [self.all_in(each) for each in value]
        if isinstance(value, dict):
            return {self.text(name): self.all_in(each) for name, each in value.items()}
        return value


def as_signed(facts: Any, *, at: datetime | None) -> Any:
    """Return facts with the ids that the active account and its rows had when they were signed, at `at`."""
    active = scope.current()
    hops: list[dict[str, Any]] = getattr(active.anchor, "formerly", None) or []
    account = str(active.account_id)
    for hop in reversed(hops):
        if at is None or at > datetime.fromisoformat(hop["until"]):
            break
        same = {now: before for before, now in hop["same"].items()}
        key = UUID(account) if hop["renamed"] else None
        facts = Names(key, {**same, account: hop["account"]}).all_in(facts)
        account = hop["account"]
    return facts
