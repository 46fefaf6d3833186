"""The archive on its way to the store: in parts, each written down before it is sent (EX-5)."""

from __future__ import annotations

import hashlib

from accounts import uploads
from accounts.tenancy import acting_in
from privacy.making.tasks import Progress, StartOver, Task
from privacy.models import ExportPart
from privacy.vocabulary.scope import Purpose


class PartSink:
    """Takes the sealed bytes of an archive and sends them in parts; those that the store has, it only compares.

    What a part has to be is in the database before the part is on its way. So no two different parts are ever sealed with
    the same key and nonce: who takes over and comes to other bytes raises `StartOver` before any of them leave.
    """

    def __init__(self, task: Task, progress: Progress) -> None:
        self._task, self._progress = task, progress
        self._buffer = bytearray()
        self._whole = hashlib.sha256()
        self._names: list[str] = []
        self._known = _known(task)
        self.size = 0

    def write(self, data: bytes, /) -> int:
        """Take data; send every part that is full."""
        self._whole.update(data)
        self.size += len(data)
        self._buffer += data
        while len(self._buffer) >= uploads.PART:
            self._send(bytes(self._buffer[: uploads.PART]))
            del self._buffer[: uploads.PART]
        return len(data)

    def finish(self) -> str:
        """Send the rest and make the object of the parts; return the SHA-256 of it."""
        if self._buffer or not self._names:
            self._send(bytes(self._buffer))
            self._buffer.clear()
        if len(self._known) > len(self._names):
            raise StartOver
        task = self._task
        uploads.complete(task.account.cell, task.storage_key, task.upload, self._names)
        return self._whole.hexdigest()

    def _send(self, data: bytes) -> None:
        number, sha256 = len(self._names) + 1, hashlib.sha256(data).hexdigest()
        known = self._known.get(number)
        if known is not None and known.sha256 != sha256:
            raise StartOver
        self._progress.tick()
        self._names.append(known.name if known and known.name else self._sent(number, sha256, data))

    def _sent(self, number: int, sha256: str, data: bytes) -> str:
        """Write down what the part is, send it, and keep what the store calls it."""
        task = self._task
        with acting_in(task.account, purpose=Purpose.EXPORT):
            task.work.beat_here()
            ExportPart.objects.get_or_create(
                export_id=task.export_id, number=number, defaults={"sha256": sha256}
            )
        name = uploads.put(task.account.cell, task.storage_key, task.upload, number, data)
        with acting_in(task.account, purpose=Purpose.EXPORT):
            task.work.beat_here()
            rows = ExportPart.objects.filter(export_id=task.export_id, number=number)
            rows.update(name=name)
        return name


def _known(task: Task) -> dict[int, ExportPart]:
    with acting_in(task.account, purpose=Purpose.EXPORT):
        return {each.number: each for each in ExportPart.objects.filter(export_id=task.export_id)}
