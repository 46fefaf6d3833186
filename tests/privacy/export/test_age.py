"""Archives are encrypted as age does it: another implementation opens ours, and we open its (EX-9)."""

import io
import os

import pyrage
import pytest

from privacy.export import age

KEY = bytes(range(16))
# Of this test alone; a fixed one, since test processes must agree on what they collect
IDENTITY = pyrage.x25519.Identity.from_str(
    "AGE-SECRET-KEY-1YQ79W756700EAUGMXSYM72U2XX8AWQDYJS5VC7GSV5F979LPX9TQWWCT9U"
)
ME = {"identity": str(IDENTITY), "passphrase": "seven swans"}
SIZES = (0, 1, age.CHUNK - 1, age.CHUNK, age.CHUNK + 1, 2 * age.CHUNK, 300_001)


def written(plain: bytes, envelope: age.Envelope, step: int = 40_000) -> bytes:
    sink = io.BytesIO()
    writer = age.AgeWriter(sink, KEY, envelope)
    for start in range(0, len(plain), step):
        writer.write(plain[start : start + step])
    writer.close()
    return sink.getvalue()


@pytest.fixture(scope="module")
def to_me() -> age.Envelope:
    return age.to_recipient(KEY, str(IDENTITY.to_public()))


@pytest.mark.parametrize("size", SIZES)
def test_another_implementation_opens_ours_and_we_its(size: int, to_me: age.Envelope) -> None:
    plain = os.urandom(size)
    ours = written(plain, to_me)
    assert pyrage.decrypt(ours, [IDENTITY]) == plain
    assert ours == written(plain, to_me, step=7_001)
    theirs = pyrage.encrypt(plain, [IDENTITY.to_public()])
    for sealed in (ours, theirs):
        reader = age.opened(io.BytesIO(sealed), **ME)
        assert reader.readall() == plain
        reader.seek(-min(size, 5), io.SEEK_END)
        assert reader.readall() == plain[-5:]


def test_a_passphrase_opens_and_another_does_not() -> None:
    plain = b"Harbour Physio" * 9_000
    sealed = written(plain, age.to_passphrase(KEY, "seven swans"))
    assert pyrage.passphrase.decrypt(sealed, "seven swans") == plain
    assert age.opened(io.BytesIO(sealed), **ME).readall() == plain
    with pytest.raises(age.NotOpened):
        age.opened(io.BytesIO(sealed), passphrase="seven swan")
    stranger = str(pyrage.x25519.Identity.generate())
    with pytest.raises(age.NotOpened):
        age.opened(io.BytesIO(sealed), identity=stranger)


def test_what_was_changed_or_cut_is_not_opened(to_me: age.Envelope) -> None:
    sealed = written(b"x" * (age.CHUNK + 500), to_me)
    start = len(to_me.header)
    for place in (
        0,
        30,
        60,
        start - 4,
        start + 3,
        start + 20,
        start + age.CHUNK + 40,
        len(sealed) - 1,
    ):
        broken = bytearray(sealed)
        broken[place] ^= 1
        with pytest.raises(age.NotOpened):
            age.opened(io.BytesIO(broken), **ME).readall()
    for size in (10, start, start + 10, start + 40, start + age.CHUNK + 32, len(sealed) - 1):
        with pytest.raises(age.NotOpened):
            age.opened(io.BytesIO(sealed[:size]), **ME).readall()
    unfinished = io.BytesIO()
    age.AgeWriter(unfinished, KEY, to_me).write(b"x" * (2 * age.CHUNK + 9))
    with pytest.raises(age.NotOpened):
        age.opened(unfinished, **ME)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "age1",
        str(IDENTITY.to_public())[:-1],
        str(IDENTITY.to_public())[:-1] + "b",
        str(IDENTITY.to_public()).replace("age1", "AGE1"),
        str(IDENTITY),
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW",
        "age1é",
    ],
)
def test_what_is_no_recipient_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="key"):
        age.public_key(text)
    assert age.public_key(f" {IDENTITY.to_public()}\n").public_bytes_raw()
