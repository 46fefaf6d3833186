"""Sealed file streams: 64 KiB segments, each bound to its file, its position and the file's end.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: "Online Authenticated-Encryption and
its Nonce-Reuse Misuse-Resistance", 2015) with AES-256-GCM:

    header   version (1 byte, 0x01) ‖ nonce prefix (7 random bytes)
    segment  AES-256-GCM of up to 65,536 bytes, tag (16 bytes) at its end
    nonce    prefix ‖ segment number (4 bytes, big-endian, from 0) ‖ 1 in the last segment, else 0
    AAD      header ‖ segment number ‖ last flag ‖ the caller's AAD

Every segment but the last is full. An empty file is one empty last segment. A key seals one file:
the caller makes it at random and wraps it under the client's or the account's key.
"""

import io
import os
from collections.abc import Iterable, Iterator
from itertools import chain
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1
SEGMENT = 64 * 1024
KEY_SIZE = 32

_PREFIX = 7
_HEADER = 1 + _PREFIX
_TAG = 16
_SEALED_SEGMENT = SEGMENT + _TAG
_MAX_SEGMENTS = 2**32

type Source = BinaryIO | Iterable[bytes]


class Unreadable(ValueError):
    """The stream was cut, altered, reordered, or sealed with another key or for another place."""


class Sink(Protocol):
    """What a stream is written to: anything with `write`; it need not seek."""

    def write(self, data: bytes, /) -> object:
        """Take all of `data`."""


def seal(source: Source, key: bytes, aad: bytes) -> Iterator[bytes]:
    """Return the sealed pieces of `source`, in order, holding one segment in memory.

    `source` is a binary file or an iterable of bytes; `key` is 32 random bytes used for this file
    alone; `aad` says whose file it is and must be given again to open it.
    """
    return _seal(_blocks(_pieces(source), SEGMENT), _Segments.new(key, aad))


def open_sealed(source: Source, key: bytes, aad: bytes) -> Iterator[bytes]:
    """Return the plain pieces of a sealed `source`, each authenticated before it is given out.

    Raises `Unreadable` while iterating. A cut stream is noticed only at its end, so what came
    before counts as the file only once the iterator has finished without an error.
    """
    _check_key(key)
    return _open(_pieces(source), key, aad)


