"""The object store of a region: sealed bytes in, sealed bytes out, everything of one account by its prefix."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from botocore.exceptions import ClientError
from django.core.files.storage import storages
from uuid_utils.compat import uuid7

from accounts.cells import cell
from accounts.whereabouts.marking import MARK
from accounts.whereabouts.proof import require_objects

ROOT = "a"
# What a store holds of no account: the audit's anchors, the ledger of erasures, the mark of its region
ANCHORS = "anchors"
ERASURES = "erasures"
OF_NOBODY = (ANCHORS, ERASURES, MARK)
_PIECE = 1024 * 1024
_MISSING = ("404", "NoSuchKey", "NotFound")


def new_key(account_id: UUID) -> str:
    """Return a name under which a new object of an account is kept; it says nothing else."""
    return f"{ROOT}/{account_id}/{uuid7()}"


@contextmanager
def writing(cell_name: str, key: str) -> Iterator[BinaryIO]:
    """Open a new object for writing, piece by piece; what an exception left behind is removed."""
    with writing_to(store_of(cell_name), key) as target:
        yield target


@contextmanager
def writing_to(store: Any, key: str) -> Iterator[BinaryIO]:
    """The same in any store."""
    if hasattr(store, "bucket"):
        target = store.open(key, "wb")
    else:
        path = Path(store.path(key))
        path.parent.mkdir(parents=True, exist_ok=True)
        target = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    try:
        with target:
            yield target
    except BaseException:
        store.delete(key)
        raise


def opened(cell_name: str, key: str) -> BinaryIO:
    """Return an object as a seekable file; raise `FileNotFoundError` when there is none."""
    return opened_from(store_of(cell_name), key)


def opened_from(store: Any, key: str) -> BinaryIO:
    """The same from any store."""
    if hasattr(store, "bucket"):
        return io.BufferedReader(_Ranged(store.bucket.Object(store._normalize_name(key))), _PIECE)
    return Path(store.path(key)).open("rb")


def delete(cell_name: str, key: str) -> None:
    """Delete an object; one that is gone already is fine."""
    if key:
        store_of(cell_name).delete(key)


def keys_of(cell_name: str, account_id: UUID) -> list[str]:
    """Return the names of all objects of an account."""
    folder = f"{ROOT}/{account_id}"
    try:
        names = store_of(cell_name).listdir(folder)[1]
    except FileNotFoundError:
        return []
    return [f"{folder}/{name}" for name in names]


def delete_all(cell_name: str, account_id: UUID) -> int:
    """Delete every object of an account; return how many there were."""
    keys = keys_of(cell_name, account_id)
    store = store_of(cell_name)
    for key in keys:
        store.delete(key)
    if not hasattr(store, "bucket"):
        store.delete(f"{ROOT}/{account_id}")  # the folder itself
    return len(keys)


def accounts_with_objects(cell_name: str) -> set[UUID]:
    """Return the ids of the accounts that have objects in a cell's store."""
    try:
        names = store_of(cell_name).listdir(ROOT)[0]
    except FileNotFoundError:
        return set()
    return {UUID(name) for name in names}


def owners(cell_name: str) -> dict[str, int]:
    """Return whose objects a cell's store holds, and how many each; a stray name stands as it is, for one."""
    store = store_of(cell_name)
    try:
        folders, files = store.listdir("")
        accounts = store.listdir(ROOT)[0] if ROOT in folders else []
    except FileNotFoundError:
        return {}
    stray = [name for name in (*folders, *files) if name not in (ROOT, *OF_NOBODY)]
    kept = {name: len(store.listdir(f"{ROOT}/{name}")[1]) for name in accounts}
    return {name: n for name, n in kept.items() if n} | dict.fromkeys(stray, 1)


def store_of(cell_name: str) -> Any:
    """Return the store of a cell, proven to be its region's."""
    where = cell(cell_name)
    require_objects(where.region)
    return storages[where.objects]


class _Ranged(io.RawIOBase):
    """An object of an S3 store, read by ranges: nothing of it lies on this machine's disk."""

    def __init__(self, item: Any) -> None:
        super().__init__()
        try:
            self._size: int = item.content_length
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _MISSING:
                raise FileNotFoundError("no such object") from None
            raise
        self._item = item
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = max(0, origin + offset)
        return self._position

    def readall(self) -> bytes:
        """Read the rest at once; by itself Python would ask for 8 KB at a time."""
        return self.read(max(0, self._size - self._position)) or b""

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        end = min(self._size, self._position + len(view))
        if end <= self._position:
            return 0
        piece = self._item.get(Range=f"bytes={self._position}-{end - 1}")["Body"].read()
        view[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)
