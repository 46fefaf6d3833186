"""Builds an export: rows into a spool, the archive from it, verified before it is announced; who takes over goes on."""

from __future__ import annotations

import io
import logging
import os
from dataclasses import replace

from accounts import audit, objects, outbox, uploads
from accounts.calm import FILE_STORE
from accounts.models import OutboxJob
from accounts.models.practice import current_anchor
from accounts.tenancy import acting_in
from bookings.messaging.links import absolute
from privacy import letters
from privacy.export import age
from privacy.export.verify_export import verify
from privacy.exporting import LIFE, overseers, place
from privacy.making import archiving, spooling
from privacy.making.archiving import Written
from privacy.making.tasks import Progress, Secrets, StartOver, Task
from privacy.models import Export
from privacy.scopes.planning import NotAllowed
from privacy.vocabulary import clock, keyring
from privacy.vocabulary.scope import SYSTEM, Purpose
from privacy.vocabulary.streams import SealedWriter

log = logging.getLogger("keepwell.export")

MAX_FAILURES = 5
MAX_STARTS = 12
_LAID_OUT = ["state", "started_at", "snapshots", "snapshot_at", "spool_key", "spool_file_key"]
_LAID_OUT += ["storage_key", "upload", "nonce", "file_key"]


@outbox.handles("export.build", long=True)
def build(work: outbox.Work) -> None:
    """Build, verify and announce one export; killed at any point, the next start goes on from what there is."""
    start = _begin(work)
    if start is None:
        return
    try:
        _make(work)
    except outbox.LeaseLost:
        raise
    except NotAllowed:
        _fail(work, "rights")
    except Exception as error:
        if start < MAX_FAILURES:
            raise
        log.exception("export given up", extra={"job": "export.build"})
        _fail(work, "storage" if isinstance(error, FILE_STORE) else "unexpected")


def _begin(work: outbox.Work) -> int | None:
    """Return the how-manieth start this is, or None when there is nothing to do (any more)."""
    with acting_in(work.account, purpose=Purpose.EXPORT):
        work.beat_here(0, 0)
        export: Export = Export.objects.get(pk=work.payload["export"])
        start: int = OutboxJob.objects.get(pk=work.job_id).attempts
        if not export.is_under_way:
            return None
    if start > MAX_STARTS:
        _fail(work, "interrupted")
        return None
    return start


def _make(work: outbox.Work) -> None:
    """Run what is left of both stages; from a new snapshot when what the archive was made from has changed meanwhile."""
    progress, task = Progress(work), _left(work) or _laid_out(work)
    try:
        written = _write(task, progress)
    except StartOver:
        progress, task = Progress(work), _laid_out(work)
        written = _write(task, progress)
    _verify(task, written, progress)
    _finish(task, written)
    objects.delete(task.account.cell, task.spool_key)


def _left(work: outbox.Work) -> Task | None:
    """Return what an earlier attempt did not come to once the rows were spooled; None for all of it."""
    with acting_in(work.account, purpose=Purpose.EXPORT):
        export: Export = Export.objects.get(pk=work.payload["export"])
        return _task(work, export) if export.snapshot_at is not None else None


def _write(task: Task, progress: Progress) -> Written:
    if not task.is_spooled:
        spool = spooling.write(task, progress)
        with acting_in(task.account, purpose=Purpose.EXPORT):
            task.work.beat_here()
            Export.objects.filter(pk=task.export_id).update(snapshot_at=spool.taken_at)
    return archiving.write(_uploading(task), progress)


def _uploading(task: Task) -> Task:
    """Return the task with an upload that its parts can be sent by; one that was begun and not noted goes."""
    if task.upload:
        return task
    uploads.abandon(task.account.cell, task.storage_key)
    upload = uploads.begin(task.account.cell, task.storage_key)
    with acting_in(task.account, purpose=Purpose.EXPORT):
        task.work.beat_here()
        Export.objects.filter(pk=task.export_id).update(upload=upload)
    return replace(task, upload=upload)


