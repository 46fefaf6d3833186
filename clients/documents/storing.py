"""Bytes in the region's object store, each file sealed under a key of its own that its row holds."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO
from uuid import UUID

from accounts import objects
from privacy.vocabulary import scope, sealing, streams
from privacy.vocabulary.fields import is_unreadable

PIECE = streams.SEGMENT


class Unavailable(Exception):
    """The stored file is missing, altered, or its key is gone."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a file lies and what it is: name of the object, key, size and hash of the plain bytes."""

    storage_key: str
    file_key: str
    size: int
    sha256: str


class Opened(streams.SealedReader):
    """The plain bytes of a stored file, seekable; iterating gives its pieces. Closing it closes the object, too."""

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = self.read(PIECE)
        if not piece:
            self.close()
            raise StopIteration
        return piece

    def close(self) -> None:
        """Close both."""
        self._source.close()
        super().close()


def seal(row: Any, pieces: Iterable[bytes]) -> Stored:
    """Store the bytes that belong to a row that is not saved yet, and return what the row must keep.

    A store that fails, or pieces that do, leave nothing. A row that is rolled back leaves a sealed object that no key
    opens, until the next sweep.
    """
    name, key = objects.new_key(row.account_id), os.urandom(streams.KEY_SIZE)
    hashed, size = hashlib.sha256(), 0
    with (
        objects.writing(scope.current().cell, name) as target,
        streams.SealedWriter(target, key, place(row)) as sealed,
    ):
        for piece in pieces:
            hashed.update(piece)
            size += len(piece)
            sealed.write(piece)
    return Stored(name, key.hex(), size, hashed.hexdigest())


def opened(row: Any) -> Opened:
    """Return the plain bytes of a row's file, each segment authenticated before it is given out.

    Key and length are checked at once, inside the account; the bytes may be read after its transaction has closed.
    Raises `Unavailable`; a store that is away raises what it says of itself.
    """
    if is_unreadable(row.file_key):
        raise Unavailable
    source: BinaryIO | None = None
    try:
        source = objects.opened(scope.current().cell, row.storage_key)
        return Opened(source, bytes.fromhex(row.file_key), place(row))
    except BaseException as error:
        if source is not None:
            source.close()
        if isinstance(error, FileNotFoundError | ValueError):
            raise Unavailable from error
        raise


def place(row: Any) -> bytes:
    """Return the associated data that binds a file's bytes to region, account, client (if it is one's) and row."""
    of_client = row.data_policy.client
    client_id: UUID | None = getattr(row, of_client) if of_client else None
    return sealing.place(
        scope.current().region, row.account_id, client_id, row._meta.label, row.pk, "file"
    )
