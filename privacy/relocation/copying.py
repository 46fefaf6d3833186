"""Copies a frozen account into its new region: rows, files and the audit's chain, sealed under keys made there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from accounts import objects
from accounts.models import AccountAnchor, AuditEvent
from accounts.tenancy import AccountRef, acting_in
from clients.models import Client
from privacy import records
from privacy.arrival import order, placing
from privacy.inventory import Kind, kind_of
from privacy.models import CarriedDetail
from privacy.relocation import carrying, chain
from privacy.relocation.carrying import Values, carried
from privacy.relocation.leasing import Move
from privacy.vocabulary import keyring, sealing
from privacy.vocabulary.fields import Sealed
from privacy.vocabulary.models import AccountKey
from privacy.vocabulary.scope import Purpose
from privacy.vocabulary.streams import Unreadable, open_sealed

State = AccountAnchor.State


def copy(move: Move) -> None:
    """Copy all that isn't copied yet; killed anywhere, it goes on from there."""
    _found(move)
    move.total = sum(_count(move.old, kind) for kind in carried())
    move.done = 0
    done = list(move.row.cursor.get("copied", []))
    for kind in carried():
        if kind.name in done:
            move.done += _count(move.old, kind)
            continue
        _copy_kind(move, kind)
        done.append(kind.name)
        move.remember(copied=done, kind="", after="")
        keyring.forget()  # keys of thousands of clients are no use twice
    chain.copy(move)
    _copy_details(move)


def _found(move: Move) -> None:
    """Give the account its anchor and its key in the new region, where nobody enters yet."""
    with acting_in(move.old, purpose=Purpose.MAINTENANCE) as here:
        was = here.anchor
    fields = {f.attname: getattr(was, f.attname) for f in AccountAnchor._meta.concrete_fields}
    with acting_in(move.new, purpose=Purpose.MAINTENANCE) as there:
        if there.anchor is None:
            fields |= {"cell": move.new.cell, "state": State.ARRIVING, "epoch": move.row.epoch}
            fields |= {"key_epoch": was.key_epoch + 1}
            AccountAnchor(**fields).save(force_insert=True)
    with acting_in(move.new, purpose=Purpose.MAINTENANCE) as there:
        with keyring.keyring_transaction():
            keys = AccountKey.objects.using(there.keyring).filter(account_id=move.new.id)
            has_key = keys.exists()
        if not has_key:
            keyring.create_account_key()


def _count(account: AccountRef, kind: Kind) -> int:
    with acting_in(account, purpose=Purpose.MAINTENANCE):
        return int(kind.model._default_manager.count())


def _copy_kind(move: Move, kind: Kind) -> None:
    cursor = move.row.cursor
    after = UUID(cursor["after"]) if cursor.get("kind") == kind.name and cursor["after"] else None
    held: list[UUID] = []
    while rows := carrying.read(move.old, kind, after=after):
        held += _place(move, kind, rows)
        after = rows[-1]["id"]
        move.done += len(rows)
        move.beat()
        if not held:
            move.remember(kind=kind.name, after=str(after))
    while held:
        before, rest = len(held), held
        held = []
        for at in range(0, len(rest), carrying.FILES_AT_ONCE):
            ids = rest[at : at + carrying.FILES_AT_ONCE]
            held += _place(move, kind, carrying.read(move.old, kind, ids=ids))
        if len(held) == before:
            raise RuntimeError(f"{kind.name}: rows point at each other in a circle")


def _place(move: Move, kind: Kind, rows: list[Values]) -> list[UUID]:
    """Write rows that aren't there yet; return the ids of those that must wait for others of their kind."""
    move.beat()
    if kind.declared.file:
        with acting_in(move.new, purpose=Purpose.MAINTENANCE):
            fresh = {row["id"] for row in placing.absent(kind, rows)}
        rows = [_with_file(move, kind, row) if row["id"] in fresh else row for row in rows]
    with acting_in(move.new, purpose=Purpose.MAINTENANCE), placing.let_in():
        ready, held = order.ready(kind, rows)
        placing.place(kind, ready)
        return [row["id"] for row in held]


def _with_file(move: Move, kind: Kind, row: Values) -> Values:
    """Return the row with its file sealed anew; what is missing or damaged here is missing there, and told of."""
    stored = kind.declared.file
    assert stored is not None  # asked of kinds with files alone
    key, secret = row[stored.storage_key], row[stored.file_key]
    if not key:
        return row
    pieces = _watched(move, plain_file(move.old, kind, row, key, secret))
    try:
        return placing.store(move.new, kind, row, pieces)
    except (FileNotFoundError, Unreadable, ValueError):
        gaps = {*move.row.cursor.get("gaps", []), f"{kind.name}/{row['id']}"}
        move.remember(gaps=sorted(gaps))
        return row


def plain_file(
    account: AccountRef, kind: Kind, row: Values, key: str, secret: Any
) -> Iterator[bytes]:
    """Yield the bytes of a row's file; raise `FileNotFoundError` or `Unreadable`."""
    if isinstance(secret, Sealed):
        raise Unreadable("the key of the file can't be read")
    client_id = row.get(kind.declared.client) if kind.declared.client else None
    place = sealing.place(account.region, account.id, client_id, kind.label, row["id"], "file")
    with objects.opened(account.cell, key) as source:
        yield from open_sealed(source, bytes.fromhex(secret), place)


def _watched(move: Move, pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield piece
        move.beat()


def _copy_details(move: Move) -> None:
    """Carry what events say, beside the events, whose bytes must stay as they were chained."""
    kind, after = kind_of(CarriedDetail), 0
    while True:
        with acting_in(move.old, purpose=Purpose.MAINTENANCE, reading=True) as here:
            found = AuditEvent.objects.filter(seq__gt=after).order_by("seq")
            events = list(found[: carrying.CHUNK])
            records.fetch_keys(kind_of(AuditEvent), events)
            told = [(event, records.detail_of(event)) for event in events]
            here.reads.clear()
            here.unreadable.clear()
        if not events:
            return
        with acting_in(move.new, purpose=Purpose.MAINTENANCE):
            about = {event.client_id for event in events} - {None}
            known = set(Client.objects.filter(pk__in=about).values_list("pk", flat=True))
            rows = [
                {
                    "id": event.pk,
                    "client_id": event.client_id if event.client_id in known else None,
                    "detail": detail,
                }
                for event, detail in told
                if detail is not None and (event.client_id is None or event.client_id in known)
            ]
            placing.place(kind, rows)
        after = events[-1].seq
        move.beat()