def sealed_size(plain_size: int) -> int:
    """Return how many bytes a file of `plain_size` bytes takes when sealed."""
    if plain_size < 0:
        raise ValueError("a size can't be negative")
    return _HEADER + plain_size + _TAG * max(1, -(-plain_size // SEGMENT))


def opened_size(sealed: int) -> int:
    """Return how many plain bytes a sealed stream of `sealed` bytes holds.

    Raises `Unreadable` for a length that no sealed stream has.
    """
    body = sealed - _HEADER
    segments = -(-body // _SEALED_SEGMENT)
    plain = body - segments * _TAG
    if body < _TAG or sealed_size(plain) != sealed:
        raise Unreadable("the sealed stream was cut")
    return plain


class SealedWriter:
    """A write-only, unseekable file that seals what is written to it.

    `close()` seals the last segment. Leaving a `with` block by an exception, or never closing,
    leaves a stream that can't be opened, so half a file never passes for a whole one. For that
    reason it is no `io` class: those close themselves when forgotten. The target stays open.
    `prefix`: the nonce prefix of 7 random bytes, by which the same plain bytes are sealed the same once more.
    """

    PREFIX = _PREFIX

    def __init__(self, target: Sink, key: bytes, aad: bytes, prefix: bytes = b"") -> None:
        self._segments = _Segments.new(key, aad, prefix)
        self._target = target
        self._buffer = bytearray()
        self._index = 0
        self._written = 0
        self.closed = False
        target.write(self._segments.header)

    def write(self, data: bytes | bytearray | memoryview, /) -> int:
        """Seal and pass on every full segment; return the number of bytes taken (all)."""
        self._check_open()
        view = memoryview(data).cast("B")
        for start in range(0, len(view), SEGMENT):
            self._buffer += view[start : start + SEGMENT]
            if len(self._buffer) > SEGMENT:  # one more byte shows that the segment isn't the last
                self._emit(bytes(self._buffer[:SEGMENT]), last=False)
                del self._buffer[:SEGMENT]
        self._written += len(view)
        return len(view)

    def flush(self) -> None:
        """Flush the target where it can; the open segment stays until it is full or the last."""
        flush = getattr(self._target, "flush", None)
        if flush is not None:
            flush()

    def tell(self) -> int:
        """Return how many plain bytes were written."""
        return self._written

    def seekable(self) -> bool:
        """Return False: what is sealed can't be changed."""
        return False

    def writable(self) -> bool:
        """Return True."""
        return True

    def readable(self) -> bool:
        """Return False."""
        return False

    def close(self) -> None:
        """Seal the last segment and flush; closing twice does nothing."""
        if not self.closed:
            self._emit(bytes(self._buffer), last=True)
            self.abandon()
            self.flush()

    def abandon(self) -> None:
        """Stop without an end: what was written so far stays unreadable as a whole."""
        self.closed = True
        self._buffer.clear()

    def _emit(self, plain: bytes, *, last: bool) -> None:
        self._target.write(self._segments.seal(self._index, plain, last=last))
        self._index += 1

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("the sealed stream is closed")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()


class SealedReader(io.RawIOBase):
    """A seekable plain view of a seekable sealed file: one segment in memory, none on disk.

    The last segment is opened first, so a cut stream raises `Unreadable` at once. The source stays
    open. Wrap it in `io.BufferedReader` for many small reads.
    """

    def __init__(self, source: BinaryIO, key: bytes, aad: bytes) -> None:
        super().__init__()
        _check_key(key)
        self._source = source
        self._size = opened_size(source.seek(0, os.SEEK_END))
        source.seek(0)
        self._segments = _Segments.read(_exactly(source, _HEADER), key, aad)
        self._last = max(0, -(-self._size // SEGMENT) - 1)
        self._position = 0
        self._index = -1
        self._plain = b""
        self._load(self._last)

    def readinto(self, buffer: memoryview | bytearray, /) -> int:  # type: ignore[override]
        """Fill `buffer` from the segment at the current position; return the bytes given."""
        if self._position >= self._size:
            return 0
        index, start = divmod(self._position, SEGMENT)
        if index != self._index:
            self._load(index)
        view = memoryview(buffer).cast("B")
        piece = self._plain[start : start + len(view)]
        view[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move to a plain offset and return it."""
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        if origin + offset < 0:
            raise ValueError("can't seek before the start")
        self._position = origin + offset
        return self._position

    def tell(self) -> int:
        """Return the plain offset of the next read."""
        return self._position

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def _load(self, index: int) -> None:
        self._source.seek(_HEADER + index * _SEALED_SEGMENT)
        last = index == self._last
        length = self._size - index * SEGMENT if last else SEGMENT
        sealed = _exactly(self._source, length + _TAG)
        self._plain = self._segments.open(index, sealed, last=last)
        self._index = index


class _Segments:
    """Seals and opens the numbered segments of one stream."""

    __slots__ = ("_aad", "_cipher", "header")

    def __init__(self, header: bytes, key: bytes, aad: bytes) -> None:
        _check_key(key)
        self.header = header
        self._cipher = AESGCM(key)
        self._aad = aad

    @classmethod
    def new(cls, key: bytes, aad: bytes, prefix: bytes = b"") -> Self:
        if len(prefix) not in (0, _PREFIX):
            raise ValueError("a nonce prefix has 7 bytes")
        return cls(bytes([VERSION]) + (prefix or os.urandom(_PREFIX)), key, aad)

    @classmethod
    def read(cls, header: bytes, key: bytes, aad: bytes) -> Self:
        if len(header) != _HEADER:
            raise Unreadable("the sealed stream has no header")
        if header[0] != VERSION:
            raise Unreadable("the sealed stream has an unknown version")
        return cls(header, key, aad)

    def seal(self, index: int, plain: bytes, *, last: bool) -> bytes:
        if index >= _MAX_SEGMENTS:
            raise ValueError("the file is too large for one sealed stream")
        place = self._place(index, last=last)
        return self._cipher.encrypt(self._nonce(place), plain, self.header + place + self._aad)

    def open(self, index: int, sealed: bytes, *, last: bool) -> bytes:
        if index >= _MAX_SEGMENTS or len(sealed) < _TAG:
            raise Unreadable(f"segment {index} of the sealed stream was cut")
        place = self._place(index, last=last)
        try:
            plain = self._cipher.decrypt(
                self._nonce(place), sealed, self.header + place + self._aad
            )
        except InvalidTag:
            raise Unreadable(f"segment {index} of the sealed stream is unreadable") from None
        if index and not plain:  # one plain text has one sealed shape
            raise Unreadable(f"segment {index} of the sealed stream is empty")
        return plain

    def _nonce(self, place: bytes) -> bytes:
        return self.header[1:] + place

    @staticmethod
    def _place(index: int, *, last: bool) -> bytes:
        return index.to_bytes(4, "big") + bytes([last])


def _seal(blocks: Iterator[tuple[bytes, bool]], segments: _Segments) -> Iterator[bytes]:
    yield segments.header
    for index, (block, last) in enumerate(blocks):
        yield segments.seal(index, block, last=last)


def _open(pieces: Iterator[bytes], key: bytes, aad: bytes) -> Iterator[bytes]:
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= _HEADER:
            break
    segments = _Segments.read(head[:_HEADER], key, aad)
    blocks = _blocks(chain([head[_HEADER:]], pieces), _SEALED_SEGMENT)
    for index, (block, last) in enumerate(blocks):
        yield segments.open(index, block, last=last)


def _pieces(source: Source) -> Iterator[bytes]:
    """Yield the bytes of a file or of an iterable; a file's own iteration would split at lines."""
    read = getattr(source, "read", None)
    if read is None:
        yield from source
        return
    while piece := read(SEGMENT):
        yield piece


def _blocks(pieces: Iterator[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """Cut `pieces` into blocks of `size`, each with whether it is the last (which may be short)."""
    buffer = bytearray()
    for piece in pieces:
        view = memoryview(piece)
        for start in range(0, len(view), size):
            buffer += view[start : start + size]
            if len(buffer) > size:
                yield bytes(buffer[:size]), False
                del buffer[:size]
    yield bytes(buffer), True


def _exactly(source: BinaryIO, size: int) -> bytes:
    """Read `size` bytes, or fewer at the end of the file, from a source that may give less."""
    found = bytearray()
    while len(found) < size and (piece := source.read(size - len(found))):
        found += piece
    return bytes(found)


def _check_key(key: bytes) -> None:
    if len(key) != KEY_SIZE:
        raise ValueError("a stream's key has 32 bytes")
