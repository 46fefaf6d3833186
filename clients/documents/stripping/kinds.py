"""Which walker takes which kind of file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from clients.documents.stripping import boxes, gif, jpeg, png, tiff, webp
from clients.documents.stripping.source import PIECE, Found

STRIPPERS: dict[str, Callable[[BinaryIO, Found], Iterator[bytes]]] = {
    "image/jpeg": jpeg.strip,
    "image/png": png.strip,
    "image/gif": gif.strip,
    "image/webp": webp.strip,
    "image/tiff": tiff.strip,
    "image/heic": boxes.strip_picture,
    "image/heif": boxes.strip_picture,
    "image/avif": boxes.strip_picture,
    "video/mp4": boxes.strip_film,
    "video/quicktime": boxes.strip_film,
    "audio/mp4": boxes.strip_film,
}


def stripped(media_type: str, source: BinaryIO, found: Found) -> Iterator[bytes]:
    """Yield a file without what it tells besides its picture, noting in `found` what that was.

    Raises `Damaged` while iterating. Kinds that carry nothing of the sort, or are documents whose facts about
    themselves are part of what was received, pass whole.
    """
    source.seek(0)
    walk = STRIPPERS.get(media_type)
    if walk is not None:
        yield from walk(source, found)
        return
    while piece := source.read(PIECE):
        yield piece
