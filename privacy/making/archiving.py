"""The second stage: the archive, made from the spool and the files that its snapshot named; the same bytes each time."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Any
from uuid import UUID

from accounts import objects
from accounts.tenancy import AccountRef, acting_in
from privacy.export.archive import ArchiveWriter, Receipt, lines_of
from privacy.exporting import signer
from privacy.inventory import kind_named
from privacy.making import spooling
from privacy.making.parts import PartSink
from privacy.making.spooling import FileOf, Spool
from privacy.making.tasks import Progress, Task
from privacy.vocabulary import scope, sealing
from privacy.vocabulary.fields import is_unreadable
from privacy.vocabulary.scope import Purpose
from privacy.vocabulary.streams import Unreadable, open_sealed

FILES_AT_ONCE = 200
MISSING, UNREADABLE = "the stored file is missing", "the stored file can't be read"


@dataclass(frozen=True, slots=True)
class Written:
    """What became of an archive: its receipt, its gaps, and size and SHA-256 of what lies in the store."""

    receipt: Receipt
    gaps: dict[str, str]
    spool: Spool
    size: int
    sha256: str


def write(task: Task, progress: Progress) -> Written:
    """Write the archive and send it; what an earlier attempt sent is made again, compared, and left where it is."""
    with objects.opened(task.account.cell, task.spool_key) as sealed:
        source = io.BufferedReader(spooling.opened(task, sealed), 1024 * 1024)
        spool = spooling.read(source)
        progress.reach(spool.rows, spool.rows + len(spool.files))
        sink = PartSink(task, progress)
        target = task.secrets.writer(sink)
        writer = ArchiveWriter.resumed(
            target,
            signer=signer(task.account.region),
            state=spool.state,
            before=_watched(spooling.before(source, spool), progress),
        )
        _write_tables(writer, source, spool, progress)
    gaps = dict(spool.gaps)
    _write_files(writer, task, spool.files, progress, gaps)
    for gap_id, reason in gaps.items():
        writer.gap(gap_id, reason)
    receipt = writer.close()
    target.close()
    return Written(receipt, gaps, spool, sink.size, sink.finish())


def _write_tables(writer: ArchiveWriter, source: Any, spool: Spool, progress: Progress) -> None:
    """Write each kind once more, as a table, from the lines that the spool has."""
    places = spool.state["container"]["places"]
    for name, facts in spool.state["kinds"].items():
        with writer.table(name) as table:
            for line in lines_of(source, places[facts["data"]]):
                table.add_line(line)
                progress.step()


def _write_files(
    writer: ArchiveWriter,
    task: Task,
    files: list[FileOf],
    progress: Progress,
    gaps: dict[str, str],
) -> None:
    """Add the plain bytes of every sealed file; a missing or damaged one is a gap that names its row (EX-3)."""
    for some in batched(files, FILES_AT_ONCE, strict=False):
        kept = _stored(task.account, some)
        for file in some:
            try:
                key, *sealed = kept[file.pk]
                with objects.opened(task.account.cell, key) as source:
                    plain = _watched(open_sealed(source, *sealed), progress)
                    writer.file(file.path, plain, file.media_type)
            except (FileNotFoundError, KeyError):
                gaps[file.pk] = MISSING
            except (Unreadable, ValueError):
                gaps[file.pk] = UNREADABLE
            progress.step(2)


def _stored(account: AccountRef, some: Iterable[FileOf]) -> dict[str, tuple[str, bytes, bytes]]:
    """Return by id where the files of these rows lie, with their keys and places; a row that is gone isn't there."""
    found = {}
    with acting_in(account, purpose=Purpose.EXPORT) as active:
        for file in some:
            kind = kind_named(file.kind)
            stored = kind.declared.file if kind else None
            row: Any = kind and kind.model._default_manager.filter(pk=UUID(file.pk)).first()
            if not row or not stored:
                continue
            file_key = getattr(row, stored.file_key)
            secret = b"" if is_unreadable(file_key) else bytes.fromhex(file_key)
            found[file.pk] = (getattr(row, stored.storage_key), secret, file_place(row))
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
