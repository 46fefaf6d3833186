"""Deletes one region's copy of an account: the old one after a move, the new one after one that was taken back (EX-14)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db.models import F

from accounts import dispatch, objects
from accounts.models import AccountAnchor
from accounts.tenancy import AccountRef, acting_in
from privacy import cached, catalog, purge
from privacy.erasure import ledger
from privacy.relocation.leasing import Move
from privacy.vocabulary import keyring
from privacy.vocabulary.models import AccountKey
from privacy.vocabulary.scope import Purpose

ROUNDS = 5
State = AccountAnchor.State


class NotEmpty(RuntimeError):
    """Something of the account is left; the move tries again."""


def delete_copy(move: Move, account: AccountRef) -> None:
    """Delete all that a region holds of an account that doesn't live there: keys first, then everything else."""
    if not _begin(account):
        return
    move.beat(now=True)
    if move.row.has_flipped:  # no backup of the old region brings the account back there (RT-8)
        pk = move.row.pk
        ledger.enter(account.cell, decision=pk, action=purge.ACTION, account=account.id, records=[])
    with acting_in(account, purpose=Purpose.CLOSURE):
        keyring.destroy_account_keys()
        AccountAnchor.objects.filter(account_id=account.id).update(key_epoch=F("key_epoch") + 1)
    with _purger(account) as connection:
        for _round in range(ROUNDS):
            for table in catalog.tables(connection):
                while table != catalog.ANCHOR and catalog.delete_batch(
                    connection, table, account.id
                ):
                    move.beat()
            if _rows(connection, account) == {}:
                break
    move.beat(now=True)
    objects.delete_all(account.cell, account.id)
    cached.forget(account, [account.id])
    _check(account)
    with _purger(account) as connection, connection.transaction():
        for table in catalog.tables(connection):
            while catalog.delete_batch(connection, table, account.id):
                pass


def _begin(account: AccountRef) -> bool:
    """Close the copy for good; return whether there is one. Only one that nobody may write to is ever deleted."""
    with acting_in(account, purpose=Purpose.CLOSURE):
        anchor = AccountAnchor.objects.select_for_update().filter(account_id=account.id).first()
        if anchor is None:
            return False
        if anchor.state not in (State.LEFT, State.ARRIVING, State.PURGING):
            raise NotEmpty(f"the copy in {account.cell} is {anchor.state}")
        anchor.state = State.PURGING
        anchor.save(update_fields=["state"])
        return True


def _check(account: AccountRef) -> None:
    with _purger(account) as connection:
        rows = _rows(connection, account)
    with acting_in(account, purpose=Purpose.CLOSURE) as active:
        keys = len(keyring.client_ids_with_keys())
        with keyring.keyring_transaction():
            keys += AccountKey.objects.using(active.keyring).filter(account_id=account.id).count()
    files = len(objects.keys_of(account.cell, account.id))
    known = len(cached.found(account, [account.id]))
    if rows or keys or files or known:
        raise NotEmpty(f"left: {len(rows)} tables, {keys} keys, {files} files, {known} cached")


def _rows(connection: psycopg.Connection[Any], account: AccountRef) -> dict[str, int]:
    counts = catalog.left(catalog.census(connection, account.id))
    counts.pop(catalog.ANCHOR, None)
    return counts


@contextmanager
def _purger(account: AccountRef) -> Iterator[psycopg.Connection[Any]]:
    with dispatch.connect(account.cell, "purger") as connection:
        yield connection
