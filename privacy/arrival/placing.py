"""Puts opened rows into the active account: sealed under its keys, each once, however often it is told (RP-10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from secrets import token_bytes
from typing import Any
from uuid import UUID

from django.db import connections

from accounts import objects
from accounts.tenancy import AccountRef
from privacy.inventory import Kind
from privacy.vocabulary import keyring, scope, sealing
from privacy.vocabulary.streams import KEY_SIZE, SealedWriter

Values = dict[str, Any]


@contextmanager
def let_in() -> Iterator[None]:
    """Let the open transaction write to an account that is arriving; no other transaction can."""
    with connections[scope.current().database].cursor() as cursor:
        cursor.execute("SELECT set_config('app.arriving', 'yes', true)")
        yield
        cursor.execute("SELECT set_config('app.arriving', '', true)")


def absent(kind: Kind, rows: Iterable[Values]) -> list[Values]:
    """Return the rows that the account doesn't have yet."""
    rows = list(rows)
    ids = [row["id"] for row in rows]
    there = set(kind.model._default_manager.filter(pk__in=ids).values_list("pk", flat=True))
    return [row for row in rows if row["id"] not in there]


def place(kind: Kind, rows: Sequence[Values]) -> int:
    """Insert these rows as they are, those that are there already left alone; return how many came."""
    fresh = absent(kind, rows)
    if kind.is_root:
        give_keys(row["id"] for row in fresh)
    model = kind.model
    model._default_manager.bulk_create([model(**row) for row in fresh])
    return len(fresh)


def give_keys(client_ids: Iterable[UUID]) -> None:
    """Make the keys of clients that have none yet."""
    wanted = set(client_ids)
    known = keyring.prefetch(wanted)
    if missing := [each for each in wanted if each not in known]:
        keyring.create_client_keys(missing)


def store(account: AccountRef, kind: Kind, row: Values, pieces: Iterator[bytes] | None) -> Values:
    """Return the row with its file sealed anew in the account's cell; without one where there are no `pieces`."""
    stored = kind.declared.file
    assert stored is not None  # asked of kinds with files alone
    if pieces is None:
        return {**row, stored.storage_key: "", stored.file_key: ""}
    key, name = token_bytes(KEY_SIZE), objects.new_key(account.id)
    client_id = row.get(kind.declared.client) if kind.declared.client else None
    place = sealing.place(account.region, account.id, client_id, kind.label, row["id"], "file")
    with objects.writing(account.cell, name) as target, SealedWriter(target, key, place) as sealed:
        for piece in pieces:
            sealed.write(piece)
    return {**row, stored.storage_key: name, stored.file_key: key.hex()}
