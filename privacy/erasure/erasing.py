"""Erasing a person: decided once, entered in the ledger, then the key, the files and the rows of all their records go.

Every step can be killed and run again. What is left says that somebody was there, and not who: the record's row, its
places in appointments, what was disclosed (`erase` of each kind's policy), with nothing in them that was sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

import psycopg
from django.db.models import F
from django.utils.translation import gettext as _
from psycopg import sql
from uuid_utils.compat import uuid7

from accounts import audit, dispatch, objects, outbox
from accounts.models import AccountAnchor
from accounts.tenancy import AccountRef, acting_in, everywhere
from accounts.wall import blanked, tenant_foreign_keys
from bookings.models import Attendee
from clients import identity
from clients.models import Client
from privacy import catalog, exporting
from privacy.erasure import ledger
from privacy.erasure.entries import Entry
from privacy.erasure.places import Place
from privacy.inventory import Kind, client_kind, kinds_in
from privacy.models import Erasure, Export
from privacy.vocabulary import clock, keyring
from privacy.vocabulary.placement import Placement
from privacy.vocabulary.scope import SYSTEM, Actor, Purpose

ACTION = "client_erased"


class NotNow(ValueError):
    """The person can't be erased yet; the text says to the member what stands in the way."""


class NotGone(RuntimeError):
    """Something is left after the step that should have removed it; the job tries again."""


@everywhere()
def erase(*, client: Client, by: Actor) -> UUID:
    """Decide to erase a person with all their records, which can't be undone; return the decision's id.

    Raises `NotNow` while they have appointments to come. Deciding again returns the first decision.
    """
    records = identity.ids(client)
    before = Erasure.objects.filter(client_id__in=records).first()
    if before is not None:
        return UUID(str(before.entry))
    coming = Attendee.objects.filter(client_id__in=records, appointment__ends_at__gt=clock.now())
    if coming.exclude(state=Attendee.State.CANCELLED).exists():
        raise NotNow(_("There are appointments to come. Cancel them first."))
    entry = uuid7()
    for record in records:
        Erasure(entry=entry, client_id=record, asked_by=by.id).save(force_insert=True)
    Client.objects.filter(pk__in=records, archived_at=None).update(archived_at=clock.now())
    _let_go_of(records)
    outbox.enqueue("client.erase", {"entry": str(entry)}, requested_by=by.id)
    audit.record(
        "client.erasure_decided",
        by=by,
        kind=client._meta.label,
        object_id=entry,
        client_id=client.pk,
    )
    return entry


def is_done(entry: UUID) -> bool:
    """Tell whether a decided erasure of the active account was carried out and looked after."""
    return not Erasure.objects.filter(entry=entry, done_at=None).exists()


@outbox.handles("client.erase", long=True)
def carry_out(work: outbox.Work) -> None:
    """Do what was decided: the ledger first, so that no backup brings the person back."""
    entry = UUID(work.payload["entry"])
    run(work.account, entry, beat=work.beat)


def run(account: AccountRef, entry: UUID, *, beat: Callable[[], None]) -> None:
    """Run all steps in order; `beat` is called between them."""
    with acting_in(account, purpose=Purpose.REQUEST):
        rows = list(Erasure.objects.filter(entry=entry))
    records = [row.client_id for row in rows]
    if not rows or all(row.done_at for row in rows):
        return
    if any(row.seq is None for row in rows):
        seq = ledger.enter(
            account.cell, decision=entry, action=ACTION, account=account.id, records=records
        )
        with acting_in(account, purpose=Purpose.REQUEST):
            Erasure.objects.filter(entry=entry).update(seq=seq)
    for step in (_destroy_keys, _end_archives, _delete_files, _delete_rows, _check):
        beat()
        step(account, records)
    with acting_in(account, purpose=Purpose.REQUEST):
        Erasure.objects.filter(entry=entry).update(done_at=clock.now())
        audit.record("client.erased", by=SYSTEM, object_id=entry, kind="clients.Client")


def _let_go_of(records: list[UUID]) -> None:
    """Delete other people's rows that are about the two of them, where the application may."""
    root = client_kind().model
    for kind in kinds_in(Placement.REGION):
        if kind.declared.deletable:
            for field in tenant_foreign_keys(kind.model):
                if field.remote_field.model is root and field.attname != kind.declared.client:
                    rows = kind.model._default_manager.filter(**{f"{field.attname}__in": records})
                    rows.delete()


def _destroy_keys(account: AccountRef, records: list[UUID]) -> None:
    """Make everything of theirs unreadable at once, also for processes that remember keys: they look at the epoch."""
    with acting_in(account, purpose=Purpose.REQUEST):
        keyring.destroy_client_keys(records)
    with acting_in(account, purpose=Purpose.REQUEST):
        anchors = AccountAnchor.objects.filter(account_id=account.id)
        anchors.update(key_epoch=F("key_epoch") + 1)


