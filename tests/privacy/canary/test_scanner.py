"""The scanner finds a word in every shape and every wrapping, and nothing where there is none (RP-7)."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import io
import json
import pickle
import quopri
import zipfile
import zlib
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy.canary import scanner
from privacy.canary.scanner import Hit, Scanner

WORD = "c0ffee00d15ea5e0badf00dcafe12345"
KEY = bytes(range(7, 39))
SCANNER = Scanner({"w": WORD}, values={"mail": f"{WORD}@canary.example"}, secrets={"k": KEY})
OTHER = "deadbeef" * 4


def zipped(name: str, content: bytes) -> bytes:
    told = io.BytesIO()
    with zipfile.ZipFile(told, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return told.getvalue()


def mailed(word: str, encoding: str) -> bytes:
    message = EmailMessage()
    message.set_content(f"{'é' * 70} {word} {'ü' * 70}", cte=encoding)
    return bytes(message)


SHAPES: dict[str, Any] = {
    "raw": lambda w: f"Dear {w},".encode(),
    "upper": lambda w: w.upper().encode(),
    "mixed": lambda w: w.title().encode(),
    "hex": lambda w: rb"\x" + w.encode().hex().encode(),
    "url": lambda w: "".join(f"%{ord(c):02X}" for c in w).encode(),
    "partly url": lambda w: quote(f"a b@{w}").encode(),
    "json": lambda w: json.dumps({"é": w}).encode(),
    "json escaped": lambda w: "".join(f"\\u{ord(c):04X}" for c in w).encode(),
    "html": lambda w: html.escape(f"<{w}>").encode(),
    "html escaped": lambda w: "".join(f"&#{ord(c)};" for c in w).encode(),
    "html hex": lambda w: "".join(f"&#x{ord(c):X};" for c in w).encode(),
    "utf-16": lambda w: w.upper().encode("utf-16"),
    "utf-16-be": lambda w: w.encode("utf-16-be"),
    **{
        f"base64 +{n}": lambda w, n=n: base64.b64encode(b"?" * n + w.encode() + b"tail")
        for n in range(5)
    },
    "base64 url": lambda w: base64.urlsafe_b64encode(b"~" + w.upper().encode()),
    "base64 utf-16": lambda w: base64.b64encode(f"x{w}".encode("utf-16-le")),
    "gzip": lambda w: b"log" + gzip.compress(w.encode() * 3),
    "zlib": lambda w: zlib.compress(b"x" * 100_000 + w.encode()),
    "zip": lambda w: zipped("a.txt", w.encode()),
    "zip name": lambda w: b"before" + zipped(f"{w}.txt", b""),
    "pickle": lambda w: pickle.dumps({"note": w}),
    "zlib in pickle": lambda w: pickle.dumps([zlib.compress(w.encode() * 2)]),
    "session": lambda w: base64.urlsafe_b64encode(zlib.compress(json.dumps([w] * 9).encode())),
    "gzip in hex": lambda w: gzip.compress(w.encode()).hex().encode(),
    "celery": lambda w: json.dumps(
        {"body": base64.b64encode(json.dumps([[w], {}]).encode()).decode()}
    ).encode(),
    "quoted mail": lambda w: mailed(w, "quoted-printable"),
    "base64 mail": lambda w: mailed(w, "base64"),
    "broken line": lambda w: quopri.encodestring(b"=" * 60 + w.encode()),
    **{
        f"{name} {how}": lambda w, name=name, how=how: getattr(hashlib.new(name, w.encode()), how)()
        for name in ("md5", "sha1", "sha256")
        for how in ("digest", "hexdigest")
    },
    "digest in base64": lambda w: base64.b64encode(
        b"sha256:" + hashlib.sha256(w.encode()).digest()
    ),
    "digest of a value": lambda w: hashlib.sha1(f"{w}@canary.example".encode()).hexdigest(),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_word_is_found_in_every_shape_and_no_other_word(shape: str) -> None:
    for word, is_found in ((WORD, True), (OTHER, False)):
        made = SHAPES[shape](word)
        data = made if isinstance(made, bytes) else made.encode()
        assert bool(SCANNER.find(data)) is is_found, word
        assert bool(SCANNER.find(b"\0\x1f\x8b\x08PK\x03\x04" + data + b"\x78\x9c%zz")) is is_found


KEY_SHAPES: dict[str, bytes] = {
    "raw": b"x" + KEY,
    "hex": KEY.hex().upper().encode(),
    "base64": base64.b64encode(b"y" + KEY),
    "repr": repr({"key": KEY}).encode(),
    "text": KEY.decode("latin-1").encode(),
    "pickle": pickle.dumps(KEY),
}


@pytest.mark.parametrize("shape", KEY_SHAPES)
def test_a_key_is_found_as_well(shape: str) -> None:
    assert {hit.name for hit in SCANNER.find(KEY_SHAPES[shape])} == {"k"}


def test_it_says_where_it_found_what() -> None:
    found = SCANNER.find(gzip.compress(zipped("n.txt", WORD.encode())))
    assert Hit("w", "raw", "gzip/zip") in found
    assert SCANNER.holds(WORD.encode(), "w")
    assert not SCANNER.holds(WORD.encode(), "k")


def test_a_bomb_is_opened_so_far_and_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "MOST", 100_000)
    bomb = gzip.compress(bytes(10_000_000) + WORD.encode())
    assert max(len(piece) for _, piece in scanner.unpacked(bomb)) == 100_000
    assert SCANNER.find(bomb) == set()


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=3000))
def test_noise_is_neither_a_word_nor_a_failure(noise: bytes) -> None:
    assert SCANNER.find(noise + b"PK\x03\x04" + noise) == set()
