"""Questions to a database's own catalog: which tables hold an account's rows, and in which order they can go (EX-14)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

ANCHOR = "accounts_accountanchor"
BATCH = 2_000

_TABLES = """
SELECT c.table_name FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = 'public' AND c.column_name = 'account_id' AND t.table_type = 'BASE TABLE'
"""
_REFERENCES = """
SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint
WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conrelid <> confrelid
"""


def enter(connection: psycopg.Connection[Any], account_id: UUID) -> None:
    """Tie the connection's open transaction to one account by row-level security."""
    connection.execute("SELECT set_config('app.account_id', %s, true)", [str(account_id)])


def tables(connection: psycopg.Connection[Any]) -> list[str]:
    """Return every table with an `account_id`, in an order in which rows can be deleted: referring ones first."""
    names = {row[0] for row in connection.execute(_TABLES)}
    pairs = [row for row in connection.execute(_REFERENCES) if set(row) <= names]
    return _referring_first(names, pairs)


def _referring_first(names: set[str], pairs: list[tuple[str, str]]) -> list[str]:
    waiting: dict[str, set[str]] = {name: set() for name in names}
    for referring, target in pairs:
        waiting[target].add(referring)
    ordered: list[str] = []
    while waiting:
        free = sorted(name for name, by in waiting.items() if not by - set(ordered))
        if not free:
            raise RuntimeError("Tables refer to each other in a circle.")
        ordered += free
        for name in free:
            del waiting[name]
    return ordered


def census(connection: psycopg.Connection[Any], account_id: UUID) -> dict[str, int]:
    """Return table → number of the account's rows, of every table that could hold some."""
    with connection.transaction():
        enter(connection, account_id)
        return {table: _count(connection, table, account_id) for table in tables(connection)}


def left(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the tables that are not empty."""
    return {table: number for table, number in counts.items() if number}


def _count(connection: psycopg.Connection[Any], table: str, account_id: UUID) -> int:
    query = sql.SQL("SELECT count(*) FROM {} WHERE account_id = %s").format(sql.Identifier(table))
    row = connection.execute(query, [account_id]).fetchone()
    return int(row[0]) if row else 0


def delete_batch(
    connection: psycopg.Connection[Any], table: str, account_id: UUID, *, but: UUID | None = None
) -> int:
    """Delete up to `BATCH` rows of the account in one transaction, all but the row `but`; return how many went."""
    query = sql.SQL(
        "DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} "
        "WHERE account_id = %(account)s{but} LIMIT %(batch)s))"
    ).format(
        table=sql.Identifier(table), but=sql.SQL(" AND id <> %(but)s" if but is not None else "")
    )
    with connection.transaction():
        enter(connection, account_id)
        values = {"account": account_id, "batch": BATCH, "but": but}
        return connection.execute(query, values).rowcount