def _end_archives(account: AccountRef, records: list[UUID]) -> None:
    """Delete the archives that are ready: made before, they would tell of the person until their days are over."""
    with acting_in(account, purpose=Purpose.REQUEST):
        for export in Export.objects.exclude(storage_key=""):
            if export.is_ready:
                exporting.expire(export)


def _delete_files(account: AccountRef, records: list[UUID]) -> None:
    """Delete their stored files, while their rows still say which those are."""
    with dispatch.connect(account.cell, "purger") as connection:
        for kind in _kinds("delete"):
            file = kind.declared.file
            if file:
                with connection.transaction():
                    catalog.enter(connection, account.id)
                    found = connection.execute(_of(kind, f"SELECT {file.storage_key}"), [records])
                    keys = [key for (key,) in found]
                for key in keys:
                    objects.delete(account.cell, key)


def _delete_rows(account: AccountRef, records: list[UUID]) -> None:
    """Blank the rows that stay, then delete the others, referring ones first."""
    gone = {kind.table: kind for kind in _kinds("delete")}
    with dispatch.connect(account.cell, "purger") as connection:
        with connection.transaction():
            catalog.enter(connection, account.id)
            for kind in _kinds("blank"):
                connection.execute(_of(kind, f"UPDATE {kind.table} SET {_blank(kind)}"), [records])
        for table in catalog.tables(connection):
            if table in gone:
                with connection.transaction():
                    catalog.enter(connection, account.id)
                    connection.execute(_of(gone[table], "DELETE"), [records])


def _check(account: AccountRef, records: list[UUID]) -> None:
    """Ask every table and the keyring whether anything of theirs is left; raise `NotGone` if so."""
    left = []
    with dispatch.connect(account.cell, "purger") as connection, connection.transaction():
        catalog.enter(connection, account.id)
        for kind in _kinds("delete"):
            left += [kind.label] * _count(connection, _of(kind, "SELECT count(*)"), records)
        for kind in _kinds("blank"):
            query = _of(kind, "SELECT count(*)") + sql.SQL(f" AND NOT ({_is_blank(kind)})")
            left += [kind.label] * _count(connection, query, records)
    with acting_in(account, purpose=Purpose.REQUEST):
        if keyring.client_ids_with_keys() & set(records):
            left.append("keys")
    if left:
        raise NotGone(f"left: {', '.join(sorted(set(left)))}")


def _kinds(erase: str) -> list[Kind]:
    return [
        kind
        for kind in kinds_in(Placement.REGION)
        if kind.declared.client and kind.declared.erase == erase
    ]


def _of(kind: Kind, verb: str) -> sql.Composed:
    """Return a statement about the rows of some records, which are its one parameter."""
    start = verb if verb.startswith("UPDATE") else f"{verb} FROM {kind.table}"
    return sql.Composed([sql.SQL(f"{start} WHERE {kind.declared.client} = ANY(%s)")])


def _blank(kind: Kind) -> str:
    return ", ".join(f"{column} = {value}" for column, value in blanked(kind.model).items())


def _is_blank(kind: Kind) -> str:
    return " AND ".join(
        f"{column} IS NOT DISTINCT FROM {value}" for column, value in blanked(kind.model).items()
    )


def _count(
    connection: psycopg.Connection[Any], query: sql.Composed, records: Iterable[UUID]
) -> int:
    row = connection.execute(query, [list(records)]).fetchone()
    return int(row[0]) if row else 0


def _is_known(where: Place, entry: Entry) -> bool:
    with acting_in(AccountRef(entry.account, "", where.name), purpose=Purpose.REQUEST):
        return bool(Erasure.objects.filter(entry=entry.id).exists())


def _again(where: Place, entry: Entry) -> None:
    """Erase in a restored database whom the ledger names; nothing where it never knew the account."""
    account = AccountRef(entry.account, "", where.name)
    with acting_in(account, purpose=Purpose.REQUEST) as active:
        if active.anchor is None:
            return
        there = set(Client.objects.filter(pk__in=entry.records).values_list("pk", flat=True))
        for record in there:
            Erasure.objects.get_or_create(
                client_id=record, defaults={"entry": entry.id, "seq": entry.seq}
            )
        Erasure.objects.filter(client_id__in=there).update(entry=entry.id, seq=entry.seq)
        if active.anchor.is_active:
            Client.objects.filter(pk__in=there, archived_at=None).update(archived_at=clock.now())
    run(account, entry.id, beat=lambda: None)


ledger.ACTIONS[ACTION] = ledger.Action(_is_known, _again)
