"""Where later parts are found by their offset, nothing is left out: what tells too much is blanked in its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from clients.documents.stripping.source import PIECE


@dataclass(frozen=True, slots=True, order=True)
class Patch:
    """Bytes that stand at `at` instead; beyond `data`, zeros up to `size`."""

    at: int
    size: int
    data: bytes = b""


def patched(source: BinaryIO, patches: Iterable[Patch]) -> Iterator[bytes]:
    """Yield the whole file with the patches in their places."""
    waiting = sorted(patches)
    source.seek(0)
    at = 0
    while piece := source.read(PIECE):
        end = at + len(piece)
        while waiting and waiting[0].at + waiting[0].size <= at:
            waiting.pop(0)
        touched = [patch for patch in waiting if patch.at < end and patch.at + patch.size > at]
        yield _with(piece, at, touched) if touched else piece
        at = end


def _with(piece: bytes, at: int, patches: list[Patch]) -> bytes:
    changed = bytearray(piece)
    for patch in patches:
        start, stop = max(patch.at, at), min(patch.at + patch.size, at + len(piece))
        whole = patch.data.ljust(patch.size, b"\x00") if patch.data else b""
        put = whole[start - patch.at : stop - patch.at] if whole else bytes(stop - start)
        changed[start - at : stop - at] = put
    return bytes(changed)
