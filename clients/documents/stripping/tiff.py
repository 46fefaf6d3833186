"""TIFF: the tags that tell of camera, place, time and people are blanked where they lie."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from clients.documents.stripping import exif
from clients.documents.stripping.blanking import Patch, patched
from clients.documents.stripping.source import Found


def strip(source: BinaryIO, found: Found) -> Iterator[bytes]:
    """Yield the file with those values blank."""
    patches = []
    for tag in exif.tags(source):
        code = exif.code_of(tag)
        if code and tag.number not in (exif.EXIF, exif.GPS):
            found.codes.add(code)
            patches.append(Patch(tag.offset, tag.size))
    yield from patched(source, patches)
