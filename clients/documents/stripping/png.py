"""PNG: chunks that show the picture pass, texts, times and Exif do not, nor anything behind the end."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from clients.documents.stripping import exif
from clients.documents.stripping.source import Damaged, Found, exactly, pieces

_SHOWS = {
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs",
    b"hIST", b"sPLT", b"cICP", b"mDCV", b"cLLI", b"acTL", b"fcTL", b"fdAT",
}  # fmt: skip
_TELLS = {b"tIME": "time", b"tEXt": "text", b"zTXt": "text", b"iTXt": "text"}
_MOST = 2**31 - 1
_EXIF_MOST = 2**20


def strip(source: BinaryIO, found: Found) -> Iterator[bytes]:
    """Yield the picture alone; an Exif chunk comes back with the turn of the picture and nothing else."""
    yield exactly(source, 8)
    name = b""
    while name != b"IEND":
        head = exactly(source, 8)
        size, name = int.from_bytes(head[:4], "big"), head[4:]
        if size > _MOST:
            raise Damaged
        if name in _SHOWS:
            yield head
            yield from pieces(source, size + 4)
        elif name == b"eXIf" and size <= _EXIF_MOST:
            yield _turn(exactly(source, size), found)
            exactly(source, 4)
        else:
            found.codes.add(_TELLS.get(name, "other"))
            source.seek(size + 4, io.SEEK_CUR)
    if source.read(1):
        found.codes.add("other")


def _turn(block: bytes, found: Found) -> bytes:
    codes, turned = exif.told(io.BytesIO(block))
    found.codes |= codes
    return chunk(b"eXIf", exif.upright(turned)) if turned != 1 else b""


def chunk(name: bytes, data: bytes) -> bytes:
    """Return a PNG chunk."""
    return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")
