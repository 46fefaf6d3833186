"""Reading a container piece by piece, and what is said when it is damaged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

PIECE = 64 * 1024


class Damaged(ValueError):
    """The file is not what its first bytes promise: cut off, or its parts do not fit."""


@dataclass(slots=True)
class Found:
    """What was taken out, as codes: location, camera, time, text, other."""

    codes: set[str] = field(default_factory=set)


def exactly(source: BinaryIO, size: int) -> bytes:
    """Return the next `size` bytes; raise `Damaged` when the file ends before."""
    data = source.read(size)
    if len(data) != size:
        raise Damaged
    return data


def pieces(source: BinaryIO, size: int) -> Iterator[bytes]:
    """Yield the next `size` bytes in pieces; raise `Damaged` when the file ends before."""
    while size:
        data = source.read(min(PIECE, size))
        if not data:
            raise Damaged
        size -= len(data)
        yield data
