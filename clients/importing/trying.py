"""The trial of a file: every row is read and judged as an import would, nothing is written but what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import Any
from uuid import UUID

from accounts import audit, outbox
from accounts.tenancy import acting_in
from clients.importing import files, passes
from clients.importing.kinds import Found, Record, Session
from clients.importing.plans import Plan
from clients.importing.reading.tables import Misread
from clients.models import ImportBatch, ImportPiece
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM, Purpose

JOB = "imports.try"
_VALUE_LENGTH = 120


@outbox.handles(JOB, long=True)
def run(work: outbox.Work) -> None:
    """Try a batch's file; killed, it goes on after the last rows that were kept."""
    with acting_in(work.account, purpose=Purpose.MAINTENANCE):
        batch = passes.batch_named(work.payload["batch"], state=ImportBatch.State.TRYING)
        if batch is None:
            return
        total, last = batch.survey.get("rows", 0), _last(batch)
        work.beat_here(0, total)
    try:
        _try(work, batch, last)
    except (Misread, files.Gone) as error:
        stop(work, batch, error)
        return
    with acting_in(work.account, purpose=Purpose.MAINTENANCE):
        work.beat_here(total)
        finish(batch)


def _try(work: outbox.Work, batch: ImportBatch, last: ImportPiece | None) -> None:
    number = count(last.number + 1 if last else 1)

    def keep(_plan: Plan, _session: Session, records: list[Record]) -> None:
        ImportPiece(
            batch=batch,
            number=next(number),
            last_row=records[-1].row,
            counts=counted(records),
            found=[_kept(record) for record in records if record.found],
        ).save(force_insert=True)

    passes.each_lot(work, batch, keep, after=last.last_row if last else 0)


def finish(batch: ImportBatch) -> None:
    """Say what was found in all of a file; inside the account."""
    counts: Counter[str] = Counter()
    for each in ImportPiece.objects.filter(batch=batch).values_list("counts", flat=True):
        counts.update(each)
    batch.counts = {"rows": batch.survey.get("rows", 0), **counts}
    batch.state, batch.tried_at = ImportBatch.State.TRIED, clock.now()
    batch.save(update_fields=["counts", "state", "tried_at"])
    audit.record("import.tried", by=SYSTEM, of=batch, count=max(batch.counts["rows"], 1))


def stop(work: outbox.Work, batch: ImportBatch, error: Exception) -> None:
    """Say why a file can't be worked on."""
    with acting_in(work.account, purpose=Purpose.MAINTENANCE):
        work.beat_here()
        batch.state = ImportBatch.State.FAILED
        batch.problem = error.code if isinstance(error, Misread) else "gone"
        batch.counts = {**batch.counts, "at_row": getattr(error, "row", 0)}
        batch.save(update_fields=["state", "problem", "counts"])
        audit.record("import.failed", by=SYSTEM, of=batch, result="failed")


def counted(records: list[Record]) -> dict[str, int]:
    """Return how many of some records come in, are known, are bad or are to be looked at; and each code's number."""
    counts: Counter[str] = Counter()
    for record in records:
        if record.is_bad:
            counts["bad"] += 1
        elif record.known:
            counts["known"] += 1
            counts[f"known:{record.known}"] += 1
        else:
            counts["good"] += 1
            counts["warned"] += bool(record.found)
        for code in {each.code for each in record.found}:
            counts[f"code:{code}"] += 1
    return dict(+counts)


def found_in(batch: ImportBatch, *, only_bad: bool = False) -> Iterator[tuple[int, list[Found]]]:
    """Yield the rows of which something was found, in their order, with what."""
    for piece in ImportPiece.objects.filter(batch=batch).order_by("number").iterator(chunk_size=20):
        for row, listed in piece.found:
            found = [Found(column, code, value, bool(bad)) for column, code, value, bad in listed]
            if not only_bad or any(each.is_error for each in found):
                yield row, found


def _kept(record: Record) -> list[Any]:
    return [
        record.row,
        [
            [each.column, each.code, each.value[:_VALUE_LENGTH], int(each.is_error)]
            for each in record.found
        ],
    ]


def _last(batch: ImportBatch) -> ImportPiece | None:
    found: ImportPiece | None = ImportPiece.objects.filter(batch=batch).order_by("-number").first()
    return found


def forget(batch_id: UUID) -> None:
    """Drop what a trial found, because file or mapping are others now."""
    ImportPiece.objects.filter(batch=batch_id).delete()
