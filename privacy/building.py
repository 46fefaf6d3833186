"""Builds an export: rows from one snapshot, then files, sealed as they are written; verified before it is announced."""

from __future__ import annotations

import io
import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any
from uuid import UUID

from accounts import audit, objects, outbox, sessions
from accounts.calm import FILE_STORE
from accounts.models import AuditHead, OutboxJob
from accounts.models.practice import current_anchor
from accounts.tenancy import AccountRef, acting_in
from bookings.messaging.links import absolute
from privacy import letters, records
from privacy.export.archive import ArchiveWriter, Receipt
from privacy.export.container import file_path
from privacy.export.verify_export import verify
from privacy.exporting import LIFE, place, signer
from privacy.inventory import Kind
from privacy.models import Export
from privacy.scopes.pieces import Plan
from privacy.scopes.planning import NotAllowed, plan_of, sees_through
from privacy.vocabulary import clock, keyring, scope, sealing
from privacy.vocabulary.fields import is_unreadable
from privacy.vocabulary.scope import SYSTEM, Purpose
from privacy.vocabulary.streams import SealedReader, SealedWriter, Unreadable, open_sealed

log = logging.getLogger("keepwell.export")

FORMAT_VERSION = 2
MAX_FAILURES = 5
MAX_STARTS = 12
BEAT_SECONDS = 2.0
FILES_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Task:
    """One attempt at building an archive: which export, its key, its place, the how-manieth start, the object before.

    `whole`: also with the rows that are set apart.
    """

    work: outbox.Work
    export_id: UUID
    storage_key: str
    file_key: bytes
    aad: bytes
    start: int
    before: str
    whole: bool

    @property
    def account(self) -> AccountRef:
        """The account that is exported."""
        return self.work.account


@dataclass(frozen=True, slots=True)
class Written:
    """What became of an archive: its receipt, its gaps, when its snapshot was taken, and how many rows stand apart."""

    receipt: Receipt
    gaps: dict[str, str]
    taken_at: datetime
    apart: int


