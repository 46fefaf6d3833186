"""Every shape in which a word may lie somewhere: as it is, escaped, encoded at any offset, or by its plain digest."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

# How many bytes may stand before a word within the same run of base64: three offsets are all there are
_OFFSETS = (0, 1, 2)
EXACTLY = "="
_DIGESTS = ("md5", "sha1", "sha256")


def shapes_of_text(text: str) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of each shape of a text in small letters, but for digests.

    They are looked for in data whose letters were made small, so that the case doesn't matter; those that begin with
    `EXACTLY` in the data as it is.
    """
    text = text.lower()
    raw = text.encode()
    yield "raw", raw
    yield "hex", raw.hex().encode()
    yield "url", "".join(f"%{byte:02x}" for byte in raw).encode()
    yield "json", "".join(f"\\u{ord(letter):04x}" for letter in text).encode()
    yield "html", "".join(f"&#{ord(letter)};" for letter in text).encode()
    yield "html hex", "".join(f"&#x{ord(letter):x};" for letter in text).encode()
    for order in ("utf-16-le", "utf-16-be"):
        yield order, text.encode(order)
    for cased in (text, text.upper()):
        yield from _in_base64(cased.encode())
        yield from _in_base64(cased.encode("utf-16-le"), " utf-16")


def shapes_of_bytes(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of each shape of bytes such as a key."""
    yield EXACTLY + "raw", raw
    yield EXACTLY + "repr", repr(raw)[2:-1].encode()
    yield EXACTLY + "utf-8", raw.decode("latin-1").encode()
    yield "hex", raw.hex().encode()
    yield "json", "".join(f"\\u{byte:04x}" for byte in raw).encode()
    yield from _in_base64(raw)


def digests_of(value: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the plain digests of a value, each as bytes, hexadecimal and base64."""
    for name in _DIGESTS:
        digest = hashlib.new(name, value, usedforsecurity=False).digest()
        yield f"{EXACTLY}{name}", digest
        yield f"{name} hex", digest.hex().encode()
        yield from _in_base64(digest, f" {name}")


def _in_base64(raw: bytes, of: str = "") -> Iterator[tuple[str, bytes]]:
    """Yield what of a word's base64 depends on nothing before or after it, at each offset, in both alphabets."""
    for offset in _OFFSETS:
        text = base64.b64encode(bytes(offset) + raw)
        before = -(-offset * 8 // 6)  # letters that also hold bits of what stands before
        whole = (offset + len(raw)) * 8 // 6
        needle = text[before:whole]
        yield f"{EXACTLY}base64{of} +{offset}", needle
        other = needle.translate(bytes.maketrans(b"+/", b"-_"))
        if other != needle:
            yield f"{EXACTLY}base64{of} url +{offset}", other
