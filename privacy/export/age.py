"""Files in the age format, version 1 (age-encryption.org/v1): to a recipient's key or a passphrase, as a stream.

    header   the version; a stanza that wraps the file key (16 bytes); "---" and a MAC of all that
    payload  nonce (16 bytes), then ChaCha20-Poly1305 of 64 KiB chunks, each numbered, the last one marked

Header and nonce are made once and kept while an archive is written, so that the same plain bytes give the same file; a
file key seals one archive. Whoever has the recipient's identity or the passphrase opens it with any age program.
"""

from __future__ import annotations

import base64
import hmac
import io
import os
import re
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from privacy.export import bech32

VERSION = b"age-encryption.org/v1"
CHUNK = 64 * 1024
FILE_KEY_SIZE = 16
NONCE_SIZE = 16
RECIPIENT, IDENTITY = "age", "age-secret-key-"
# 64 MiB and a fifth of a second for us, and for each guess of whoever got hold of the file
WORK_FACTOR = 16
MOST_WORK = 20
_TAG = 16
_SEALED_CHUNK = CHUNK + _TAG
_ZERO = bytes(12)
_MOST_HEADER = 16 * 1024


class NotOpened(ValueError):
    """The file is no age file, was changed, or is for somebody else."""


class Sink(Protocol):
    """What a file is written to: anything with `write`."""

    def write(self, data: bytes, /) -> object:
        """Take all of `data`."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an age file begins with: header and nonce; nothing of it is secret."""

    header: bytes
    nonce: bytes


def public_key(recipient: str) -> X25519PublicKey:
    """Return the key of a recipient (`age1…`); raise ValueError for anything else."""
    raw = bech32.decoded(recipient.strip(), RECIPIENT)
    if len(raw) != 32 or not any(raw):
        raise ValueError("this is no such key")
    return X25519PublicKey.from_public_bytes(raw)


def to_recipient(file_key: bytes, recipient: str) -> Envelope:
    """Wrap a file key for a recipient."""
    once, theirs = X25519PrivateKey.generate(), public_key(recipient)
    share, raw = once.public_key().public_bytes_raw(), theirs.public_bytes_raw()
    wrapping = _derived(once.exchange(theirs), share + raw, VERSION + b"/X25519")
    return _envelope(file_key, [b"X25519", _text(share)], wrapping)


def to_passphrase(file_key: bytes, passphrase: str) -> Envelope:
    """Wrap a file key by a passphrase, which is kept nowhere."""
    salt = os.urandom(16)
    arguments = [b"scrypt", _text(salt), str(WORK_FACTOR).encode()]
    return _envelope(file_key, arguments, _stretched(passphrase, salt, WORK_FACTOR))


class AgeWriter:
    """A write-only file that encrypts what is written to it; `close()` ends it, and without that it stays unreadable."""

    def __init__(self, target: Sink, file_key: bytes, envelope: Envelope) -> None:
        self._cipher = _payload_cipher(file_key, envelope.nonce)
        self._target = target
        self._buffer = bytearray()
        self._index = 0
        target.write(envelope.header + envelope.nonce)

    def write(self, data: bytes, /) -> int:
        """Encrypt and pass on every full chunk; return the number of bytes taken (all)."""
        view = memoryview(data)
        for start in range(0, len(view), CHUNK):
            self._buffer += view[start : start + CHUNK]
            if len(self._buffer) > CHUNK:  # one more byte shows that the chunk isn't the last
                self._emit(bytes(self._buffer[:CHUNK]), last=False)
                del self._buffer[:CHUNK]
        return len(view)

    def close(self) -> None:
        """Encrypt the last chunk."""
        self._emit(bytes(self._buffer), last=True)
        self._buffer.clear()

    def _emit(self, plain: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._index, last=last), plain, None))
        self._index += 1


