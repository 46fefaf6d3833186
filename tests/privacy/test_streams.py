"""Sealed streams give back what went in, and nothing at all of what was tampered with."""

import contextlib
import io
import os
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from privacy.vocabulary.streams import (
    SEGMENT,
    SealedReader,
    SealedWriter,
    Unreadable,
    open_sealed,
    opened_size,
    seal,
    sealed_size,
)

KEY = bytes(range(32))
AAD = b"v1|au|account|client|clients.Document|file"
SEALED = SEGMENT + 16
HEADER = 8
EDGES = [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 2 * SEGMENT + 7, 3 * SEGMENT]


def text(size: int) -> bytes:
    """Return bytes of which no two segments are alike."""
    return b"".join(n.to_bytes(4, "big") for n in range(size // 4 + 1))[:size]


def sealed(plain: bytes, key: bytes = KEY, aad: bytes = AAD) -> bytes:
    return b"".join(seal([plain], key, aad))


def opened(data: bytes, key: bytes = KEY, aad: bytes = AAD) -> bytes:
    return b"".join(open_sealed([data], key, aad))


class Trickle(io.BytesIO):
    """A file that gives less than was asked for, as sockets do."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 0, 1000))


class Sink:
    """An unseekable target that only takes bytes."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes, /) -> int:
        self.data += data
        return len(data)


@pytest.mark.parametrize("size", EDGES)
def test_every_size_comes_back(size: int) -> None:
    data = sealed(text(size))

    assert opened(data) == text(size)
    assert len(data) == sealed_size(size)
    assert opened_size(len(data)) == size


@given(st.integers(0, 3 * SEGMENT + 5), st.integers(1, 200_000), st.integers(1, 200_000))
def test_how_the_bytes_are_cut_does_not_matter(size: int, into: int, out_of: int) -> None:
    plain = text(size)
    data = b"".join(seal((plain[i : i + into] for i in range(0, size, into)), KEY, AAD))

    pieces = [data[i : i + out_of] for i in range(0, len(data), out_of)]
    assert b"".join(open_sealed(pieces, KEY, AAD)) == plain


def test_a_file_is_read_by_segments_not_by_lines() -> None:
    plain = b"a\nb\n\n" * 40_000

    assert b"".join(open_sealed(io.BytesIO(sealed(plain)), KEY, AAD)) == plain
    assert b"".join(open_sealed(Trickle(b"".join(seal(Trickle(plain), KEY, AAD))), KEY, AAD)) == (
        plain
    )


def test_the_plain_text_is_not_in_the_stream_and_no_two_streams_are_alike() -> None:
    plain = b"Nadia Achterberg" * 10_000

    first, second = sealed(plain), sealed(plain)

    assert b"Nadia" not in first
    assert first[1:HEADER] != second[1:HEADER]
    assert first[HEADER:SEALED] != second[HEADER:SEALED]


@given(st.sampled_from([0, 5, SEGMENT, SEGMENT + 3, 2 * SEGMENT + 9]), st.data())
def test_any_flipped_bit_is_found(size: int, data: st.DataObject) -> None:
    stream = bytearray(sealed(text(size)))
    at = data.draw(st.integers(0, len(stream) - 1))
    stream[at] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(Unreadable):
        opened(bytes(stream))


@given(st.sampled_from([0, 5, SEGMENT, SEGMENT + 3, 3 * SEGMENT]), st.data())
def test_any_cut_is_found(size: int, data: st.DataObject) -> None:
    stream = sealed(text(size))
    kept = data.draw(st.integers(0, len(stream) - 1))

    with pytest.raises(Unreadable):
        opened(stream[:kept])
    with pytest.raises(Unreadable):
        SealedReader(io.BytesIO(stream[:kept]), KEY, AAD)


@pytest.mark.parametrize("dropped", [1, 2, 3])
def test_a_stream_cut_between_segments_is_found(dropped: int) -> None:
    stream = sealed(text(4 * SEGMENT))

    with pytest.raises(Unreadable):
        opened(stream[: len(stream) - dropped * SEALED])


def test_what_precedes_the_cut_is_given_out_but_never_an_end() -> None:
    stream = sealed(text(3 * SEGMENT))
    pieces = open_sealed([stream[:-SEALED]], KEY, AAD)

    assert next(pieces) == text(SEGMENT)
    with pytest.raises(Unreadable):
        next(pieces)


@given(st.binary(min_size=1, max_size=SEALED + 20))
def test_anything_added_at_the_end_is_found(added: bytes) -> None:
    with pytest.raises(Unreadable):
        opened(sealed(text(SEGMENT)) + added)


def test_swapped_repeated_and_removed_segments_are_found() -> None:
    stream = sealed(text(4 * SEGMENT))
    head, body = stream[:HEADER], stream[HEADER:]
    one, two, three, four = (body[i * SEALED : (i + 1) * SEALED] for i in range(4))

    for order in (
        [two, one, three, four],
        [one, two, two, three, four],
        [one, three, four],
        [two, three, four],
        [one, two, four, three],
        [one, two, three, four, four],
    ):
        with pytest.raises(Unreadable):
            opened(head + b"".join(order))


def test_segments_of_another_stream_under_the_same_key_are_found() -> None:
    first, second = sealed(text(2 * SEGMENT)), sealed(text(2 * SEGMENT))

    with pytest.raises(Unreadable):
        opened(first[: HEADER + SEALED] + second[HEADER + SEALED :])


@pytest.mark.parametrize("size", [0, 10, SEGMENT + 1])
@given(key=st.binary(min_size=32, max_size=32), aad=st.binary(max_size=60))
def test_another_key_or_place_opens_nothing(size: int, key: bytes, aad: bytes) -> None:
    data = sealed(text(size))

    if key != KEY:
        with pytest.raises(Unreadable):
            next(open_sealed([data], key, AAD))
    if aad != AAD:
        with pytest.raises(Unreadable):
            next(open_sealed([data], KEY, aad))


def test_the_layout_is_the_documented_one_and_has_one_shape() -> None:
    header = b"\x01" + b"prefix7"

    def segment(index: int, plain: bytes, *, last: bool) -> bytes:
        place = index.to_bytes(4, "big") + bytes([last])
        return AESGCM(KEY).encrypt(header[1:] + place, plain, header + place + AAD)

    full = segment(0, text(SEGMENT), last=False)
    assert opened(header + full + segment(1, b"end", last=True)) == text(SEGMENT) + b"end"
    with pytest.raises(Unreadable, match="empty"):
        opened(header + full + segment(1, b"", last=True))


def test_an_unknown_version_says_so() -> None:
    data = sealed(b"x")

    with pytest.raises(Unreadable, match="version"):
        opened(b"\x02" + data[1:])


@pytest.mark.parametrize("length", [0, 16, 24, 31, 33])
def test_only_a_256_bit_key_will_do(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        seal([b""], bytes(length), AAD)
    with pytest.raises(ValueError, match="32 bytes"):
        open_sealed([b""], bytes(length), AAD)
    with pytest.raises(ValueError, match="32 bytes"):
        SealedWriter(Sink(), bytes(length), AAD)


@given(st.integers(0, 10 * SEALED))
def test_only_possible_lengths_have_an_opened_size(length: int) -> None:
    try:
        size = opened_size(length)
    except Unreadable:
        return
    assert sealed_size(size) == length


def test_a_negative_size_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        sealed_size(-1)


def test_a_source_that_fails_leaves_no_readable_stream() -> None:
    def failing() -> Iterator[bytes]:
        yield text(SEGMENT + 1)
        raise OSError("gone")

    sealing = seal(failing(), KEY, AAD)
    kept = next(sealing) + next(sealing)
    with pytest.raises(OSError, match="gone"):
        next(sealing)
    with pytest.raises(Unreadable):
        opened(kept)


def test_memory_stays_constant() -> None:
    def much() -> Iterator[bytes]:
        for _ in range(40):
            yield bytes(1 << 20)

    total = 0
    tracemalloc.start()
    try:
        for piece in open_sealed(seal(much(), KEY, AAD), KEY, AAD):
            total += len(piece)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert total == 40 << 20
    assert peak < 4 << 20


# The writer


@given(st.lists(st.integers(0, 2 * SEGMENT), max_size=5))
def test_the_writer_makes_the_same_kind_of_stream(sizes: list[int]) -> None:
    sink = Sink()
    plain = text(sum(sizes))
    with SealedWriter(sink, KEY, AAD) as writer:
        for size in sizes:
            assert writer.write(plain[writer.tell() : writer.tell() + size]) == size

    assert opened(bytes(sink.data)) == plain
    assert len(sink.data) == sealed_size(len(plain))


def test_a_writer_left_by_an_exception_leaves_no_readable_stream() -> None:
    sink = Sink()
    with contextlib.suppress(RuntimeError), SealedWriter(sink, KEY, AAD) as writer:
        writer.write(text(SEGMENT + 100))
        raise RuntimeError

    assert len(sink.data) == HEADER + SEALED
    with pytest.raises(Unreadable):
        opened(bytes(sink.data))


def test_a_forgotten_writer_leaves_no_readable_stream() -> None:
    sink = Sink()
    writer = SealedWriter(sink, KEY, AAD)
    writer.write(b"half a note")
    del writer

    with pytest.raises(Unreadable):
        opened(bytes(sink.data))


def test_a_closed_writer_takes_nothing_more() -> None:
    sink = Sink()
    writer = SealedWriter(sink, KEY, AAD)
    writer.write(b"note")
    writer.close()
    writer.close()

    with pytest.raises(ValueError, match="closed"):
        writer.write(b"more")
    assert opened(bytes(sink.data)) == b"note"


def test_the_writer_keeps_and_flushes_its_target(tmp_path: Path) -> None:
    path = tmp_path / "sealed"
    with path.open("wb") as target:
        with SealedWriter(target, KEY, AAD) as writer:
            writer.write(memoryview(b"note"))
            writer.flush()
        assert not target.closed
        with path.open("rb") as source:
            assert b"".join(open_sealed(source, KEY, AAD)) == b"note"
    assert (writer.writable(), writer.readable(), writer.seekable()) == (True, False, False)


def test_a_zip_can_be_written_to_it_and_read_from_it() -> None:
    sink = Sink()
    with SealedWriter(sink, KEY, AAD) as writer, zipfile.ZipFile(writer, "w") as archive:
        archive.writestr("a.txt", text(2 * SEGMENT))
        archive.writestr("b.txt", b"b")

    with zipfile.ZipFile(SealedReader(io.BytesIO(bytes(sink.data)), KEY, AAD)) as archive:
        assert archive.testzip() is None
        assert archive.read("a.txt") == text(2 * SEGMENT)
        assert archive.read("b.txt") == b"b"


# The reader


@pytest.mark.parametrize("size", EDGES)
def test_the_reader_reads_all(size: int) -> None:
    reader = SealedReader(io.BytesIO(sealed(text(size))), KEY, AAD)

    assert reader.read() == text(size)
    assert reader.read(1) == b""
    assert reader.seekable()
    assert reader.readable()


@given(
    st.integers(0, 3 * SEGMENT + 5),
    st.lists(st.tuples(st.integers(0, 4 * SEGMENT), st.integers(0, 2 * SEGMENT)), max_size=8),
)
def test_the_reader_reads_like_a_plain_file(size: int, reads: list[tuple[int, int]]) -> None:
    plain = io.BytesIO(text(size))
    reader = io.BufferedReader(SealedReader(Trickle(sealed(text(size))), KEY, AAD))

    for offset, length in reads:
        assert reader.seek(offset) == plain.seek(offset)
        assert reader.read(length) == plain.read(length)
        assert reader.tell() == plain.tell()
    assert reader.seek(0, os.SEEK_END) == size


def test_the_reader_finds_damage_where_it_is_and_only_there() -> None:
    stream = bytearray(sealed(text(3 * SEGMENT)))
    stream[HEADER + SEALED + 5] ^= 1
    reader = SealedReader(io.BytesIO(bytes(stream)), KEY, AAD)

    assert reader.read(SEGMENT) == text(SEGMENT)
    with pytest.raises(Unreadable, match="segment 1"):
        reader.read(1)
    with pytest.raises(ValueError, match="before the start"):
        reader.seek(-1)
