"""The first stage: every row of a plan, opened, from one snapshot, into a sealed spool; and the list of its files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, BinaryIO
from uuid import UUID

from accounts import objects, sessions
from accounts.models import AuditHead
from accounts.models.practice import current_anchor
from accounts.tenancy import AccountRef, acting_in
from privacy import letters, records
from privacy.export.archive import ArchiveWriter
from privacy.export.container import file_path
from privacy.exporting import signer
from privacy.making.tasks import Progress, Task
from privacy.models import Export
from privacy.scopes.pieces import Piece, Plan
from privacy.scopes.planning import plan_of, sees_through
from privacy.vocabulary import clock, scope
from privacy.vocabulary.fields import is_unreadable
from privacy.vocabulary.scope import Purpose
from privacy.vocabulary.streams import SealedReader, SealedWriter

FORMAT_VERSION = 2
_LENGTH = 8


@dataclass(frozen=True, slots=True)
class FileOf:
    """A file that the snapshot names: the row it belongs to, where it goes in the archive, what it is."""

    kind: str
    pk: str
    path: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Spool:
    """What the first stage left: the state of the archive's writer, the files that follow, the gaps so far."""

    state: dict[str, Any]
    files: list[FileOf]
    gaps: dict[str, str]
    taken_at: datetime
    apart: int

    @property
    def rows(self) -> int:
        """How many rows it holds."""
        return sum(facts["rows"] for facts in self.state["kinds"].values())


def write(task: Task, progress: Progress) -> Spool:
    """Write the spool of a task; killed before it ends, nothing of it counts."""
    plan = _seen_by(task.account, task.export_id)
    secrets = task.spool_secrets
    with (
        objects.writing(task.account.cell, task.spool_key) as target,
        SealedWriter(target, secrets.file_key, secrets.aad) as sealed,
    ):
        with acting_in(task.account, purpose=Purpose.EXPORT, reading=True):
            spool = _write_rows(task, plan, sealed, progress)
            scope.current().reads.clear()  # one event tells of the whole export
        tail = _packed(spool)
        sealed.write(tail)
        sealed.write(len(tail).to_bytes(_LENGTH, "big"))
    return spool


def read(source: BinaryIO) -> Spool:
    """Return what a spool, opened, says of itself."""
    end = source.seek(-_LENGTH, 2)
    length = int.from_bytes(source.read(_LENGTH), "big")
    source.seek(end - length)
    told = json.loads(source.read(length))
    files = [FileOf(**each) for each in told["files"]]
    taken_at = datetime.fromisoformat(told["taken_at"])
    return Spool(told["state"], files, told["gaps"], taken_at, told["apart"])


def before(source: BinaryIO, spool: Spool, size: int = 1024 * 1024) -> Iterator[bytes]:
    """Yield what the writer of a spool had written."""
    source.seek(0)
    for left in range(spool.state["container"]["bytes"], 0, -size):
        yield source.read(min(size, left))


def opened(task: Task, source: BinaryIO) -> SealedReader:
    """Return a spool as it was before it was sealed."""
    return SealedReader(source, task.spool_secrets.file_key, task.spool_secrets.aad)


def _packed(spool: Spool) -> bytes:
    told = {
        "state": spool.state,
        "files": [asdict(each) for each in spool.files],
        "gaps": spool.gaps,
        "taken_at": spool.taken_at.isoformat(),
        "apart": spool.apart,
    }
    return json.dumps(told).encode()


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


def _write_rows(task: Task, plan: Plan | None, target: Any, progress: Progress) -> Spool:
    """Write every kind of the plan, which is made now unless somebody's eyes made it."""
    taken_at, gaps = clock.now(), dict[str, str]()
    plan = plan or plan_of(Export.objects.get(pk=task.export_id), letters.zone())
    apart = _apart(plan)
    writer = ArchiveWriter(
        target,
        format_version=FORMAT_VERSION,
        created_at=taken_at,
        signer=signer(task.account.region),
        facts=_facts(task, taken_at, plan, apart),
        scope={**plan.about, "whole": plan.whole},
    )
    stored = [piece.stored() for piece in plan.pieces]
    files = [each for piece in plan.pieces for each in _files(piece)]
    progress.total = sum(each.rows for each in stored) + len(files)
    for piece, counted in zip(plan.pieces, stored, strict=True):
        with writer.kind(
            piece.kind.name,
            fields=piece.fields,
            key=records.key_of(piece.kind),
            description=" ".join((piece.kind.model.__doc__ or "").split()),
            stored=counted,
        ) as data:
            for row in piece.rows(gaps.setdefault):
                data.add(row)
                progress.step()
    for name, reason in plan.left_out.items():
        writer.exclude(name, reason)
    return Spool(writer.state(), files, gaps, taken_at, sum(apart.values()))


def _files(piece: Piece) -> Iterator[FileOf]:
    """Yield the files of a piece as this snapshot names them."""
    stored = piece.kind.declared.file
    if stored is None or not piece.has_files:
        return
    for some in piece.found():
        for row in some.exclude(**{stored.storage_key: ""}).iterator():
            name = getattr(row, stored.name)
            path = file_path(row.pk, "file" if is_unreadable(name) else name)
            yield FileOf(piece.kind.label, str(row.pk), path, getattr(row, stored.media_type))


def _apart(plan: Plan) -> dict[str, int]:
    """Count by kind the rows that stand apart and that the plan would hold otherwise."""
    if plan.about["kind"] == Export.Scope.CLIENT:
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
        "snapshots_begun": task.snapshots,
        "fields_left_out": {
            piece.kind.name: left for piece in plan.pieces if (left := piece.left_out)
        },
        "rows_set_apart": dict(apart),
        "rows_set_apart_are": "here, as they were asked for"
        if task.is_whole
        else "left out, as they were not asked for",
    }
