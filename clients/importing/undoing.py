"""Taking an import back: what nobody has touched since goes, what was touched is told and stays (features L1).

Rows of one row of the file go together or not at all. Touched is what was changed since it came, and what anything else
refers to: a booking for an imported client, a note about an imported appointment. What was only changed goes as well if
that is asked for; what others refer to stays in any case, and the database would not let it go either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.models import F
from django.utils.text import capfirst

from accounts import audit, outbox
from accounts.models import AccountAnchor, Member, OutboxJob
from accounts.tenancy import acting_in
from accounts.wall import tenant_foreign_keys, tenant_models
from clients.importing import passes, taking
from clients.importing.kinds import KINDS
from clients.models import Caring, Client, ImportBatch, ImportedRow, Likeness
from privacy.vocabulary import clock, keyring, scope
from privacy.vocabulary.scope import SYSTEM, Actor, Purpose

JOB = "imports.undo"
State = ImportBatch.State
_KEYS_AT_ONCE = 1000


class NotNow(Exception):
    """The import is not there to be taken back."""


@dataclass(slots=True)
class Touched:
    """The rows of a file that somebody touched since: those changed, and those that something refers to."""

    changed: set[int] = field(default_factory=set)
    referred: set[int] = field(default_factory=set)
    by: Counter[str] = field(default_factory=Counter)
    total: int = 0

    @property
    def going(self) -> int:
        """How many rows of the file go when only untouched ones do."""
        return self.total - len(self.changed | self.referred)

    @property
    def only_changed(self) -> int:
        """How many were changed and are referred to by nothing."""
        return len(self.changed - self.referred)


def touched(batch: ImportBatch) -> Touched:
    """Return what was touched of an import."""
    found = Touched(total=_count(batch))
    for model in _taken_back(batch):
        found.changed |= _changed(model, batch)
        for referring, column, only in _referring(model):
            rows = _referred(model, referring, f'm."{column}" = i.object_id{only}', batch)
            found.referred |= rows
            if rows:
                found.by[capfirst(str(referring._meta.verbose_name_plural))] += len(rows)
    return found


def ask(*, by: Actor, batch: ImportBatch, changed_too: bool) -> ImportBatch:
    """Ask for an import to be taken back. Raises `NotNow`."""
    kept: ImportBatch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if kept.state != State.IMPORTED:
        raise NotNow
    kept.state = State.LEAVING
    kept.counts = {**kept.counts, "changed_too": changed_too}
    kept.job_id = outbox.enqueue(JOB, {"batch": str(kept.pk)}, requested_by=by.id).pk
    kept.save()
    audit.record("import.undo_asked", by=by, of=kept, detail={"changed_too": changed_too})
    return kept


@outbox.handles(JOB, long=True)
def run(work: outbox.Work) -> None:
    """Take a batch back in one transaction; keys of clients go once their rows are gone, by a sweep if this one dies."""
    with passes.beating(work), acting_in(work.account, purpose=Purpose.MAINTENANCE):
        batch = passes.batch_named(work.payload["batch"], state=State.LEAVING)
        if batch is None:
            return
        gone = take_back(batch)
        work.beat_here()
    with acting_in(work.account, purpose=Purpose.MAINTENANCE):
        for start in range(0, len(gone), _KEYS_AT_ONCE):
            keyring.destroy_client_keys(gone[start : start + _KEYS_AT_ONCE])


def take_back(batch: ImportBatch) -> list[Any]:
    """Delete what goes; return the ids of clients who are gone."""
    found = touched(batch)
    stays = found.referred if batch.counts.get("changed_too") else found.referred | found.changed
    gone, left = [], Counter[str]()
    for model in reversed(_taken_back(batch)):
        ids = _leaving(model, batch, stays)
        if model is Client:
            gone = ids
            Caring.objects.filter(client__in=ids).delete()
            Likeness.objects.filter(client__in=ids, dismissed_at=None).delete()
            Likeness.objects.filter(other__in=ids, dismissed_at=None).delete()
        left[model._meta.label] = _delete(model, ids)
    ImportedRow.objects.filter(batch=batch, left_at=None).exclude(row__in=stays).update(
        left_at=clock.now()
    )
    # Every process opens its directory anew: nothing else tells it of rows that are gone
    anchors = AccountAnchor.objects.filter(account_id=batch.account_id)
    anchors.update(key_epoch=F("key_epoch") + 1)
    batch.state, batch.undone_at = State.UNDONE, clock.now()
    batch.counts = {**batch.counts, "left": dict(left), "stayed": len(stays)}
    batch.save()
    job = OutboxJob.objects.filter(pk=batch.job_id).first()
    by = Member.objects.filter(pk=job.requested_by).first() if job else None
    audit.record(
        "import.undone",
        by=by.actor if by else SYSTEM,
        of=batch,
        count=max(left[KINDS[batch.kind].main._meta.label], 1),
        detail={"left": dict(left), "stayed": len(stays)},
    )
    return gone


def _taken_back(batch: ImportBatch) -> list[Any]:
    """Return the models whose rows go with an import, in the order in which they came; people who left stay."""
    models: list[Any] = list(KINDS[batch.kind].tables)
    return [each for each in models if each.data_policy.undoable or each.data_policy.deletable]


def _referring(model: Any) -> Iterator[tuple[Any, str, str]]:
    """Yield the models that refer to one, by which column, and which of their rows count.

    A likeness that was found is nobody's touch, one that somebody dismissed is. Who looks after a client the database
    notes by itself.
    """
    for each in tenant_models(apps.get_models()):
        if each is Caring:
            continue
        for key in tenant_foreign_keys(each):
            if key.remote_field.model is model:
                only = " AND m.dismissed_at IS NOT NULL" if each is Likeness else ""
                yield each, str(key.column), only


def _count(batch: ImportBatch) -> int:
    rows = ImportedRow.objects.filter(batch=batch, left_at=None)
    return int(rows.order_by().values("row").distinct().count())


_OF_BATCH = "i.account_id = %(account)s AND i.batch_id = %(batch)s AND i.label = %(label)s AND i.left_at IS NULL"


def _changed(model: Any, batch: ImportBatch) -> set[int]:
    columns = batch.columns.get(model._meta.label, [])
    here = {field.column for field in model._meta.concrete_fields}
    if not set(columns) <= here:  # a column is gone: nothing proves that a row is as it came
        columns = []
    same = f"AND {taking.digest(columns)} <> i.digest" if columns else ""
    return _rows(
        f"SELECT DISTINCT i.row FROM clients_importedrow i JOIN {model._meta.db_table} t"
        f" ON t.account_id = i.account_id AND t.id = i.object_id WHERE {_OF_BATCH} {same}",
        model,
        batch,
    )


def _referred(model: Any, referring: Any, by: str, batch: ImportBatch) -> set[int]:
    """Return the rows of a file whose thing is referred to by what did not come with the same row."""
    return _rows(
        f"SELECT DISTINCT i.row FROM clients_importedrow i JOIN {referring._meta.db_table} m"
        f" ON m.account_id = i.account_id AND {by} WHERE {_OF_BATCH}"
        " AND NOT EXISTS (SELECT FROM clients_importedrow o WHERE o.account_id = i.account_id"
        " AND o.batch_id = i.batch_id AND o.row = i.row AND o.object_id = m.id)",
        model,
        batch,
    )


def _rows(sql: str, model: Any, batch: ImportBatch) -> set[int]:
    active = scope.current()
    with connections[active.database].cursor() as cursor:
        values = {"account": active.account_id, "batch": batch.pk, "label": model._meta.label}
        cursor.execute(sql, values)
        return {row for (row,) in cursor.fetchall()}


def _leaving(model: Any, batch: ImportBatch, stays: set[int]) -> list[Any]:
    rows = ImportedRow.objects.filter(batch=batch, label=model._meta.label, left_at=None)
    found = rows.values_list("object_id", "row").iterator()
    return [object_id for object_id, row in found if row not in stays]


def _delete(model: Any, ids: list[Any]) -> int:
    active = scope.current()
    with connections[active.database].cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {model._meta.db_table} WHERE account_id = %s AND id = ANY(%s)",
            [active.account_id, ids],
        )
        return int(cursor.rowcount)
