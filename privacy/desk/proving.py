"""Looks whether a step was done: later, by another role, in the catalog and the stores, not in the registry (DS-6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from accounts import dispatch, objects
from accounts.models import OutboxJob
from accounts.tenancy import AccountRef, acting_in
from privacy import cached, catalog
from privacy.sweeping import named_objects
from privacy.vocabulary import keyring
from privacy.vocabulary.models import AccountKey, ClientKey
from privacy.vocabulary.scope import Purpose

# Where an id of the person may stand for ever, and why; in each nothing may be left that any key opens
STANDS = {
    "clients_client": "an empty row, which the others here stand on",
    "bookings_attendee": "that a time was taken, without by whom",
    "clients_disclosure": "that something left, in a ledger that nobody changes",
    "clients_relationship": "that two records belonged together, without how",
    "privacy_erasure": "that the person was erased",
    "privacy_deskcase": "the request itself",
    "privacy_export": "that a copy was made; its file is deleted",
}
_COLUMNS = """
SELECT k.conrelid::regclass::text, a.attname FROM pg_constraint k
JOIN LATERAL unnest(k.conkey) number ON true
JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = number AND a.attname <> 'account_id'
WHERE k.contype = 'f' AND k.confrelid = 'clients_client'::regclass
UNION
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND column_name = 'client_id'
ORDER BY 1, 2
"""
_BYTES = """
SELECT column_name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND data_type = 'bytea'
"""
# The header of a sealed value: its version, then the id of its key
_KEY = slice(1, 17)
# The chain of what happened holds ids for ever; what it says beside them is sealed under the key that is gone
CHAIN = ("accounts_auditevent", "accounts_auditqueue")

Proof = Callable[[AccountRef, list[UUID]], str]


def erase(account: AccountRef, ids: list[UUID]) -> str:
    """Return "" when each record's erasure was carried out and entered in the ledger of the region."""
    done = _one(
        account,
        "SELECT count(*) FROM privacy_erasure WHERE account_id = %s AND client_id = ANY(%s)"
        " AND done_at IS NOT NULL AND seq IS NOT NULL",
        [account.id, ids],
    )
    return "" if done == len(ids) else "not every record is erased"


def search(account: AccountRef, ids: list[UUID]) -> str:
    """Look for the person wherever something of them could be; return what is found, "" for nothing."""
    return next(
        (found for look in (keys, files, rows, stubs, cache) if (found := look(account, ids))), ""
    )


def restrict(account: AccountRef, ids: list[UUID]) -> str:
    """Return "" when each record is restricted."""
    standing = _one(
        account,
        "SELECT count(DISTINCT client_id) FROM clients_restriction"
        " WHERE account_id = %s AND client_id = ANY(%s) AND kind = 'restriction' AND lifted_at IS NULL",
        [account.id, ids],
    )
    return "" if standing == len(ids) else "not every record is restricted"


def object_(account: AccountRef, ids: list[UUID]) -> str:
    """Return "" when each record has an objection that stands."""
    standing = _one(
        account,
        "SELECT count(DISTINCT client_id) FROM clients_restriction"
        " WHERE account_id = %s AND client_id = ANY(%s) AND kind = 'objection' AND lifted_at IS NULL",
        [account.id, ids],
    )
    return "" if standing == len(ids) else "not every record has the objection"


def keys(account: AccountRef, ids: list[UUID]) -> str:
    """Return "" when the keyring has no key of the person."""
    return f"{left} keys are left" if (left := len(_keys(account, ids))) else ""


def files(account: AccountRef, ids: list[UUID]) -> str:
    """Return "" when the store holds no object of the account that no row names, and no row of theirs names one."""
    with acting_in(account, purpose=Purpose.REQUEST):
        busy = OutboxJob.objects.filter(name="export.build", done_at=None).exists()
        named = set(named_objects())
    strays = set(objects.keys_of(account.cell, account.id)) - named
    return f"{len(strays)} files are left" if strays and not busy else ""


def stubs(account: AccountRef, ids: list[UUID]) -> str:
    """Return "" when nothing in the rows that stay can be opened by a key that there is."""
    known = _all_keys(account)
    with dispatch.connect(account.cell, "exporter") as connection:
        for table, column in _where(connection):
            if table in STANDS and _readable(connection, account.id, table, column, ids, known):
                return f"{table} still holds something"
    return ""


def rows(account: AccountRef, ids: list[UUID]) -> str:
    """Return "" when no table but the known ones holds a row of the person's that any key could open."""
    left = counted(account, ids)
    return ", ".join(f"{table}: {n}" for table, n in left.items() if table not in STANDS)[:120]


def cache(account: AccountRef, ids: list[UUID]) -> str:
    """Return "" when the region's cache knows none of the ids."""
    return "the cache still knows of them" if cached.found(account, ids) else ""


def counted(account: AccountRef, ids: list[UUID]) -> dict[str, int]:
    """Return how many rows each table of the catalog has under these ids."""
    found: dict[str, int] = {}
    with dispatch.connect(account.cell, "exporter") as connection:
        for table, column in _where(connection):
            if table in CHAIN or column not in ("id", "client_id"):
                continue
            query = sql.SQL("SELECT count(*) FROM {} WHERE account_id = %s AND {} = ANY(%s)")
            with connection.transaction():
                catalog.enter(connection, account.id)
                row = connection.execute(
                    query.format(sql.Identifier(table), sql.Identifier(column)), [account.id, ids]
                ).fetchone()
            if row and row[0]:
                found[table] = found.get(table, 0) + int(row[0])
    return found


PROOFS: dict[str, Proof] = {
    "erase": erase,
    "search": search,
    "restrict": restrict,
    "object": object_,
}


def _where(connection: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    """Return every column of the database that can hold the id of a client, by its name or by what it refers to."""
    return [("clients_client", "id"), *connection.execute(_COLUMNS).fetchall()]


def _readable(
    connection: psycopg.Connection[Any],
    account_id: UUID,
    table: str,
    column: str,
    ids: list[UUID],
    known: set[bytes],
) -> bool:
    if column not in ("id", "client_id"):
        return False
    names = [name for (name,) in connection.execute(_BYTES, [table])]
    if not names or table == "privacy_deskcase":  # what was typed there goes when it is answered
        return False
    query = sql.SQL("SELECT {} FROM {} WHERE account_id = %s AND {} = ANY(%s)").format(
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.Identifier(table),
        sql.Identifier(column),
    )
    with connection.transaction():
        catalog.enter(connection, account_id)
        found = connection.execute(query, [account_id, ids]).fetchall()
    return any(
        value and (name.endswith("_index") or bytes(value[_KEY]) in known)
        for row in found
        for name, value in zip(names, row, strict=True)
    )


def _keys(account: AccountRef, ids: list[UUID]) -> set[UUID]:
    with acting_in(account, purpose=Purpose.REQUEST):
        return keyring.client_ids_with_keys() & set(ids)


def _all_keys(account: AccountRef) -> set[bytes]:
    """Return the ids of all keys that there are of the account, as a sealed value names them."""
    with acting_in(account, purpose=Purpose.REQUEST) as active, keyring.keyring_transaction():
        return {
            pk.bytes
            for model in (AccountKey, ClientKey)
            for pk in model.objects.using(active.keyring)
            .filter(account_id=account.id)
            .values_list("pk", flat=True)
        }


def _one(account: AccountRef, query: str, values: list[object]) -> int:
    with dispatch.connect(account.cell, "exporter") as connection, connection.transaction():
        catalog.enter(connection, account.id)
        row = connection.execute(query, values).fetchone()
        return int(row[0]) if row else 0
