"""Stored files under newer keys: streamed from the old object into a new one, which the row then names."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from psycopg import sql

from accounts import objects
from accounts.tenancy import acting_in
from privacy import catalog
from privacy.inventory import Kind
from privacy.rotation.resealing import Whose, place_of
from privacy.vocabulary import keyring, sealing, streams
from privacy.vocabulary.scope import Purpose

log = logging.getLogger("keepwell.rotation")


def reseal_files(whose: Whose) -> int:
    """Seal a client's files anew whose key an older key of theirs sealed; return how many.

    The old object stays for whoever reads it just now: no row names it any more, and the next sweep removes it. So it
    goes with the new one when the row has changed meanwhile, or when we are killed.
    """
    return sum(
        _one(whose, kind, *row)
        for kind in whose.kinds()
        if kind.declared.file
        for row in list(_old(whose, kind))
    )


def _old(whose: Whose, kind: Kind) -> Iterator[tuple[UUID, str, bytes]]:
    """Yield id, object and sealed key of the files whose key lies under an older one."""
    file: Any = kind.declared.file
    query = sql.SQL("SELECT id, {}, {} FROM {} WHERE {} = %s AND {} <> ''").format(
        *map(
            sql.Identifier,
            (
                file.storage_key,
                file.file_key,
                kind.table,
                str(kind.declared.client),
                file.storage_key,
            ),
        )
    )
    with (
        acting_in(whose.account, purpose=Purpose.MAINTENANCE),
        whose.connect() as connection,
        connection.transaction(),
    ):
        catalog.enter(connection, whose.account.id)
        newest = keyring.sealing_key(whose.client).id
        for pk, name, payload in connection.execute(query, [whose.client]):
            if payload and len(payload) >= sealing.SHORTEST and sealing.key_id(payload) != newest:
                yield pk, name, payload


def _one(whose: Whose, kind: Kind, pk: UUID, name: str, payload: bytes) -> int:
    account, file = whose.account, kind.declared.file
    new_name, new_key = objects.new_key(account.id), os.urandom(streams.KEY_SIZE)
    with acting_in(account, purpose=Purpose.MAINTENANCE):
        key_place = place_of(kind, pk, whose.client, str(file and file.file_key))
        bytes_place = place_of(kind, pk, whose.client, "file")
        try:
            key = keyring.opening_key(sealing.key_id(payload), whose.client)
            old_key = bytes.fromhex(sealing.unseal(payload, key, key_place).decode())
        except sealing.Unreadable:
            return 0
        sealed = sealing.seal(new_key.hex().encode(), keyring.sealing_key(whose.client), key_place)
    try:
        with (
            objects.opened(account.cell, name) as source,
            objects.writing(account.cell, new_name) as target,
            streams.SealedWriter(target, new_key, bytes_place) as writer,
        ):
            for piece in streams.open_sealed(source, old_key, bytes_place):
                writer.write(piece)
    except (FileNotFoundError, streams.Unreadable):
        log.warning("a file can't be sealed anew", extra={"job": kind.label})
        return 0
    query = sql.SQL("UPDATE {} SET {} = %s, {} = %s WHERE id = %s AND {} = %s").format(
        *map(
            sql.Identifier,
            (
                kind.table,
                str(file and file.storage_key),
                str(file and file.file_key),
                str(file and file.storage_key),
            ),
        )
    )
    with whose.connect() as connection, connection.transaction():
        catalog.enter(connection, account.id)
        return connection.execute(query, [new_name, sealed, pk, name]).rowcount
