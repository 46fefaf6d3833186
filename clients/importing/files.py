"""The file of an import: sealed as it streams in, opened as it is read, never plain on a disk, gone after some days."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from django.conf import settings

from accounts import objects
from clients.documents import storing
from clients.importing.reading.encodings import Looking
from clients.models import ImportBatch
from privacy.vocabulary import scope

LARGEST: int = settings.FILE_LARGEST
PIECE = storing.PIECE


class Gone(Exception):
    """The stored file is missing, altered, or was deleted."""


def keep(batch: ImportBatch, pieces: Iterable[bytes]) -> Looking:
    """Seal a file's pieces; say on the batch, not saved yet, where it is. Return what tells its encoding."""
    looking = Looking()

    def watched() -> Iterator[bytes]:
        for piece in pieces:
            looking.feed(piece)
            yield piece

    stored = storing.seal(batch, watched())
    batch.storage_key, batch.file_key = stored.storage_key, stored.file_key
    batch.size, batch.sha256 = stored.size, stored.sha256
    return looking


@contextmanager
def opened(batch: ImportBatch) -> Iterator[BinaryIO]:
    """Open the plain bytes of a batch's file, one segment in memory; raise `Gone`.

    Key and place are taken at once, inside the account; the bytes may be read after its transaction has closed.
    """
    if not batch.storage_key:
        raise Gone
    try:
        reader = storing.opened(batch)
    except storing.Unavailable:
        raise Gone from None
    with reader:
        yield io.BufferedReader(reader, PIECE)


def delete(batch: ImportBatch) -> None:
    """Delete the stored file; the batch, not saved yet, forgets its key."""
    objects.delete(scope.current().cell, batch.storage_key)
    batch.storage_key = batch.file_key = ""
