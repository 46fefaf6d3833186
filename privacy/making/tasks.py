"""One attempt at making an archive: what it needs to know, and how far it is."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

from accounts import outbox
from accounts.tenancy import AccountRef
from privacy.export import age
from privacy.export.container import Sink
from privacy.vocabulary.streams import SealedReader, SealedWriter

BEAT_SECONDS = 2.0


class StartOver(Exception):
    """What was sent so far can't be made again, since what it was made from has changed: a new snapshot is due."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What an archive is sealed or encrypted with: the same plain bytes give the same bytes once more.

    `header`: of an age file; empty for one that is sealed for us alone, at the place `aad`.
    """

    file_key: bytes
    nonce: bytes
    aad: bytes
    header: str = ""

    @property
    def is_encrypted(self) -> bool:
        """Whether it is encrypted to somebody, so that nobody else opens it once it is done."""
        return bool(self.header)

    def writer(self, target: Sink) -> SealedWriter | age.AgeWriter:
        """Return what an archive is written through."""
        if self.is_encrypted:
            envelope = age.Envelope(self.header.encode(), self.nonce)
            return age.AgeWriter(target, self.file_key, envelope)
        return SealedWriter(target, self.file_key, self.aad, self.nonce)

    def reader(self, source: BinaryIO, progress: Progress) -> io.RawIOBase:
        """Return an archive as it was before; reading it keeps the job's lease."""
        watched = _Watched(source, progress)
        if self.is_encrypted:
            return age.AgeReader(watched, self.file_key)  # type: ignore[arg-type]
        return SealedReader(watched, self.file_key, self.aad)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Task:
    """One attempt: which export, where its spool and its archive lie, and with what both are sealed."""

    work: outbox.Work
    export_id: UUID
    is_whole: bool
    snapshots: int
    spool_key: str
    spool_secrets: Secrets
    storage_key: str
    secrets: Secrets
    upload: str
    is_spooled: bool

    @property
    def account(self) -> AccountRef:
        """The account that is exported."""
        return self.work.account


class Progress:
    """Counts what was written and tells the job's row every two seconds; each row is walked twice."""

    def __init__(self, work: outbox.Work) -> None:
        self._work = work
        self._halves = 0
        self._last = 0.0
        self.total = 0

    def reach(self, halves: int, total: int) -> None:
        """Stand at `halves` of a total."""
        self._halves, self.total = halves, total
        self.tick()

    def step(self, halves: int = 1) -> None:
        """Count `halves` more halves of a row."""
        self._halves += halves
        self.tick()

    def tick(self) -> None:
        """Keep the lease; raises `LeaseLost` when another worker has taken over."""
        if time.monotonic() - self._last >= BEAT_SECONDS:
            self._last = time.monotonic()
            self._work.beat(min(self._halves // 2, self.total), self.total)


class _Watched:
    """A stored object that keeps the job's lease while it is read."""

    def __init__(self, source: BinaryIO, progress: Progress) -> None:
        self._source, self._progress = source, progress

    def read(self, size: int = -1, /) -> bytes:
        """Read, and say that the work goes on."""
        self._progress.tick()
        return self._source.read(size)

    def readline(self, size: int = -1, /) -> bytes:
        """The same for a line."""
        return self._source.readline(size)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Move to an offset and return it."""
        return self._source.seek(offset, whence)

    def tell(self) -> int:
        """Return the offset of the next read."""
        return self._source.tell()