def _laid_out(work: outbox.Work) -> Task:
    """Give a new snapshot fresh names, keys and nonces; what an earlier one left goes."""
    with acting_in(work.account, purpose=Purpose.EXPORT):
        export: Export = Export.objects.get(pk=work.payload["export"])
        before = [export.spool_key, export.storage_key]
    for key in before:
        uploads.abandon(work.account.cell, key)
        objects.delete(work.account.cell, key)
    with acting_in(work.account, purpose=Purpose.EXPORT):
        work.beat_here()
        export = Export.objects.get(pk=export.pk)
        export.parts.all().delete()
        export.state, export.started_at = Export.State.RUNNING, clock.now()
        export.snapshots, export.snapshot_at = export.snapshots + 1, None
        export.spool_key, export.spool_file_key = objects.new_key(work.account.id), _secret()
        export.storage_key, export.upload = objects.new_key(work.account.id), ""
        if not export.header:  # the key of an encrypted one was wrapped when it was asked for
            export.file_key = _secret()
        size = age.NONCE_SIZE if export.header else SealedWriter.PREFIX
        export.nonce = os.urandom(size).hex()
        export.save(update_fields=_LAID_OUT)
        return _task(work, export)


def _task(work: outbox.Work, export: Export) -> Task:
    where, file_key = place(export.pk), bytes.fromhex(export.file_key)
    return Task(
        work=work,
        export_id=export.pk,
        is_whole=export.is_whole,
        snapshots=export.snapshots,
        spool_key=export.spool_key,
        spool_secrets=Secrets(bytes.fromhex(export.spool_file_key or ""), b"", where + b"|spool"),
        storage_key=export.storage_key,
        secrets=Secrets(file_key, bytes.fromhex(export.nonce), where, export.header),
        upload=export.upload,
        is_spooled=export.snapshot_at is not None,
    )


def _secret() -> str:
    return os.urandom(32).hex()


def _verify(task: Task, written: Written, progress: Progress) -> None:
    """Read the stored archive back with the verifier that travels in it."""
    with objects.opened(task.account.cell, task.storage_key) as source:
        reader = task.secrets.reader(source, progress)
        report = verify(io.BufferedReader(reader), key=written.receipt.public_key)
    if report.problems:
        raise ValueError(f"the archive has {len(report.problems)} problems")


def _finish(task: Task, written: Written) -> None:
    now, receipt = clock.now(), written.receipt
    with acting_in(task.account, purpose=Purpose.EXPORT):
        rows = sum(receipt.rows.values())
        task.work.beat_here(rows + receipt.files, rows + receipt.files)
        export: Export = Export.objects.get(pk=task.export_id)
        export.state = Export.State.GAPS if receipt.gaps else Export.State.READY
        export.finished_at, export.expires_at = now, now + LIFE
        export.size, export.sha256 = receipt.size, receipt.sha256
        if (
            task.secrets.is_encrypted
        ):  # what is downloaded is what lies there, and from here on nobody opens it but them
            export.size, export.sha256, export.file_key = written.size, written.sha256, ""
        export.rows, export.files, export.gaps = rows, receipt.files, receipt.gaps
        export.rows_apart = 0 if export.is_whole else written.spool.apart
        export.gap_list = [{"id": one, "reason": why} for one, why in sorted(written.gaps.items())]
        export.spool_key = export.spool_file_key = export.upload = export.nonce = ""
        export.parts.all().delete()
        export.save()
        audit.record("export.built", by=SYSTEM, of=export, client_id=export.client_id, count=rows)
        outbox.enqueue("export.announce", {"export": str(export.pk)})


def _fail(work: outbox.Work, problem: str) -> None:
    with acting_in(work.account, purpose=Purpose.EXPORT):
        work.beat_here()
        export: Export = Export.objects.get(pk=work.payload["export"])
        export.state, export.problem = Export.State.FAILED, problem
        export.finished_at = export.expires_at = clock.now()  # the sweeper removes what it left
        export.save()
        audit.record("export.failed", by=SYSTEM, of=export, result="failed")
    keyring.forget()


@outbox.handles("export.announce")
def announce(work: outbox.Work) -> None:
    """Tell whoever asked for an export that it is ready, how long it stays, and what is missing from it."""
    export = Export.objects.select_related("requested_by").get(pk=work.payload["export"])
    if export.is_ready:
        anchor = current_anchor()
        page = ("client_copies", export.client_id) if export.client_id else ("exports",)
        url = absolute(anchor.url(*page))
        letters.to_member(
            "export_ready", export.requested_by, export=export, account=anchor, url=url
        )


@outbox.handles("export.tell")
def tell(work: outbox.Work) -> None:
    """Tell everybody else who looks at the audit that the practice's data was asked for, and by whom (EX-10)."""
    export = Export.objects.select_related("requested_by").get(pk=work.payload["export"])
    anchor, who = current_anchor(), export.requested_by
    url = absolute(anchor.url("audit_log"))
    for member in overseers(who):
        letters.to_member(
            "export_asked", member, export=export, account=anchor, who=who.name, url=url
        )
