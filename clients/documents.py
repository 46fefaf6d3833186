"""Files about a client: sealed while they stream in, opened while they stream out, never plain on a disk (features I1)."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import Storage, storages
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from accounts import audit
from accounts.cells import cell
from accounts.models import Member
from clients import media_types, timeline
from clients.identity import of
from clients.models import Client, Document
from privacy.vocabulary import clock, scope, sealing, streams
from privacy.vocabulary.fields import is_unreadable
from privacy.vocabulary.scope import Actor, ActorKind

LARGEST = 25 * 2**20
MOST_LISTED = 300
_CHUNK = streams.SEGMENT


class Unavailable(Exception):
    """The stored file is missing, altered, or its key is gone."""


def attach(*, by: Actor, client: Client, upload: UploadedFile[bytes]) -> Document:
    """Seal an uploaded file into the region's object store under a key of its own; return its row.

    Raises `ValidationError` for a file that is empty, too large, or of a kind that nobody keeps. A store that fails
    leaves no row; a row that is rolled back leaves a sealed object that no key opens, until the next sweep.
    """
    media_type = checked(upload)
    document = Document(client=client, name=name_of(upload), media_type=media_type)
    document.storage_key = f"a/{document.account_id}/{document.pk}"
    key = os.urandom(streams.KEY_SIZE)
    counted = _Counted(upload.chunks(_CHUNK))
    sealed = streams.seal(counted, key, place(document))
    document.storage_key = store().save(
        document.storage_key,
        File(_Reader(sealed)),  # type: ignore[arg-type]
    )
    document.size, document.sha256 = counted.size, counted.hash.hexdigest()
    document.file_key = key.hex()
    document.uploaded_by = (
        Member.objects.filter(pk=by.id).first() if by.kind == ActorKind.MEMBER else None
    )
    document.full_clean(exclude=["uploaded_by"])
    document.save(force_insert=True)
    audit.record("document.added", by=by, of=document, client_id=client.pk)
    return document


def contents(document: Document) -> Iterator[bytes]:
    """Return the plain pieces of a file, each authenticated before it is given out.

    Key and length are checked at once, inside the account; the pieces may be read after its transaction has closed.
    Raises `Unavailable`; a store that is away raises what it says of itself.
    """
    if is_unreadable(document.file_key):
        raise Unavailable
    source: BinaryIO | None = None
    try:
        source = store().open(document.storage_key, "rb")  # type: ignore[assignment]
        reader = streams.SealedReader(source, bytes.fromhex(document.file_key), place(document))  # type: ignore[arg-type]
    except BaseException as error:
        if source is not None:
            source.close()
        if isinstance(error, FileNotFoundError | ValueError):
            raise Unavailable from error
        raise
    return _Pieces(reader, source)  # type: ignore[arg-type]


def withdraw(*, by: Actor, document: Document) -> Document:
    """Take a file off the record: it is no longer listed or given out, and stays for exports and retention."""
    if document.withdrawn_at is None:
        document.withdrawn_at = clock.now()
        document.save(update_fields=["withdrawn_at"])
        audit.record("document.withdrawn", by=by, of=document, client_id=document.client_id)
    return document


def checked(upload: UploadedFile[bytes]) -> str:
    """Return the media type of an upload by its content; raise `ValidationError` when it can't be kept."""
    if not upload.size:
        raise ValidationError(_("This file is empty. Choose another one."))
    if upload.size > LARGEST:
        raise ValidationError(too_large(upload.size))
    media_type = media_types.sniffed(upload)  # type: ignore[arg-type]
    if media_type is None:
        raise ValidationError(
            _(
                "This kind of file can't be kept here. Choose a PDF, a picture, a recording, a document or plain text."
            )
        )
    return media_type


def too_large(size: int) -> str:
    """Return the words that refuse a file of `size` bytes."""
    return _(
        "This file has %(size)s. A file may have %(limit)s at most: split it or make it smaller."
    ) % {
        "size": filesizeformat(size),
        "limit": filesizeformat(LARGEST),
    }


def name_of(upload: UploadedFile[bytes]) -> str:
    """Return the name to keep: without folders and control characters, at most 255 characters with its ending."""
    raw = (upload.name or "").replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(sign for sign in raw if sign.isprintable()).strip() or _("file")
    stem, dot, ending = name.rpartition(".")
    if len(name) > 255 and dot and len(ending) < 20:
        return f"{stem[: 254 - len(ending)]}.{ending}"
    return name[:255]


def store() -> Storage:
    """Return the object store of the active account's region."""
    return storages[cell(scope.current().cell).objects]


def place(document: Document) -> bytes:
    """Return the associated data that binds a file's bytes to region, account, client and row."""
    return sealing.place(
        scope.current().region,
        document.account_id,
        document.client_id,
        document._meta.label,
        document.pk,
        "file",
    )


def kept(client: Client) -> list[Document]:
    """Return the files of a client that were not withdrawn, the newest first."""
    return list(
        Document.objects.filter(of(client), withdrawn_at=None)
        .select_related("uploaded_by")
        .order_by("-created_at")[:MOST_LISTED]
    )


def timeline_entries(client: Client) -> Iterable[timeline.Entry]:
    """Give the files of a client to its timeline."""
    for document in kept(client):
        yield timeline.Entry(
            at=document.created_at,
            title=document.name,
            icon="file",
            text=filesizeformat(document.size),
            who=document.uploaded_by.name if document.uploaded_by else "",
            to=("document", client.pk, document.pk),
        )


timeline.provides("files")(timeline_entries)


class _Pieces:
    """The plain pieces of an open file, which is closed at its end or when the response is."""

    def __init__(self, reader: streams.SealedReader, source: BinaryIO) -> None:
        self._reader = reader
        self._source = source

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = self._reader.read(_CHUNK)
        if not piece:
            self.close()
            raise StopIteration
        return piece

    def close(self) -> None:
        """Close the stored file."""
        self._source.close()


class _Counted:
    """Passes pieces on and keeps their size and SHA-256."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.pieces = pieces
        self.size = 0
        self.hash = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            self.size += len(piece)
            self.hash.update(piece)
            yield piece


class _Reader(io.RawIOBase):
    """An iterable of bytes as the readable file that object stores ask for."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview | bytearray, /) -> int:  # type: ignore[override]
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