class AgeReader(io.RawIOBase):
    """A seekable plain view of a seekable age file: one chunk in memory. The last one is opened first."""

    def __init__(self, source: BinaryIO, file_key: bytes) -> None:
        super().__init__()
        header, _ = _parsed(source)
        if not _is_whole(header, file_key):
            raise NotOpened("the header was changed, or the key is another one")
        self._source, self._start = source, source.tell() + NONCE_SIZE
        self._cipher = _payload_cipher(file_key, source.read(NONCE_SIZE))
        body = source.seek(0, os.SEEK_END) - self._start
        self._last = max(0, -(-body // _SEALED_CHUNK) - 1)
        self._size = body - (self._last + 1) * _TAG
        if body < _TAG or self._size < self._last * CHUNK:
            raise NotOpened("the file was cut")
        self._position, self._index, self._plain = 0, -1, b""
        self._load(self._last)

    def readinto(self, buffer: memoryview | bytearray, /) -> int:  # type: ignore[override]
        """Fill `buffer` from the chunk at the current position; return the bytes given."""
        if self._position >= self._size:
            return 0
        index, start = divmod(self._position, CHUNK)
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
        self._position = max(0, origin + offset)
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
        self._source.seek(self._start + index * _SEALED_CHUNK)
        sealed = self._source.read(_SEALED_CHUNK)
        try:
            nonce = _nonce(index, last=index == self._last)
            self._plain, self._index = self._cipher.decrypt(nonce, sealed, None), index
        except InvalidTag:
            raise NotOpened("the file was cut or changed") from None


def is_age(source: BinaryIO) -> bool:
    """Tell whether a file begins as one of this format does; its position stays."""
    start = source.tell()
    found = source.read(len(VERSION) + 1) == VERSION + b"\n"
    source.seek(start)
    return found


def file_key_of(source: BinaryIO, *, identity: str = "", passphrase: str = "") -> bytes:
    """Return the key of a file, by an identity (`AGE-SECRET-KEY-1…`) or a passphrase; raise `NotOpened` for a wrong one."""
    source.seek(0)
    header, stanzas = _parsed(source)
    source.seek(0)
    for arguments, body in stanzas:
        key = _unwrapped(arguments, body, identity, passphrase)
        if key and _is_whole(header, key):
            return key
    raise NotOpened("the passphrase or key doesn't open this file")


def opened(source: BinaryIO, *, identity: str = "", passphrase: str = "") -> AgeReader:
    """Return a file as it was before it was encrypted."""
    key = file_key_of(source, identity=identity, passphrase=passphrase)
    return AgeReader(source, key)


def _envelope(file_key: bytes, arguments: list[bytes], wrapping: bytes) -> Envelope:
    body = ChaCha20Poly1305(wrapping).encrypt(_ZERO, file_key, None)
    head = VERSION + b"\n-> " + b" ".join(arguments) + b"\n" + _text(body) + b"\n---"
    return Envelope(head + b" " + _mac(head, file_key) + b"\n", os.urandom(NONCE_SIZE))


def _parsed(source: BinaryIO) -> tuple[bytes, list[tuple[list[bytes], bytes]]]:
    """Read a header; return it with its stanzas, each as arguments and body. The source stands behind it then."""
    line = source.readline(_MOST_HEADER)
    if line != VERSION + b"\n":
        raise NotOpened("this is no age file")
    header, stanzas = line, []
    while not (line := source.readline(_MOST_HEADER)).startswith(b"--- "):
        header += line
        if not line.endswith(b"\n") or len(header) > _MOST_HEADER:
            raise NotOpened("this is no age file")
        if line.startswith(b"-> "):
            stanzas.append((line[3:-1].split(b" "), b""))
        elif stanzas:
            stanzas[-1] = (stanzas[-1][0], stanzas[-1][1] + line[:-1])
    return header + line, [(arguments, _bytes(body)) for arguments, body in stanzas]


def _is_whole(header: bytes, file_key: bytes) -> bool:
    head, _, mac = header.rpartition(b" ")
    return hmac.compare_digest(mac, _mac(head, file_key) + b"\n")


def _unwrapped(arguments: list[bytes], body: bytes, identity: str, passphrase: str) -> bytes:
    """Return the file key that a stanza holds for this identity or passphrase; nothing for another one."""
    try:
        if arguments[0] == b"X25519" and identity:
            own = X25519PrivateKey.from_private_bytes(bech32.decoded(identity.strip(), IDENTITY))
            share = _bytes(arguments[1])
            secret = own.exchange(X25519PublicKey.from_public_bytes(share))
            salt = share + own.public_key().public_bytes_raw()
            wrapping = _derived(secret, salt, VERSION + b"/X25519")
        elif arguments[0] == b"scrypt" and passphrase and int(arguments[2]) <= MOST_WORK:
            wrapping = _stretched(passphrase, _bytes(arguments[1]), int(arguments[2]))
        else:
            return b""
        return ChaCha20Poly1305(wrapping).decrypt(_ZERO, body, None)
    except (ValueError, IndexError, InvalidTag):
        return b""


def _stretched(passphrase: str, salt: bytes, work: int) -> bytes:
    stretch = Scrypt(salt=VERSION + b"/scrypt" + salt, length=32, n=2**work, r=8, p=1)
    return stretch.derive(passphrase.encode())


def _mac(head: bytes, file_key: bytes) -> bytes:
    return _text(hmac.digest(_derived(file_key, b"", b"header"), head, "sha256"))


def _payload_cipher(file_key: bytes, nonce: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))


def _derived(secret: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=info).derive(secret)


def _nonce(index: int, *, last: bool) -> bytes:
    return index.to_bytes(11, "big") + bytes([last])


def _text(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _bytes(text: bytes) -> bytes:
    if not re.fullmatch(rb"[A-Za-z0-9+/]*", text):
        raise NotOpened("this is no age file")
    return base64.b64decode(text + b"=" * (-len(text) % 4))
