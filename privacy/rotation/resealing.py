"""Seals anew what older keys sealed: rows as `keepwell_rotator`, whom the database lets change nothing but the sealing.

A value is opened and sealed in this process; the plain text never leaves it. What can't be opened stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from accounts import dispatch
from accounts.tenancy import AccountRef, acting_in
from privacy import catalog
from privacy.inventory import Kind, kinds_in
from privacy.vocabulary import keyring, scope, sealing
from privacy.vocabulary.fields import BlindIndexField, EncryptedField
from privacy.vocabulary.placement import Placement
from privacy.vocabulary.scope import Purpose

BATCH = 200


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose values are sealed anew: a client's, or those of the account itself and all hashes made with its key."""

    account: AccountRef
    client: UUID | None = None

    def kinds(self) -> list[Kind]:
        """Return the kinds that hold any."""
        return [
            kind
            for kind in kinds_in(Placement.REGION)
            if sealed_of(kind)
            and (
                bool(kind.declared.client) == bool(self.client)
                or (self.client is None and blind_of(kind))
            )
        ]

    def connect(self) -> psycopg.Connection[Any]:
        """Return a connection as the one role that may seal anew."""
        return dispatch.connect(self.account.cell, "rotator")


def sealed_of(kind: Kind) -> list[Any]:
    """Return a kind's sealed fields."""
    return [each.field for each in kind.fields if isinstance(each.field, EncryptedField)]


def blind_of(kind: Kind) -> list[Any]:
    """Return the hashes by which a kind's sealed values are found."""
    return [each.field for each in kind.fields if isinstance(each.field, BlindIndexField)]


def left(whose: Whose) -> int:
    """Return how many rows hold something that an older key sealed or hashed."""
    return sum(len(changed) for kind in whose.kinds() for changed in _batches(whose, kind, False))


def reseal(whose: Whose) -> int:
    """Seal and hash anew, a batch of rows in each transaction; return how many rows were changed."""
    return sum(len(changed) for kind in whose.kinds() for changed in _batches(whose, kind, True))


def _batches(whose: Whose, kind: Kind, writes: bool) -> Iterator[list[UUID]]:
    """Yield the ids of rows that had something old, batch by batch; `writes`: put that right."""
    columns = [field.column for field in (*sealed_of(kind), *blind_of(kind))]
    last = UUID(int=0)
    with whose.connect() as connection:
        while True:
            with (
                acting_in(whose.account, purpose=Purpose.MAINTENANCE),
                connection.transaction(),
            ):
                catalog.enter(connection, whose.account.id)
                rows = connection.execute(
                    _select(kind, columns, whose, writes), {"last": last, "client": whose.client}
                ).fetchall()
                changed = []
                for pk, client_id, *values in rows:
                    new = _renewed(
                        whose, kind, pk, client_id, dict(zip(columns, values, strict=True))
                    )
                    if new:
                        changed.append(pk)
                        if writes:
                            connection.execute(_update(kind, list(new)), [*new.values(), pk])
            yield changed
            if len(rows) < BATCH:
                return
            last = rows[-1][0]


def _select(kind: Kind, columns: list[str], whose: Whose, locks: bool) -> sql.Composed:
    client = kind.declared.client
    return sql.SQL(
        "SELECT id, {client}, {columns} FROM {table} WHERE id > %(last)s{own} ORDER BY id{end}"
    ).format(
        client=sql.Identifier(client) if client else sql.SQL("NULL"),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        table=sql.Identifier(kind.table),
        own=sql.SQL(" AND {} = %(client)s").format(sql.Identifier(client))
        if client and whose.client
        else sql.SQL(""),
        end=sql.SQL(f" LIMIT {BATCH}" + (" FOR UPDATE" if locks else "")),
    )


def _update(kind: Kind, columns: list[str]) -> sql.Composed:
    changes = sql.SQL(", ").join(
        sql.SQL("{} = %s").format(sql.Identifier(column)) for column in columns
    )
    return sql.SQL("UPDATE {} SET {} WHERE id = %s").format(sql.Identifier(kind.table), changes)


def _renewed(
    whose: Whose, kind: Kind, pk: UUID, client_id: UUID | None, values: dict[str, Any]
) -> dict[str, bytes]:
    """Return column → what it should hold instead, of those that an older key made."""
    new: dict[str, bytes] = {}
    for field in sealed_of(kind):
        payload = values[field.column]
        if payload is not None and bool(client_id) == bool(whose.client):
            sealed = resealed(kind, pk, client_id, field.attname, payload)
            new |= {field.column: sealed} if sealed else {}
    if whose.client is None:
        new |= _hashed(kind, pk, client_id, values)
    return new


def resealed(
    kind: Kind, pk: UUID, client_id: UUID | None, field: str, payload: bytes
) -> bytes | None:
    """Return a value under the newest key, None when it lies under that already or can't be opened."""
    key = keyring.sealing_key(client_id)
    try:
        if sealing.key_id(payload) == key.id:
            return None
        place = place_of(kind, pk, client_id, field)
        plain = sealing.unseal(
            payload, keyring.opening_key(sealing.key_id(payload), client_id), place
        )
    except sealing.Unreadable:
        return None
    return sealing.seal(plain, key, place)


def place_of(kind: Kind, pk: UUID, client_id: UUID | None, field: str) -> bytes:
    """Return the place that binds a value of a row."""
    active = scope.current()
    return sealing.place(active.region, active.account_id, client_id, kind.label, pk, field)


def _hashed(
    kind: Kind, pk: UUID, client_id: UUID | None, values: dict[str, Any]
) -> dict[str, bytes]:
    new = {}
    for index in blind_of(kind):
        source: Any = kind.model._meta.get_field(index.source)
        payload, now = values[source.column], values[index.column]
        if payload is None or now is None:
            continue
        try:
            key = keyring.opening_key(sealing.key_id(payload), client_id)
            text = sealing.unseal(
                payload, key, place_of(kind, pk, client_id, source.attname)
            ).decode()
        except sealing.Unreadable:
            continue
        if (wanted := index.index_of(text)) != now:
            new[index.column] = wanted
    return new
