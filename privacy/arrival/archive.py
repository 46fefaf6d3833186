"""An archive that was given to us: looked at from outside before a byte of it is unpacked, then read row by row (EX-8).

Nothing of it is ever unpacked to a disk. What it says of itself is believed only once `verify` has checked it.
"""

from __future__ import annotations

import io
import json
import stat
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from privacy.export.verify_export import (
    DEFLATED,
    MANIFEST,
    MAX_LINE,
    SIGNATURE,
    STORED,
    is_safe,
)

MOST_MEMBERS = 2_000_000
LARGEST_DIRECTORY = 2**29
LARGEST_MANIFEST = 2**27
LARGEST_SCHEMA = 2**20
MOST_UNPACKED = 2**40
RATIO, ROOM = 200, 2**27  # unpacked at most `ROOM` and `RATIO` times what was sent
PIECE = 2**20


def refusals(source: BinaryIO) -> list[str]:
    """Return why a file is not even looked into: no archive, too large once unpacked, names that lead elsewhere."""
    if reason := _directory(source):
        return [reason]
    try:
        with zipfile.ZipFile(source) as archive:
            return _members(archive.infolist(), _size(source))
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OSError):
        return ["archive: can't be read as an export"]


def _size(source: BinaryIO) -> int:
    return source.seek(0, io.SEEK_END)


def _directory(source: BinaryIO) -> str:
    """Return what is wrong with the size of the table of contents, which would be read into memory whole."""
    size = _size(source)
    source.seek(max(0, size - 22))
    end = source.read(22)
    if len(end) < 22 or not end.startswith(b"PK\5\6"):
        return "archive: can't be read as an export"
    count, length = struct.unpack("<HL", end[10:16])
    if count == 0xFFFF or length == 0xFFFFFFFF:
        source.seek(max(0, size - 22 - 20 - 56))
        wide = source.read(56)
        if len(wide) < 56 or not wide.startswith(b"PK\6\6"):
            return "archive: can't be read as an export"
        count, length = struct.unpack("<QQ", wide[32:48])
    if count > MOST_MEMBERS or length > LARGEST_DIRECTORY:
        return "archive: has too many members"
    return ""


def _members(members: list[zipfile.ZipInfo], size: int) -> list[str]:
    found, seen, unpacked = [], set(), 0
    limits = {MANIFEST: LARGEST_MANIFEST, SIGNATURE: LARGEST_SCHEMA}
    for each in members:
        name = each.filename
        unpacked += each.file_size
        limit = LARGEST_SCHEMA if name.startswith("schema/") else limits.get(name, MOST_UNPACKED)
        kind = stat.S_IFMT(each.external_attr >> 16)
        if not is_safe(name) or name != each.orig_filename:
            found.append("a member has no safe name")
        elif name.casefold() in seen:
            found.append("a member is there twice")
        elif kind not in (0, stat.S_IFREG) or each.is_dir():
            found.append("a member is no file")
        elif each.flag_bits & 1 or each.compress_type not in (STORED, DEFLATED):
            found.append("a member is packed in a way that exports aren't")
        elif each.file_size > limit:
            found.append("a member is too large")
        seen.add(name.casefold())
    if unpacked > ROOM + RATIO * size:
        found.append("unpacks to far more than it is")
    return [f"archive: {each}" for each in sorted(set(found))]


class Archive:
    """A verified archive: its manifest, the rows of each kind, the bytes of each file."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._zip = archive
        self.manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
        self._names = set(archive.namelist())

    @property
    def facts(self) -> dict[str, Any]:
        """What the manifest says of the account that it is a copy of."""
        return dict(self.manifest["facts"])

    def count(self, kind: str) -> int:
        """Return how many rows of a kind there are."""
        facts = self.manifest["kinds"].get(kind)
        return int(facts["rows"]) if facts else 0

    def schema(self, kind: str) -> dict[str, Any]:
        """Return what the archive says of a kind's fields."""
        found: dict[str, Any] = json.loads(self._zip.read(self.manifest["kinds"][kind]["schema"]))
        return found

    def rows(self, kind: str, *, after: int = 0) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield number and row of a kind, numbered from 1, those `after` a number."""
        if kind not in self.manifest["kinds"]:
            return
        with self._zip.open(self.manifest["kinds"][kind]["data"]) as member:
            for number, line in enumerate(iter(lambda: member.readline(MAX_LINE), b""), 1):
                if number > after:
                    yield number, json.loads(line)

    def pieces(self, path: str | None) -> Iterator[bytes] | None:
        """Return the bytes of a file, None where the archive admits that it isn't there."""
        facts = self.manifest["members"].get(path) if path else None
        if not path or path not in self._names or not facts or facts.get("incomplete"):
            return None
        return self._pieces(path)

    def _pieces(self, path: str) -> Iterator[bytes]:
        with self._zip.open(path) as member:
            while piece := member.read(PIECE):
                yield piece


@contextmanager
def opened(source: BinaryIO) -> Iterator[Archive]:
    """Open an archive that was verified."""
    with zipfile.ZipFile(source) as archive:
        yield Archive(archive)
