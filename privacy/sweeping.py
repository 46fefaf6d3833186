"""Removes what is over: whatever its model says is, keys and objects without rows, old archives (RT-10, RT-11)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts import dispatch, objects, uploads
from accounts.models.practice import AccountAnchor, current_anchor
from accounts.tenancy import AccountRef, acting_in
from privacy import closure, exporting
from privacy.arrival import keeping
from privacy.inventory import Kind, client_kind, kinds_in
from privacy.models import ArchiveImport, Export
from privacy.processors import telling
from privacy.vocabulary import clock, keyring
from privacy.vocabulary.classification import Lifetime
from privacy.vocabulary.placement import Placement
from privacy.vocabulary.scope import Purpose

log = logging.getLogger("keepwell.sweep")

KEY_WAITS = timedelta(hours=1)
OBJECT_WAITS = timedelta(hours=1)
_BUSY = (AccountAnchor.State.PURGING, AccountAnchor.State.ARRIVING)


def sweep_cell(cell: str) -> int:
    """Sweep control and every account of a cell; return how many accounts. One account's failure stops no other."""
    sweep_control()
    accounts = dispatch.accounts_of(cell)
    for account in accounts:
        try:
            sweep_account(account)
            remove_orphaned_objects(account)
        except Exception:
            log.exception("sweep failed", extra={"cell": cell})
    for unknown in objects.accounts_with_objects(cell) - {account.id for account in accounts}:
        # An archive that was being written while its account went
        uploads.abandon_all(cell, unknown)
        objects.delete_all(cell, unknown)
    return len(accounts)


def sweep_control() -> None:
    """Remove what is over of the vendor's own: sign-in sessions, entry codes, old acceptances."""
    end_what_is_over(Placement.CONTROL)


def sweep_account(account: AccountRef) -> None:
    """Remove what is over in one account; one that is being purged is left to its purge, which is kept going."""
    with acting_in(account, purpose=Purpose.MAINTENANCE):
        closure.keep_going()
        anchor = current_anchor()
        if anchor.is_moving or anchor.state in _BUSY:
            return
        now = clock.now()
        destroy_orphaned_keys()
        for export in Export.objects.filter(expires_at__lte=now).exclude(storage_key=""):
            exporting.expire(export)
        given = ArchiveImport.objects.filter(expires_at__lte=now).exclude(storage_key="")
        for archive in given.exclude(state=ArchiveImport.State.BRINGING):
            keeping.drop(archive)
        end_what_is_over(Placement.REGION)
        telling.tell()


def end_what_is_over(placement: Placement) -> int:
    """Delete the rows whose kind says that they end by themselves and whose time is over; return how many (RT-11).

    Their files are named by no row any more, and so the sweep of objects removes them.
    """
    return sum(over(*each).delete()[0] for each in ending(placement))


def ending(placement: Placement) -> list[tuple[Kind, Lifetime]]:
    """Return the kinds of one sort of database whose rows end by themselves, and when they do."""
    return [
        (kind, kind.policy.lives)
        for kind in kinds_in(placement)
        if kind.policy and kind.policy.lives
    ]


def over(kind: Kind, lives: Lifetime, *, late: timedelta = timedelta(0)) -> QuerySet[Any]:
    """Return the rows of an ending kind whose time is over, or has been for so long."""
    end = clock.now() - timedelta(days=lives.after) - late
    found: QuerySet[Any] = kind.model._default_manager.filter(**{f"{lives.ends}__lte": end})
    return found


def destroy_orphaned_keys() -> int:
    """Destroy the active account's client keys that are older than an hour and have no client; return how many.

    A key commits before its client's row (house.md 4), so what was killed in between leaves a key alone. Keys are listed
    before rows: a row that commits meanwhile is seen.
    """
    keys = keyring.client_ids_with_keys(made_before=clock.now() - KEY_WAITS)
    if not keys:
        return 0
    clients = client_kind().model._default_manager.values_list("pk", flat=True)
    orphans = keys - set(clients.iterator())
    return keyring.destroy_client_keys(orphans) if orphans else 0


def remove_orphaned_objects(account: AccountRef) -> int:
    """Remove an account's stored objects that are older than an hour and that no row names; return how many.

    An object is stored before its row commits, so what fails in between leaves a sealed object that no key opens.
    Objects are listed before rows: a row that commits meanwhile is seen.
    """
    # By the clock that names objects, which nobody moves
    before = _made_at(objects.new_key(account.id)) - OBJECT_WAITS.total_seconds()
    old = {key for key in objects.keys_of(account.cell, account.id) if _made_at(key) < before}
    if old:
        with acting_in(account, purpose=Purpose.MAINTENANCE):
            old.difference_update(named_objects())
    for key in old:
        objects.delete(account.cell, key)
    return len(old)


def _made_at(key: str) -> float:
    """Return when an object was begun, in seconds: its name ends in a UUIDv7, which starts with the time."""
    return (UUID(key.rpartition("/")[2]).int >> 80) / 1000


def named_objects() -> Iterator[str]:
    """Yield the names of all objects that a row of the active account leads to."""
    for export_keys in Export.objects.values_list("storage_key", "spool_key"):
        yield from filter(None, export_keys)
    for kind in kinds_in(Placement.REGION):
        if kind.policy and kind.policy.file:
            rows = kind.model._default_manager.values_list(kind.policy.file.storage_key, flat=True)
            yield from rows.iterator()
