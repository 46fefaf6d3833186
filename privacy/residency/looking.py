"""What each store of a cell holds, and of whom: rows, keys, objects, cached counts, waiting messages; values are never read.

It looks as `keepwell_backup`, the one role that every row is visible to, and so runs where backups are made.
"""

from __future__ import annotations

import base64
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import psycopg
import redis
from django.conf import settings
from django.core.cache import caches
from psycopg import sql

from accounts import dispatch, objects
from accounts.cells import Cell
from privacy import catalog
from privacy.inventory import columns, kinds_in
from privacy.vocabulary.placement import Placement

KEYS, OBJECTS, CACHED, QUEUED = "keys", "objects", "cached", "queued"
# Whose it is, as text: a stray name may be no id at all
Whose = str
Held = dict[Whose, Counter[str]]

_COLUMNS = """
SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
"""
_KNOWN_TO_DJANGO = {"django_migrations"}


def held_in(cell: Cell) -> Held:
    """Return account → what → how many, of everything in a cell's stores; tables go by their names."""
    found: Held = defaultdict(Counter)
    for looked in (_rows(cell), _objects(cell), _cached(cell), _queued(cell)):
        for whose, what, count in looked:
            found[whose][what] += count
    return dict(found)


def strange_in_control() -> list[str]:
    """Return tables and columns of control that no model of control declares, as `table` or `table.column` (DC-3)."""
    known = columns(Placement.CONTROL)
    with _as_backup("default") as connection:
        there = connection.execute(_COLUMNS).fetchall()
    strange = {
        table if table not in known else f"{table}.{column}"
        for table, column in there
        if table not in _KNOWN_TO_DJANGO and column not in known.get(table, ())
    }
    return sorted(strange)


def _as_backup(alias: str) -> psycopg.Connection[Any]:
    return dispatch.connect_to(alias, "backup")


def _rows(cell: Cell) -> Iterator[tuple[Whose, str, int]]:
    with _as_backup(cell.database) as connection:
        for table in catalog.tables(connection):
            yield from _of_table(connection, table, table)
    with _as_backup(cell.keyring) as connection:
        for kind in kinds_in(Placement.KEYRING):
            yield from _of_table(connection, kind.table, KEYS)


def _of_table(
    connection: psycopg.Connection[Any], table: str, what: str
) -> Iterator[tuple[Whose, str, int]]:
    query = sql.SQL("SELECT account_id, count(*) FROM {} GROUP BY 1").format(sql.Identifier(table))
    for account, count in connection.execute(query):
        yield str(account), what, count


def _objects(cell: Cell) -> Iterator[tuple[Whose, str, int]]:
    for name, count in objects.owners(cell.name).items():
        yield name, OBJECTS, count


def _cached(cell: Cell) -> Iterator[tuple[Whose, str, int]]:
    cache: Any = caches[cell.cache]
    for key in cache._cache.get_client(None).scan_iter(count=1000):
        # `prefix:version:account:…`; the few others name no account
        if whose := _id_in(key.decode(errors="replace").split(":")):
            yield whose, CACHED, 1


def _queued(cell: Cell) -> Iterator[tuple[Whose, str, int]]:
    broker = redis.Redis.from_url(f"{settings.VALKEYS[cell.region]}/0")
    with broker:
        for message in _messages(broker):
            arguments, *_rest = json.loads(base64.b64decode(message["body"]))
            if whose := _id_in(str(each) for each in arguments):
                yield whose, QUEUED, 1


def _messages(broker: Any) -> Iterator[dict[str, Any]]:
    """Yield what waits on any queue, and what a worker has taken and not yet finished."""
    for key in broker.scan_iter(count=1000, _type="list"):
        yield from map(json.loads, broker.lrange(key, 0, -1))
    for taken in broker.hvals("unacked"):
        yield json.loads(taken)[0]


def _id_in(words: Iterable[str]) -> Whose:
    """Return the first id among words: of a job the account, which goes before the job itself."""
    for word in words:
        try:
            return str(UUID(word))
        except ValueError:
            continue
    return ""
