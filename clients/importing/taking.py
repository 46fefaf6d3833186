"""The import itself: rows are made ready some at a time, unseen, and put into their tables in one transaction.

Sealing a hundred thousand rows takes a minute, putting them there seconds: so nobody waits for a long transaction, no
half of a file is ever seen, and whoever is killed goes on after the last rows that were made ready. Nothing here calls
the verbs that tell anybody of anything: rows arrive in their tables and no outbox row arises (features L3).
"""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, connections
from django.db.models import Max
from uuid_utils.compat import uuid7

from accounts import audit, outbox
from accounts.models import Member
from accounts.tenancy import acting_in
from clients.alike import scanning
from clients.importing import files, passes, trying
from clients.importing.cells import table_of
from clients.importing.kinds import KINDS, Built, Record, Session
from clients.importing.plans import Plan
from clients.importing.reading.tables import Misread
from clients.models import ImportBatch, ImportedRow, ImportStagedRow
from privacy.vocabulary import clock, scope
from privacy.vocabulary.scope import SYSTEM, Purpose

JOB = "imports.take"
_STAGE = (
    "INSERT INTO clients_importstagedrow (id, account_id, batch_id, label, row, cells)"
    " VALUES (%b, %b, %b, %b, %b, %b)"
)
# What is the time of putting there, not of making ready: directories look for rows that changed since their last look
_NOW = {"clients.Client": ("updated_at",)}


@outbox.handles(JOB, long=True)
def run(work: outbox.Work) -> None:
    """Import a batch; killed while rows are made ready, it goes on there; killed later, all or nothing is there."""
    with acting_in(work.account, purpose=Purpose.MAINTENANCE):
        batch = passes.batch_named(work.payload["batch"], state=ImportBatch.State.IMPORTING)
        if batch is None:
            return
        ready = ImportStagedRow.objects.filter(batch=batch).aggregate(last=Max("row"))["last"] or 0
        total = batch.survey.get("rows", 0)
        work.beat_here(0, total + max(total // 4, 1))

    def make_ready(_plan: Plan, session: Session, records: list[Record]) -> None:
        stage(batch, session, [record for record in records if record.is_taken])

    try:
        passes.each_lot(work, batch, make_ready, after=ready)
    except (Misread, files.Gone) as error:
        trying.stop(work, batch, error)
        return
    try:
        with passes.beating(work), acting_in(work.account, purpose=Purpose.MAINTENANCE):
            put(batch)
            work.beat_here(total + max(total // 4, 1))
    except IntegrityError:
        # Somebody booked one of the times meanwhile: made ready anew, the appointment stands beside theirs
        with acting_in(work.account, purpose=Purpose.MAINTENANCE):
            work.beat_here()
            ImportStagedRow.objects.filter(batch=batch).delete()
        raise


def stage(batch: ImportBatch, session: Session, records: list[Record]) -> None:
    """Make records ready: their rows, each with the row that says where it came from."""
    session.keys(records)
    staged: list[tuple[Any, ...]] = []
    account = scope.current().account_id

    def add(built: Built, row: int) -> None:
        label, cells = built.model._meta.label, table_of(built.model).cells(built)
        staged.append((uuid7(), account, batch.pk, label, row, cells))

    for record in records:
        for place, built in enumerate(session.build(record)):
            add(built, record.row)
            add(_provenance(batch, record, built, is_first=place == 0), record.row)
    if staged:
        with connections[scope.current().database].cursor() as cursor:
            cursor.cursor.executemany(_STAGE, staged)


def put(batch: ImportBatch) -> None:
    """Put all rows that were made ready into their tables, in the open transaction, and close the batch."""
    kind, now = KINDS[batch.kind], clock.now()
    ImportBatch.objects.select_for_update().get(pk=batch.pk, state=ImportBatch.State.IMPORTING)
    arrived = {}
    models: list[Any] = [*kind.tables, ImportedRow]
    for model in models:
        arrived[model._meta.label] = _put_into(model, batch, now)
    for model in kind.tables:
        _take_digests(model, batch)
    ImportStagedRow.objects.filter(batch=batch).delete()
    counts = {label: number for label, number in arrived.items() if number}
    batch.counts = {**batch.counts, "arrived": counts}
    batch.columns = {model._meta.label: table_of(model).columns for model in kind.tables}
    batch.state, batch.imported_at = ImportBatch.State.IMPORTED, now
    batch.save(update_fields=["counts", "columns", "state", "imported_at"])
    main = arrived[kind.main._meta.label]
    audit.record("import.done", by=_asker(batch), of=batch, count=max(main, 1))
    if kind.name == "clients" and main:
        scanning.request(by=_asker(batch))


def _put_into(model: Any, batch: ImportBatch, now: Any) -> int:
    table, label, active = table_of(model), model._meta.label, scope.current()
    late = dict.fromkeys(_NOW.get(label, ()), "%s::timestamptz")
    columns = ", ".join(f'"{column}"' for column in table.columns)
    with connections[active.database].cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({columns})"
            f" SELECT {table.values(active.database, late)} FROM clients_importstagedrow s"
            " WHERE s.account_id = %s AND s.batch_id = %s AND s.label = %s ORDER BY s.row, s.id",
            [*[now for _ in late], active.account_id, batch.pk, label],
        )
        return int(cursor.rowcount)


def _take_digests(model: Any, batch: ImportBatch) -> None:
    """Remember what each row held as it came, so that a later change of any of it is seen."""
    active = scope.current()
    with connections[active.database].cursor() as cursor:
        cursor.execute(
            f"UPDATE clients_importedrow i SET digest = {digest(table_of(model).columns)}"
            f" FROM {model._meta.db_table} t WHERE i.account_id = %s AND i.batch_id = %s AND i.label = %s"
            " AND t.account_id = i.account_id AND t.id = i.object_id",
            [active.account_id, batch.pk, model._meta.label],
        )


def digest(columns: list[str]) -> str:
    """Return the SQL of a number that changes with any of these columns of `t`."""
    listed = ", ".join(f't."{column}"' for column in columns)
    return f"hashtextextended(ROW({listed})::text, 0)"


def _provenance(batch: ImportBatch, record: Record, built: Built, *, is_first: bool) -> Built:
    values = {
        "batch_id": batch.pk,
        "label": built.model._meta.label,
        "object_id": built.pk,
        "row": record.row,
        "is_first": is_first,
    }
    if is_first:
        values |= {
            "reference": record.reference,
            "row_index": record.row_index,
            "source_hash": record.source_hash,
        }
    return Built(ImportedRow, uuid7(), None, values)


def _asker(batch: ImportBatch) -> Any:
    member: Member | None = batch.requested_by
    return member.actor if member else SYSTEM