class Progress:
    """Counts what was written and tells the job's row every two seconds; each row is walked twice."""

    def __init__(self, work: outbox.Work) -> None:
        self._work = work
        self._halves = 0
        self._last = 0.0
        self.total = 0

    def step(self, halves: int = 1) -> None:
        """Count `halves` more halves of a row."""
        self._halves += halves
        self.tick()

    def tick(self) -> None:
        """Keep the lease; raises `LeaseLost` when another worker has taken over."""
        if time.monotonic() - self._last >= BEAT_SECONDS:
            self._last = time.monotonic()
            self._work.beat(min(self._halves // 2, self.total), self.total)


@outbox.handles("export.build", long=True)
def build(work: outbox.Work) -> None:
    """Build, verify and announce one export; killed at any point, the next start takes a new snapshot."""
    task = _begin(work)
    if task is None:
        return
    try:
        objects.delete(work.account.cell, task.before)
        progress = Progress(work)
        written = _write(task, progress)
        _verify(task, written.receipt, progress)
        _finish(task, written)
    except outbox.LeaseLost:
        raise
    except NotAllowed:
        _fail(work, task.export_id, "rights")
    except Exception as error:
        if task.start < MAX_FAILURES:
            raise
        log.exception("export given up", extra={"job": "export.build"})
        _fail(work, task.export_id, "storage" if isinstance(error, FILE_STORE) else "unexpected")


def _begin(work: outbox.Work) -> Task | None:
    """Give this attempt a fresh key and a fresh name for its object."""
    with acting_in(work.account, purpose=Purpose.EXPORT):
        work.beat_here(0, 0)
        export: Export = Export.objects.get(pk=work.payload["export"])
        if not export.is_under_way:
            return None
        start = OutboxJob.objects.get(pk=work.job_id).attempts
        if start <= MAX_STARTS:
            before, key = export.storage_key, os.urandom(32)
            export.state = Export.State.RUNNING
            export.started_at = clock.now()
            export.storage_key = objects.new_key(work.account.id)
            export.file_key = key.hex()
            export.save(update_fields=["state", "started_at", "storage_key", "file_key"])
            where = place(export.pk)
            whole = export.is_whole
            return Task(work, export.pk, export.storage_key, key, where, start, before, whole)
    _fail(work, export.pk, "interrupted")
    return None


def _write(task: Task, progress: Progress) -> Written:
    """Write the archive: rows from one snapshot, then files from the list frozen in it."""
    gaps: dict[str, str] = {}
    plan = _seen_by(task.account, task.export_id)
    with (
        objects.writing(task.account.cell, task.storage_key) as target,
        SealedWriter(target, task.file_key, task.aad) as sealed,
    ):
        with acting_in(task.account, purpose=Purpose.EXPORT, reading=True):
            taken_at = clock.now()
            export = Export.objects.get(pk=task.export_id)
            plan = plan or plan_of(export, letters.zone())
            apart = _apart(plan)
            writer = ArchiveWriter(
                sealed,
                format_version=FORMAT_VERSION,
                created_at=taken_at,
                signer=signer(task.account.region),
                facts=_facts(task, taken_at, plan, apart),
                scope={**plan.about, "whole": plan.whole},
            )
            files = _write_rows(writer, plan, progress, gaps.setdefault)
            scope.current().reads.clear()
        _write_files(writer, task, files, progress, gaps.setdefault)
        for gap_id, reason in gaps.items():
            writer.gap(gap_id, reason)
        return Written(writer.close(), gaps, taken_at, sum(apart.values()))


def _seen_by(account: AccountRef, export_id: UUID) -> Plan | None:
    """Return what an export holds whose rows a member's eyes choose; None for one that holds what the practice has.

    They choose as `keepwell_app`, which has the member's rights; the rows are then read by the role that exports.
    """
    with acting_in(account, purpose=Purpose.EXPORT):
        member = sees_through(Export.objects.get(pk=export_id))
    if member is None:
        return None
    with acting_in(account, by=member.actor, purpose=Purpose.EXPORT) as active:
        sessions.see_as(member)
        plan = plan_of(Export.objects.get(pk=export_id), letters.zone())
        active.reads.clear()
        return plan


def _apart(plan: Plan) -> dict[str, int]:
    """Count by kind the rows that stand apart and that the plan would hold otherwise."""
    if plan.about["kind"] == "client":
        return {}
    here = records.set_apart(piece.kind for piece in plan.pieces)
    return {name: found.count() for name, found in here.items()}


def _facts(
    task: Task, taken_at: datetime, plan: Plan, apart: Mapping[str, int]
) -> dict[str, object]:
    anchor = current_anchor()
    head = AuditHead.objects.first()
    return {
        "region": task.account.region,
        "city": anchor.city,
        "account": anchor.slug,
        "account_id": str(anchor.account_id),
        "practice": anchor.name,
        "snapshot_at": taken_at,
        "audit_head": f"{head.seq}:{bytes(head.hash).hex()}" if head else "none",
        "snapshots_begun": task.start,
        "fields_left_out": {
            piece.kind.name: left for piece in plan.pieces if (left := piece.left_out)
        },
        "rows_set_apart": dict(apart),
        "rows_set_apart_are": "here, as they were asked for"
        if task.whole
        else "left out, as they were not asked for",
    }


def _write_rows(
    writer: ArchiveWriter, plan: Plan, progress: Progress, gap: Callable[[str, str], object]
) -> list[tuple[Kind, UUID]]:
    """Write every kind of the plan; return the rows that have a file, frozen by this snapshot."""
    stored = [piece.stored() for piece in plan.pieces]
    files = [(piece.kind, pk) for piece in plan.pieces for pk in piece.files()]
    progress.total = sum(each.rows for each in stored) + len(files)
    for piece, counted in zip(plan.pieces, stored, strict=True):
        writer.write_kind(
            piece.kind.name,
            fields=piece.fields,
            rows=lambda piece=piece: _counted(piece.rows(gap), progress),  # type: ignore[misc]
            key=records.key_of(piece.kind),
            description=" ".join((piece.kind.model.__doc__ or "").split()),
            stored=counted,
        )
    for name, reason in plan.left_out.items():
        writer.exclude(name, reason)
    return files


def _counted(rows: Iterator[dict[str, object]], progress: Progress) -> Iterator[dict[str, object]]:
    for row in rows:
        yield row
        progress.step()


def _write_files(
    writer: ArchiveWriter,
    task: Task,
    files: list[tuple[Kind, UUID]],
    progress: Progress,
    gap: Callable[[str, str], object],
) -> None:
    """Add the plain bytes of every sealed file; a missing or damaged one is a gap that names its row (EX-3)."""
    for chunk in batched(files, FILES_AT_ONCE, strict=False):
        for row_id, path, media_type, key, sealed in _stored(task.account, chunk):
            try:
                with objects.opened(task.account.cell, key) as source:
                    plain = _watched(open_sealed(source, *sealed), progress)
                    writer.file(path, plain, media_type)
            except FileNotFoundError:
                gap(str(row_id), "the stored file is missing")
            except (Unreadable, ValueError):
                gap(str(row_id), "the stored file can't be read")
            progress.step(2)


def _stored(
    account: AccountRef, chunk: Iterable[tuple[Kind, UUID]]
) -> list[tuple[UUID, str, str, str, tuple[bytes, bytes]]]:
    """Return id, path, media type, storage key, and (key, place) of these rows' files."""
    found = []
    with acting_in(account, purpose=Purpose.EXPORT) as active:
        for kind, pk in chunk:
            row: Any = kind.model._default_manager.get(pk=pk)
            stored = kind.declared.file
            assert stored is not None  # chosen by the caller
            name, file_key = getattr(row, stored.name), getattr(row, stored.file_key)
            path = file_path(pk, "file" if is_unreadable(name) else name)
            secret = b"" if is_unreadable(file_key) else bytes.fromhex(file_key)
            media_type = getattr(row, stored.media_type)
            where = file_place(row)
            found.append((pk, path, media_type, getattr(row, stored.storage_key), (secret, where)))
        active.reads.clear()
    return found


def file_place(row: Any) -> bytes:
    """Return the place that binds the sealed file of a row to it."""
    client_id = getattr(row, row.data_policy.client) if row.data_policy.client else None
    return sealing.place(
        scope.current().region, row.account_id, client_id, row._meta.label, row.pk, "file"
    )


def _watched(pieces: Iterator[bytes], progress: Progress) -> Iterator[bytes]:
    for piece in pieces:
        yield piece
        progress.tick()


class _Watched(SealedReader):
    """A sealed archive that keeps the job's lease while it is read."""

    progress: Progress

    def readinto(self, buffer: Any, /) -> int:
        self.progress.tick()
        return super().readinto(buffer)


def _verify(task: Task, receipt: Receipt, progress: Progress) -> None:
    """Read the stored archive back with the verifier that travels in it."""
    with objects.opened(task.account.cell, task.storage_key) as source:
        reader = _Watched(source, task.file_key, task.aad)
        reader.progress = progress
        report = verify(io.BufferedReader(reader), key=receipt.public_key)
    if report.problems:
        raise ValueError(f"the archive has {len(report.problems)} problems")


def _finish(task: Task, written: Written) -> None:
    now, receipt = clock.now(), written.receipt
    with acting_in(task.account, purpose=Purpose.EXPORT):
        rows = sum(receipt.rows.values())
        task.work.beat_here(rows + receipt.files, rows + receipt.files)
        export: Export = Export.objects.get(pk=task.export_id)
        export.state = Export.State.GAPS if receipt.gaps else Export.State.READY
        export.snapshot_at, export.finished_at, export.expires_at = (
            written.taken_at,
            now,
            now + LIFE,
        )
        export.size, export.sha256 = receipt.size, receipt.sha256
        export.rows, export.files, export.gaps = rows, receipt.files, receipt.gaps
        export.rows_apart = 0 if export.is_whole else written.apart
        export.gap_list = [{"id": one, "reason": why} for one, why in sorted(written.gaps.items())]
        export.save()
        audit.record("export.built", by=SYSTEM, of=export, count=rows)
        outbox.enqueue("export.announce", {"export": str(export.pk)})


def _fail(work: outbox.Work, export_id: UUID, problem: str) -> None:
    with acting_in(work.account, purpose=Purpose.EXPORT):
        work.beat_here()
        export: Export = Export.objects.get(pk=export_id)
        export.state, export.problem = Export.State.FAILED, problem
        export.finished_at = export.expires_at = clock.now()  # the sweeper removes what it left
        export.save()
        audit.record("export.failed", by=SYSTEM, of=export, result="failed")
    keyring.forget()


@outbox.handles("export.announce")
def announce(work: outbox.Work) -> None:
    """Tell the Owner that an export is ready, how long it stays, and what is missing from it."""
    export = Export.objects.get(pk=work.payload["export"])
    if export.is_ready:
        anchor = current_anchor()
        url = absolute(anchor.url("exports"))
        letters.to_owner("export_ready", export=export, account=anchor, url=url)
