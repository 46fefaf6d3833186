"""Looks for words in bytes, whatever shape they have and whatever they are packed in. Pure: no store is known here."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from privacy.canary.shapes import EXACTLY, digests_of, shapes_of_bytes, shapes_of_text

DEEPEST = 4
# What a packed piece may become: a bomb would be somebody else's, and is not ours to open
MOST = 64 * 2**20
_GZIP = re.compile(rb"\x1f\x8b\x08")
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_ZIP = re.compile(rb"PK\x03\x04.{4}\x08\0.{16}(..)(..)", re.DOTALL)
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{24,}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){12,}")
_URL = re.compile(rb"%[0-9a-fA-F]{2}")
# What is worth looking into behind base64 and hexadecimal: the words themselves are known in those shapes
_PACKED = re.compile(
    rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]|PK\x03\x04|%[0-9a-fA-F]{2}|[A-Za-z0-9+/_-]{24}"
)
# Where encoders break their lines: quoted-printable, base64 in mails, pg_dump's bytea never
_BREAKS = re.compile(rb"=?\r?\n[ \t]?")


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """A word that was found: whose name it has, in which shape, packed in what."""

    name: str
    shape: str
    packed: str = ""


class Scanner:
    """Knows some words by name; `words`: text that is itself or part of a value, `values`: whole values, by digest too."""

    def __init__(
        self,
        words: Mapping[str, str],
        *,
        values: Mapping[str, str] | None = None,
        secrets: Mapping[str, bytes] | None = None,
    ) -> None:
        self._small: list[tuple[str, str, bytes]] = []
        self._exact: list[tuple[str, str, bytes]] = []
        for name, word in words.items():
            self._learn(name, shapes_of_text(word))
        for name, value in {**words, **(values or {})}.items():
            self._learn(name, digests_of(value.encode()))
        for name, raw in (secrets or {}).items():
            self._learn(name, shapes_of_bytes(raw))
            self._learn(name, digests_of(raw))

    def find(self, data: bytes) -> set[Hit]:
        """Return every word that the data holds."""
        found: set[Hit] = set()
        for packed, piece in unpacked(data):
            found |= {Hit(name, shape, packed) for name, shape in self._in(piece)}
        return found

    def holds(self, data: bytes, name: str) -> bool:
        """Tell whether the data holds one word."""
        return any(hit.name == name for hit in self.find(data))

    def _learn(self, name: str, shapes: Iterable[tuple[str, bytes]]) -> None:
        for shape, needle in shapes:
            known = self._exact if shape.startswith(EXACTLY) else self._small
            known.append((name, shape.removeprefix(EXACTLY), needle))

    def _in(self, piece: bytes) -> Iterator[tuple[str, str]]:
        joined = _BREAKS.sub(b"", piece)
        for exact in {piece, joined}:
            for name, shape, needle in self._exact:
                if needle in exact:
                    yield name, shape
            small = exact.lower()
            for name, shape, needle in self._small:
                if needle in small:
                    yield name, shape


def unpacked(data: bytes, depth: int = 0, packed: str = "") -> Iterator[tuple[str, bytes]]:
    """Yield data, then all that is packed in it at any place, and in that again; with the way to it."""
    yield packed, data
    if depth == DEEPEST:
        return
    for how, piece in _pieces(data):
        if len(piece) >= 12 and piece != data:
            yield from unpacked(piece, depth + 1, f"{packed}/{how}".lstrip("/"))


def _pieces(data: bytes) -> Iterator[tuple[str, bytes]]:
    for match in _GZIP.finditer(data):
        yield "gzip", _inflated(data, match.start(), 31)
    for match in _ZLIB.finditer(data):
        yield "zlib", _inflated(data, match.start(), 15)
    for match in _ZIP.finditer(data):
        # Each entry by its own head, as a zip may be cut or follow another; what is only stored lies open anyway
        name, extra = int.from_bytes(match[1], "little"), int.from_bytes(match[2], "little")
        yield "zip", _inflated(data, match.end() + name + extra, -15)
    joined = _BREAKS.sub(b"", data)
    for text in {data, joined}:
        for match in _BASE64.finditer(text):
            if _PACKED.search(piece := _from_base64(match[0])):
                yield "base64", piece
        for match in _HEX.finditer(text):
            if _PACKED.search(piece := binascii.unhexlify(match[0])):
                yield "hex", piece
    if _URL.search(data):
        yield "url", _URL.sub(lambda each: bytes([int(each[0][1:], 16)]), data)


def _inflated(data: bytes, at: int, bits: int) -> bytes:
    """Return what a stream that begins here gives before it ends or breaks."""
    stream = zlib.decompressobj(bits)
    out = bytearray()
    for start in range(at, len(data), 2**16):
        try:
            out += stream.decompress(data[start : start + 2**16], MOST - len(out))
        except zlib.error:
            break
        if stream.eof or len(out) >= MOST:
            break
    return bytes(out)


def _from_base64(text: bytes) -> bytes:
    """Return what base64 says, whichever alphabet it uses."""
    return base64.b64decode(text[: len(text) // 4 * 4].translate(bytes.maketrans(b"-_", b"+/")))
