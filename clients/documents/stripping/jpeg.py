"""JPEG: markers that show the picture pass, application data and comments do not, nor anything behind the end."""

from __future__ import annotations

import io
from collections.abc import Generator, Iterator
from typing import BinaryIO

from clients.documents.stripping import exif
from clients.documents.stripping.source import PIECE, Damaged, Found, exactly

_SOI, _EOI, _SOS, _COM = 0xD8, 0xD9, 0xDA, 0xFE
_BARE = {0x01, *range(0xD0, 0xD8)}  # markers without a length
_APP = range(0xE0, 0xF0)
_EXIF = b"Exif\x00\x00"


def strip(source: BinaryIO, found: Found) -> Iterator[bytes]:
    """Yield the picture alone; its Exif block comes back with the turn of the picture and nothing else."""
    if exactly(source, 2) != bytes([0xFF, _SOI]):
        raise Damaged
    yield bytes([0xFF, _SOI])
    marker = _marker(source)
    while marker != _EOI:
        if marker in _BARE:
            yield bytes([0xFF, marker])
        else:
            length = exactly(source, 2)
            body = exactly(source, max(0, int.from_bytes(length, "big") - 2))
            if marker in _APP or marker == _COM:
                kept = _kept(marker, body, found)
                if kept:
                    yield bytes([0xFF, marker]) + (len(kept) + 2).to_bytes(2, "big") + kept
            else:
                yield bytes([0xFF, marker]) + length + body
        marker = (yield from _scan(source)) if marker == _SOS else _marker(source)
    yield bytes([0xFF, _EOI])
    if source.read(1):
        found.codes.add("other")  # a second picture, a film, whatever stood behind the end


def _marker(source: BinaryIO) -> int:
    if exactly(source, 1) != b"\xff":
        raise Damaged
    byte = exactly(source, 1)
    while byte == b"\xff":
        byte = exactly(source, 1)
    return byte[0]


def _scan(source: BinaryIO) -> Generator[bytes, None, int]:
    """Yield coded picture data up to the next marker, and return that."""
    held = b""
    while True:
        data = held + source.read(PIECE)
        if len(data) == len(held):
            raise Damaged
        held, at = b"", 0
        while (at := data.find(b"\xff", at)) >= 0:
            if at + 1 == len(data):
                held = b"\xff"
                break
            following = data[at + 1]
            if following == 0xFF:
                at += 1
            elif following == 0 or following in _BARE:
                at += 2
            else:
                yield data[:at]
                source.seek(at + 2 - len(data), io.SEEK_CUR)
                return following
        yield data[: len(data) - len(held)]


def _kept(marker: int, body: bytes, found: Found) -> bytes:
    """Return what of an application segment shows the picture: its frame, its colours, its turn."""
    if marker == 0xE0 and body.startswith(b"JFIF\x00"):
        return body[:12] + b"\x00\x00"  # without a thumbnail of its own
    if (marker == 0xE2 and body.startswith(b"ICC_PROFILE\x00")) or (
        marker == 0xEE and body.startswith(b"Adobe")
    ):
        return body
    if marker == 0xE1 and body.startswith(_EXIF):
        codes, turned = exif.told(io.BytesIO(body[len(_EXIF) :]))
        found.codes |= codes
        return _EXIF + exif.upright(turned) if turned != 1 else b""
    found.codes.add("text" if marker in (0xE1, 0xED, _COM) else "other")
    return b""
