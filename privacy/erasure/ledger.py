"""The ledger of erasures of each region: entered after the decision, before anything goes; asked before anybody is served.

The database knows how far the ledger goes (`LedgerHead`). One that was restored from a backup knows less: then people
who were erased would be back, so nobody is served until `manage.py erasures apply` has erased them again (RT-8).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from accounts import dispatch
from accounts.tenancy import NotServing
from privacy.erasure import entries, shelf
from privacy.erasure.entries import GENESIS, Entry, Forged
from privacy.erasure.places import Place, place
from privacy.vocabulary import clock

LOCK = 0x6B77_6572  # "kwer": one writer per ledger
_HEAD = "SELECT seq, digest FROM {} WHERE id = 1"
_MOVE = (
    "INSERT INTO {} (id, seq, digest) VALUES (1, %s, %s)"
    " ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, digest = excluded.digest"
)


class Behind(NotServing):
    """The ledger tells of erasures that the database doesn't know: it was restored from a backup."""


class Broken(NotServing):
    """The ledger was cut or altered."""


@dataclass(frozen=True, slots=True)
class Action:
    """A sort of entry: whether the database knows of the decision, and how to carry it out again."""

    is_known: Callable[[Place, Entry], bool]
    again: Callable[[Place, Entry], None]


ACTIONS: dict[str, Action] = {}


@dataclass(slots=True)
class Head:
    """How far a database knows its ledger, held against every other writer while it moves on."""

    connection: psycopg.Connection[Any]
    table: str
    seq: int = 0
    digest: str = GENESIS

    def move(self, document: bytes) -> None:
        """Know one entry more."""
        self.seq, self.digest = self.seq + 1, entries.digest(document)
        self.connection.execute(_about(_MOVE, self.table), [self.seq, self.digest])


def enter(name: str, *, decision: UUID, action: str, account: UUID, records: list[UUID]) -> int:
    """Put an entry away and let the database know it; return its number.

    Killed in between, the next to come takes over what was put away, because the database knows of the decision.
    """
    where = place(name)
    with _held(where) as head:
        for entry in _take_over(where, head):
            if entry.id == decision:
                return entry.seq
        now = clock.now().isoformat()
        entry = Entry(
            head.seq + 1, where.name, decision, action, account, tuple(records), now, head.digest
        )
        document = entries.written(entry, where.key)
        shelf.add(where.store, entry.seq, document)
        head.move(document)
        return entry.seq


def check(where: Place) -> None:
    """Raise `Behind` or `Broken` unless the database knows the whole ledger: two small reads of the store."""
    with dispatch.connect_to(where.database, where.reader) as connection:
        row = connection.execute(_about(_HEAD, where.table)).fetchone()
    seq, digest = row or (0, GENESIS)
    _last_is(where, seq, digest)
    if shelf.read(where.store, seq + 1) is not None:
        with _held(where) as head:
            for _entry in _take_over(where, head):
                pass


def entered(where: Place) -> list[tuple[Entry, bytes]]:
    """Return every entry with its document, from the first on; raise `Broken` when one is missing or not ours."""
    found: list[tuple[Entry, bytes]] = []
    previous = GENESIS
    while (document := shelf.read(where.store, len(found) + 1)) is not None:
        found.append((_read(where, len(found) + 1, previous, document), document))
        previous = entries.digest(document)
    return found


def apply(where: Place) -> list[Entry]:
    """Carry out again what the database doesn't know of, and let it know; return that. A second time there is nothing."""
    done = []
    told = entered(where)
    with _held(where) as head:
        if len(told) < head.seq:
            raise Broken(f"The ledger of {where.name} ends before entry {head.seq}.")
        _last_is(where, head.seq, head.digest)
        for entry, document in told[head.seq :]:
            ACTIONS[entry.action].again(where, entry)
            head.move(document)
            done.append(entry)
    return done


@contextmanager
def _held(where: Place) -> Iterator[Head]:
    with (
        dispatch.connect_to(where.database, where.writer) as connection,
        connection.transaction(),
    ):
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        row = connection.execute(_about(_HEAD, where.table)).fetchone()
        yield Head(connection, where.table, *(row or ()))


def _take_over(where: Place, head: Head) -> Iterator[Entry]:
    """Yield what was put away by somebody who died before the database knew; raise `Behind` for anything else."""
    while (document := shelf.read(where.store, head.seq + 1)) is not None:
        entry = _read(where, head.seq + 1, head.digest, document)
        if not ACTIONS[entry.action].is_known(where, entry):
            raise Behind(
                f"The database of {where.name} knows {head.seq} erasures, the ledger more: it was restored."
                " Run `manage.py erasures apply`."
            )
        head.move(document)
        yield entry


def _last_is(where: Place, seq: int, digest: str) -> None:
    document = shelf.read(where.store, seq) if seq else None
    if seq and (document is None or entries.digest(document) != digest):
        raise Broken(
            f"Entry {seq} of the ledger of {where.name} is missing or altered."
            " Bring the object store back as it was."
        )


def _read(where: Place, seq: int, previous: str, document: bytes) -> Entry:
    try:
        return entries.read(document, where.key, seq=seq, place=where.name, previous=previous)
    except Forged as error:
        raise Broken(str(error)) from error


def _about(statement: str, table: str) -> sql.Composed:
    return sql.SQL(statement).format(sql.Identifier(table))
