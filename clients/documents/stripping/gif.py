"""GIF: pictures, their timing and the loop pass; comments and other extensions do not, nor anything behind the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from clients.documents.stripping.source import Damaged, Found, exactly

_IMAGE, _EXTENSION, _END = 0x2C, 0x21, 0x3B
_SHOWS = {0xF9, 0x01}  # timing and see-through colour, text drawn into the picture
_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012")


def strip(source: BinaryIO, found: Found) -> Iterator[bytes]:
    """Yield the pictures alone."""
    head = exactly(source, 13)
    yield head + exactly(source, _colours(head[10]))
    while True:
        [kind] = exactly(source, 1)
        if kind == _END:
            yield bytes([_END])
            break
        if kind == _IMAGE:
            about = exactly(source, 9)
            yield bytes([_IMAGE]) + about + exactly(source, _colours(about[8])) + exactly(source, 1)
            yield from _blocks(source)
        elif kind == _EXTENSION:
            yield from _extension(source, found)
        else:
            raise Damaged
    if source.read(1):
        found.codes.add("other")


def _extension(source: BinaryIO, found: Found) -> Iterator[bytes]:
    [label] = exactly(source, 1)
    blocks = _blocks(source)
    first = next(blocks)
    shows = label in _SHOWS or (label == 0xFF and first[1:] in _LOOPS)
    if not shows:
        found.codes.add("text")
    else:
        yield bytes([_EXTENSION, label]) + first
    for block in blocks if first != b"\x00" else ():
        if shows:
            yield block


def _blocks(source: BinaryIO) -> Iterator[bytes]:
    """Yield sub-blocks with their lengths, the empty last one included."""
    while True:
        length = exactly(source, 1)
        yield length + exactly(source, length[0])
        if length == b"\x00":
            return


def _colours(flags: int) -> int:
    """Return how many bytes of a colour table follow."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0
