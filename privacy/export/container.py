"""The ZIP64 stream of an archive, and names that unpack safely on every system."""

import hashlib
import re
import unicodedata
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from privacy.export.verify_export import DEFLATED, STORED, Member, directory_end

_RESERVED = re.compile(r"(con|prn|aux|nul|(com|lpt)[\d\u00b9\u00b2\u00b3]) *(\..*)?", re.IGNORECASE)
_NAME_BYTES = 120
_EXTENSION_BYTES = 20
_LEVEL = 6


class Sink(Protocol):
    """What an archive is written to: anything with `write`, such as a SealedWriter."""

    def write(self, data: bytes, /) -> object:
        """Take all of `data`."""


class Container:
    """Writes members one after the other to an unseekable sink; the same calls, the same bytes."""

    def __init__(self, target: Sink) -> None:
        self._target = target
        self._whole = hashlib.sha256()
        self._offset = 0
        self._directory = bytearray()
        self._count = 0
        self._places: dict[str, tuple[int, int]] = {}

    def begin(self, name: str, method: int) -> None:
        """Open a member, stored or deflated; only one is open at a time."""
        self._member = Member(name, method, self._offset)
        self._digest = hashlib.sha256()
        self._deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15) if method == DEFLATED else None
        self._emit(self._member.header())
        self._start = self._offset

    def write(self, data: bytes) -> None:
        """Add data to the open member."""
        self._digest.update(data)
        self._member.crc = zlib.crc32(data, self._member.crc)
        self._member.size += len(data)
        self._emit(self._deflate.compress(data) if self._deflate else data)

    def end(self) -> tuple[int, str]:
        """Close the member; return its plain size and SHA-256."""
        if self._deflate:
            self._emit(self._deflate.flush())
        self._member.packed = self._offset - self._start
        self._emit(self._member.descriptor())
        self._directory += self._member.entry()
        self._count += 1
        self._places[self._member.name] = (self._start, self._member.packed)
        return self._member.size, self._digest.hexdigest()

    def whole(self, name: str, data: bytes) -> None:
        """Write a stored member at once."""
        self.begin(name, STORED)
        self.write(data)
        self.end()

    def state(self) -> dict[str, object]:
        """Return where it stands, so that another process can go on behind the same bytes; no member is open."""
        return {
            "bytes": self._offset,
            "directory": self._directory.hex(),
            "count": self._count,
            "places": self._places,
        }

    def replay(self, before: Iterable[bytes], state: Mapping[str, Any]) -> None:
        """Go on behind the bytes that were written `before`, which are written again; ValueError if they are others."""
        for piece in before:
            self._emit(piece)
        if self._offset != state["bytes"]:
            raise ValueError("what was written before is cut")
        self._directory = bytearray.fromhex(state["directory"])
        self._count = state["count"]

    def facts(self) -> dict[str, object]:
        """Return size and SHA-256 of what was written so far and of its directory."""
        return {
            "bytes": self._offset,
            "sha256": self._whole.hexdigest(),
            "directory_bytes": len(self._directory),
            "directory_sha256": hashlib.sha256(self._directory).hexdigest(),
        }

    def finish(self) -> tuple[int, str]:
        """Write the directory; return the whole archive's size and SHA-256."""
        start, size = self._offset, len(self._directory)
        self._emit(bytes(self._directory))
        self._emit(directory_end(self._count, size, start))
        return self._offset, self._whole.hexdigest()

    def _emit(self, data: bytes) -> None:
        if data:
            self._target.write(data)
            self._whole.update(data)
            self._offset += len(data)


def file_path(owner_id: object, name: str) -> str:
    """Return the path under which the file of a row is exported, made from its name as uploaded."""
    return f"files/{safe_name(str(owner_id))}/{safe_name(name)}"


def safe_name(name: str) -> str:
    """Return a file name that unpacks on every system: no path, control or hidden characters.

    Composed Unicode, at most 120 bytes with the extension kept, never empty; the same for its own
    result.
    """
    seen = "".join(c for c in name if unicodedata.category(c)[0] != "C")
    clean = re.sub(r'[\\/:*?"<>|\s]+', " ", unicodedata.normalize("NFC", seen)).strip(" .")
    if _RESERVED.fullmatch(clean):
        clean = f"_{clean}"
    stem, dot, extension = clean.rpartition(".")
    tail = f"{dot}{extension}" if stem and len(extension.encode()) <= _EXTENSION_BYTES else ""
    room = _NAME_BYTES - len(tail.encode())
    kept = clean.removesuffix(tail).encode()[:room].decode(errors="ignore").rstrip(" .")
    return kept + tail or "file"
