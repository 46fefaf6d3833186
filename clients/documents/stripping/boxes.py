"""HEIC, AVIF, MP4 and QuickTime: Exif and XMP items, user data and times are blanked where they lie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from clients.documents.stripping import exif
from clients.documents.stripping.blanking import Patch, patched
from clients.documents.stripping.source import Damaged, Found, exactly

_HOLDS = {b"moov", b"trak", b"mdia", b"minf", b"edts"}
# boxes of a film that tell of camera, place and people; they become free space
_TELLS = {b"udta", b"meta", b"uuid", b"Xtra"}
_PLACES = (b"\xa9xyz", b"loci", b"ISO6709")
_TIMES = {b"mvhd", b"tkhd", b"mdhd"}
_MOST_BOXES, _MOST_DEEP, _MOST_ABOUT = 20_000, 8, 4 * 2**20


@dataclass(frozen=True, slots=True)
class Box:
    """A box: its kind, where it begins, where its content begins and where it ends."""

    kind: bytes
    at: int
    inner: int
    end: int


def strip_film(source: BinaryIO, found: Found) -> Iterator[bytes]:
    """Yield a film whose user data is free space and whose times are blank."""
    patches: list[Patch] = []
    waiting = [(box, 0) for box in boxes(source, 0, _size(source))]
    if not any(box.kind == b"moov" for box, _depth in waiting):
        raise Damaged
    seen = 0
    while waiting:
        box, depth = waiting.pop()
        seen += 1
        if seen > _MOST_BOXES or depth > _MOST_DEEP:
            raise Damaged
        if box.kind in _TELLS:
            source.seek(box.inner)
            words = source.read(min(box.end - box.inner, _MOST_ABOUT))
            found.codes.add("location" if any(name in words for name in _PLACES) else "text")
            patches += [Patch(box.at + 4, 4, b"free"), Patch(box.inner, box.end - box.inner)]
        elif box.kind in _TIMES:
            source.seek(box.inner)
            wide = exactly(source, 1)[0] == 1
            found.codes.add("time")
            patches.append(Patch(box.inner + 4, 16 if wide else 8))
        elif box.kind in _HOLDS:
            waiting += [(each, depth + 1) for each in boxes(source, box.inner, box.end)]
    yield from patched(source, patches)


def strip_picture(source: BinaryIO, found: Found) -> Iterator[bytes]:
    """Yield a HEIC or AVIF picture whose Exif and XMP items are blank; how it is turned is told elsewhere in it."""
    patches: list[Patch] = []
    for box in boxes(source, 0, _size(source)):
        if box.kind == b"meta":
            patches += _items(source, box, found)
        elif box.kind == b"uuid":
            found.codes.add("text")
            patches.append(Patch(box.inner, box.end - box.inner))
    yield from patched(source, patches)


def boxes(source: BinaryIO, at: int, end: int) -> Iterator[Box]:
    """Yield the boxes between two places; raise `Damaged` when one reaches beyond."""
    while at + 8 <= end:
        source.seek(at)
        head = exactly(source, 8)
        size, inner = int.from_bytes(head[:4], "big"), at + 8
        if size == 1:
            size, inner = int.from_bytes(exactly(source, 8), "big"), at + 16
        elif size == 0:
            size = end - at
        if size < inner - at or at + size > end:
            raise Damaged
        yield Box(head[4:], at, inner, at + size)
        at += size


def _items(source: BinaryIO, meta: Box, found: Found) -> Iterator[Patch]:
    """Yield patches for the places of all items that are no picture."""
    inside = {box.kind: box for box in boxes(source, meta.inner + 4, meta.end)}
    if b"iinf" not in inside or b"iloc" not in inside:
        return
    telling = _telling(source, inside[b"iinf"])
    data = inside[b"idat"].inner if b"idat" in inside else 0
    for item, base, offset, length in _places(source, inside[b"iloc"]):
        if item in telling:
            found.codes.add(telling[item])
            # Some readers refuse a picture whose Exif block is no block
            block = bytes(4) + exif.upright(1) if telling[item] == "camera" else b""
            yield Patch((data if base else 0) + offset, length, block[:length])


def _telling(source: BinaryIO, about: Box) -> dict[int, str]:
    """Return the ids of Exif and XMP items, and what they tell."""
    source.seek(about.inner)
    wide = exactly(source, 4)[0] > 0
    found = {}
    for box in boxes(source, about.inner + (8 if wide else 6), about.end):
        source.seek(box.inner)
        entry = exactly(source, min(box.end - box.inner, 256))
        version = entry[0]
        if box.kind != b"infe" or version < 2:
            continue
        width = 2 if version == 2 else 4
        number = int.from_bytes(entry[4 : 4 + width], "big")
        kind = entry[6 + width : 10 + width]
        if kind in (b"Exif", b"mime", b"uri "):
            found[number] = "camera" if kind == b"Exif" else "text"
    return found


def _places(source: BinaryIO, about: Box) -> Iterator[tuple[int, int, int, int]]:
    """Yield item, whether its offset counts from the item data, offset and length of every extent."""
    source.seek(about.inner)
    if about.end - about.inner > _MOST_ABOUT:
        raise Damaged
    reader = _Reader(exactly(source, about.end - about.inner))
    version = reader.number(1)
    reader.number(3)
    sizes = reader.number(2)
    offset_size, length_size, base_size, index_size = (
        sizes >> shift & 15 for shift in (12, 8, 4, 0)
    )
    for _ in range(reader.number(2 if version < 2 else 4)):
        item = reader.number(2 if version < 2 else 4)
        method = reader.number(2) & 15 if version in (1, 2) else 0
        reader.number(2)
        base = reader.number(base_size)
        for _ in range(reader.number(2)):
            reader.number(index_size if version in (1, 2) else 0)
            offset, length = reader.number(offset_size), reader.number(length_size)
            if method < 2:
                yield item, method, base + offset, length


class _Reader:
    """Big-endian numbers out of some bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def number(self, size: int) -> int:
        """Return the next number of `size` bytes, 0 for none; raise `Damaged` at the end."""
        data = self._data[self._at : self._at + size]
        if len(data) != size:
            raise Damaged
        self._at += size
        return int.from_bytes(data, "big")


def _size(source: BinaryIO) -> int:
    return source.seek(0, 2)
