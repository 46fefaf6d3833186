"""What a region's cache keeps under the ids of an account or a person: looked for, and forgotten."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.cache import caches

from accounts.cells import cell
from accounts.tenancy import AccountRef


def found(account: AccountRef, ids: list[UUID]) -> set[bytes]:
    """Return the names in the cache that hold one of the ids, however it is written."""
    patterns = [pattern for pk in ids for pattern in (f"*{pk}*", f"*{pk.hex}*")]
    client = _client(account)
    return {key for each in patterns for key in client.scan_iter(match=each, count=1000)}


def forget(account: AccountRef, ids: list[UUID]) -> int:
    """Delete them; return how many there were."""
    keys = found(account, ids)
    for key in keys:
        _client(account).delete(key)
    return len(keys)


def _client(account: AccountRef) -> Any:
    store: Any = caches[cell(account.cell).cache]
    return store._cache.get_client(None, write=True)
