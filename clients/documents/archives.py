"""Zip archives, among them office documents: told by their directory alone whether they would burst (ASVS 5.2.3).

Nothing is ever unpacked here; whoever gets the file would.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST_ENTRIES = 10_000
MOST_BYTES = 2**30
_END, _ENTRY = b"PK\x05\x06", b"PK\x01\x02"
_END_SIZE, _ENTRY_SIZE, _LONGEST_COMMENT = 22, 46, 65_535
_WIDE = 0xFFFFFFFF


class NotAnArchive(ValueError):
    """The directory at the end is missing or does not fit."""


def check(source: BinaryIO) -> None:
    """Raise `ValidationError` for an archive of too many or too large entries, or of one laid over another; rewinds."""
    total = taken = 0
    size = source.seek(0, 2)
    try:
        for packed, plain, _name in entries(source):
            total += plain
            taken += packed
            if total > MOST_BYTES or taken > size:
                raise NotAnArchive
    except NotAnArchive:
        raise ValidationError(
            _(
                "This archive is broken, or holds far more than it seems. Unpack it and add its files."
            )
        ) from None
    finally:
        source.seek(0)


def entries(source: BinaryIO) -> Iterator[tuple[int, int, str]]:
    """Yield packed size, plain size and name of each entry; raise `NotAnArchive`."""
    count, offset = _directory(source)
    if count > MOST_ENTRIES:
        raise NotAnArchive
    source.seek(offset)
    for _number in range(count):
        head = source.read(_ENTRY_SIZE)
        if len(head) != _ENTRY_SIZE or head[:4] != _ENTRY:
            raise NotAnArchive
        packed, plain, name, extra, comment = struct.unpack_from("<II3H", head, 20)
        if _WIDE in (packed, plain):
            raise NotAnArchive
        yield packed, plain, source.read(name).decode("utf-8", "replace")
        source.seek(extra + comment, 1)


def _directory(source: BinaryIO) -> tuple[int, int]:
    """Return how many entries there are, and where their directory begins."""
    size = source.seek(0, 2)
    source.seek(max(0, size - _END_SIZE - _LONGEST_COMMENT))
    tail = source.read(_END_SIZE + _LONGEST_COMMENT)
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise NotAnArchive
    count, length, offset = struct.unpack_from("<HII", tail, at + 10)
    if offset + length > size:
        raise NotAnArchive
    return count, offset
