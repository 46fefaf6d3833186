"""WebP: chunks that show the picture pass, Exif and XMP do not, nor anything behind the end."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

from clients.documents.stripping import exif
from clients.documents.stripping.source import Damaged, Found, exactly, pieces

_SHOWS = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
_HAS_EXIF, _HAS_XMP = 0x08, 0x04
_MOST_CHUNKS, _EXIF_MOST = 100_000, 2**20


def strip(source: BinaryIO, found: Found) -> Iterator[bytes]:
    """Yield the picture alone; an Exif chunk comes back with the turn of the picture and nothing else."""
    chunks, turned = _chunks(source, found)
    turn = exif.upright(turned) if turned != 1 else b""
    turn = (
        b"EXIF" + len(turn).to_bytes(4, "little") + turn + b"\x00" * (len(turn) % 2)
        if turn
        else b""
    )
    size = 4 + sum(8 + length + length % 2 for _name, length, _at in chunks) + len(turn)
    yield b"RIFF" + size.to_bytes(4, "little") + b"WEBP"
    for name, length, at in chunks:
        source.seek(at)
        yield name + length.to_bytes(4, "little")
        if name == b"VP8X":
            flags = exactly(source, 1)[0] & ~(_HAS_EXIF | _HAS_XMP)
            yield bytes([flags | (_HAS_EXIF if turn else 0)])
            length -= 1
            yield from pieces(source, length)
            yield b"\x00" * ((length + 1) % 2)
        else:
            yield from pieces(source, length)
            yield b"\x00" * (length % 2)
    yield turn


def _chunks(source: BinaryIO, found: Found) -> tuple[list[tuple[bytes, int, int]], int]:
    """Return name, length and place of the chunks that stay, and how the picture is turned."""
    head = exactly(source, 12)
    end = 8 + int.from_bytes(head[4:8], "little")
    chunks: list[tuple[bytes, int, int]] = []
    turned, at = 1, 12
    while at + 8 <= end and len(chunks) < _MOST_CHUNKS:
        source.seek(at)
        about = exactly(source, 8)
        name, length = about[:4], int.from_bytes(about[4:], "little")
        if at + 8 + length > end:
            raise Damaged
        if name in _SHOWS:
            chunks.append((name, length, at + 8))
        elif name == b"EXIF" and length <= _EXIF_MOST:
            codes, turned = exif.told(
                io.BytesIO(exactly(source, length).removeprefix(b"Exif\x00\x00"))
            )
            found.codes |= codes
        else:
            found.codes.add("text" if name == b"XMP " else "other")
        at += 8 + length + length % 2
    if not chunks:
        raise Damaged
    source.seek(end)
    if source.read(1):
        found.codes.add("other")
    return chunks, turned
