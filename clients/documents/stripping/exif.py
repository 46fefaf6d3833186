"""The tags of an Exif block, or of a whole TIFF file, which has the same shape: what they tell, and how to blank it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from clients.documents.stripping.source import Damaged, exactly

ORIENTATION, EXIF, GPS, SUB_IFDS = 0x0112, 0x8769, 0x8825, 0x014A
# tag → what it tells; what shows a picture is not listed
TELLS = {
    0x010E: "text", 0x010F: "camera", 0x0110: "camera", 0x0131: "camera", 0x0132: "time", 0x013B: "text",
    0x013C: "camera", 0x02BC: "text", 0x8298: "text", 0x83BB: "text", 0x8649: "text", 0x9C9B: "text",
    0x9C9C: "text", 0x9C9D: "text", 0x9C9E: "text", 0x9C9F: "text", 0xC4A5: "other", 0xC614: "camera",
    0xC62F: "camera", 0xEA1C: "other",
}  # fmt: skip
_OF_EXIF = {
    0x9003: "time",
    0x9004: "time",
    0x9286: "text",
    0xA431: "camera",
    0xA433: "camera",
    0xA434: "camera",
}
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_MOST_TAGS, _MOST_DIRECTORIES = 4096, 64


@dataclass(frozen=True, slots=True)
class Tag:
    """One entry: its number, where its value lies and how long it is, what it says when it is a short number."""

    number: int
    offset: int
    size: int
    value: int
    directory: str


def tags(source: BinaryIO, start: int = 0) -> Iterator[Tag]:
    """Yield every tag of the directories that begin at `start`; raise `Damaged` for what leads nowhere or in circles."""
    source.seek(start)
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(exactly(source, 4))
    if order is None:
        raise Damaged
    waiting = [("", struct.unpack(order + "I", exactly(source, 4))[0])]
    seen: set[int] = set()
    while waiting:
        name, offset = waiting.pop()
        if not offset or offset in seen:
            continue
        seen.add(offset)
        if len(seen) > _MOST_DIRECTORIES:
            raise Damaged
        found, following = _directory(source, start, offset, order, name)
        for tag in found:
            yield tag
            if tag.number in (EXIF, GPS):
                waiting.append(("exif" if tag.number == EXIF else "gps", tag.value))
            elif tag.number == SUB_IFDS:
                waiting += [(name, each) for each in _numbers(source, start, tag, order)]
        waiting.append((name, following))


def _directory(
    source: BinaryIO, start: int, offset: int, order: str, name: str
) -> tuple[list[Tag], int]:
    source.seek(start + offset)
    count = struct.unpack(order + "H", exactly(source, 2))[0]
    if count > _MOST_TAGS:
        raise Damaged
    data = exactly(source, 12 * count)
    following = source.read(4)
    found = []
    for at in range(count):
        number, kind, length, value = struct.unpack_from(order + "HHII", data, 12 * at)
        size = _SIZES.get(kind, 1) * length
        inline = start + offset + 2 + 12 * at + 8
        if kind == 3 and length == 1:
            value = struct.unpack_from(order + "H", data, 12 * at + 8)[0]
        found.append(Tag(number, inline if size <= 4 else start + value, size, value, name))
    return found, struct.unpack(order + "I", following)[0] if len(following) == 4 else 0


def _numbers(source: BinaryIO, start: int, tag: Tag, order: str) -> list[int]:
    count = min(tag.size // 4, _MOST_DIRECTORIES)
    source.seek(tag.offset)
    return list(struct.unpack(f"{order}{count}I", exactly(source, 4 * count)))


def code_of(tag: Tag) -> str:
    """Return what a tag tells of people, "" when it only shows the picture."""
    if tag.directory == "gps" or tag.number == GPS:
        return "location"
    if tag.directory == "exif":
        return _OF_EXIF.get(tag.number, "camera")
    return "camera" if tag.number == EXIF else TELLS.get(tag.number, "")


def told(source: BinaryIO, start: int = 0) -> tuple[set[str], int]:
    """Return what an Exif block tells, and how the picture is turned (1 is upright); a broken block tells "other"."""
    codes, turned = set(), 1
    try:
        for tag in tags(source, start):
            if tag.number == ORIENTATION and not tag.directory and 1 <= tag.value <= 8:
                turned = tag.value
            elif tag.number not in (EXIF, GPS) and (code := code_of(tag)):
                codes.add(code)
    except Damaged:
        codes.add("other")
    return codes, turned


def upright(turned: int) -> bytes:
    """Return an Exif block that says how the picture is turned and nothing else."""
    entry = struct.pack("<HHIHH", ORIENTATION, 3, 1, turned, 0)
    return b"II*\x00" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 0)
