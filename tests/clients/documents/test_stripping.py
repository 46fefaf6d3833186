"""What pictures and films tell besides themselves is taken out; not a pixel changes, and what is damaged is refused."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from clients.documents.media_types import sniffed
from clients.documents.stripping import tiff
from clients.documents.stripping.kinds import STRIPPERS, stripped
from clients.documents.stripping.source import Damaged, Found
from tests.clients.documents.photos import CAMERA, TURNED, exif, photo, picture, plain


def without(data: bytes) -> tuple[bytes, set[str]]:
    """Return a file as it is kept, and what was taken out."""
    source, found = io.BytesIO(data), Found()
    media_type = sniffed(source)
    assert media_type in STRIPPERS
    return b"".join(stripped(media_type, source, found)), found.codes


def seen(data: bytes) -> tuple[tuple[int, int], bytes]:
    """Return what an eye sees of a picture, the right way up."""
    with Image.open(io.BytesIO(data)) as image:
        upright = ImageOps.exif_transpose(image).convert("RGBA")
        return upright.size, upright.tobytes()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_place_camera_and_time_go_and_the_picture_stays(kind: str) -> None:
    data = photo(kind)
    assert CAMERA.encode() in data
    kept, codes = without(data)
    assert CAMERA.encode() not in kept
    assert codes == {"TIFF": {"camera", "time"}, "AVIF": {"camera"}}.get(
        kind, {"location", "camera", "time"}
    )
    assert seen(kept) == seen(data)
    with Image.open(io.BytesIO(kept)) as image:
        left = dict(image.getexif())
        assert not image.getexif().get_ifd(0x8825).get(2), "no place"
        if kind in ("JPEG", "PNG", "WEBP"):
            assert left == {0x0112: TURNED}
    assert without(kept)[0] == kept, "stripping twice changes nothing"


def test_the_place_in_a_tiff_is_blanked() -> None:
    block, found = exif().tobytes().removeprefix(b"Exif\x00\x00"), Found()
    kept = b"".join(tiff.strip(io.BytesIO(block), found))
    assert found.codes == {"location", "camera", "time"}
    assert len(kept) == len(block)
    left = Image.Exif()
    left.load(kept)
    assert {str(each) for each in left.get_ifd(0x8825).values()} <= {"\x00", "(nan, nan, nan)"}


def test_a_picture_the_right_way_up_keeps_no_block_at_all() -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        kept, _codes = without(photo(kind, turned=1))
        assert b"Exif" not in kept
        assert b"EXIF" not in kept
        assert b"eXIf" not in kept
        assert seen(kept) == seen(photo(kind, turned=1))


@pytest.mark.parametrize("progressive", [True, False])
def test_a_jpeg_keeps_colours_and_loses_comments_and_whatever_follows(progressive: bool) -> None:
    out = io.BytesIO()
    image = picture((300, 200))
    image.save(
        out, "JPEG", progressive=progressive, comment=b"for Dr Prado", icc_profile=b"c" * 500
    )
    hidden = b"\xff\xd8\xff\xe1" + b"a second picture with a place"
    kept, codes = without(out.getvalue() + hidden)
    assert b"Prado" not in kept
    assert b"second" not in kept
    assert b"ICC_PROFILE" in kept
    assert codes == {"text", "other"}
    assert seen(kept) == seen(out.getvalue())


def test_an_animation_goes_on_moving() -> None:
    frames = [Image.new("RGB", (20, 20), (50 * each, 90, 9)) for each in range(5)]
    for kind in ("GIF", "PNG", "WEBP"):
        out = io.BytesIO()
        frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=80, loop=0)
        kept, _codes = without(out.getvalue())
        with Image.open(io.BytesIO(kept)) as image:
            assert getattr(image, "n_frames", 1) > 1
    gif = (
        b"GIF89a"
        + struct.pack("<HHBBB", 1, 1, 0, 0, 0)
        + b"!\xfe\x05Prado\x00"
        + b"!\xff\x0bXMP DataXMP\x02hi\x00;"
    )
    assert without(gif + b"trailing") == (gif[:13] + b";", {"text", "other"})


def box(kind: bytes, *inner: bytes) -> bytes:
    body = b"".join(inner)
    return (8 + len(body)).to_bytes(4, "big") + kind + body


def film() -> bytes:
    """A QuickTime film that tells where and when it was taken."""
    times = struct.pack(">IIIII", 0, 3_800_000_000, 3_800_000_000, 600, 1200) + bytes(80)
    place = box(b"udta", box(b"\xa9xyz", b"\x00\x12\x15\xc7-33.87+151.21/"))
    keys = box(b"meta", b"com.apple.quicktime.location.ISO6709 +33")
    track = box(b"trak", box(b"tkhd", times), box(b"mdia", box(b"mdhd", times)))
    moov = box(b"moov", box(b"mvhd", times), track, place, keys)
    return box(b"ftyp", b"qt  ", bytes(4), b"qt  ") + box(b"mdat", b"moving pictures") + moov


def heic() -> bytes:
    """A HEIC picture whose items are a picture and an Exif block."""
    exif, image = b"Exif: -33.87 151.21 Heronphone", b"coded picture"
    entries = [
        box(b"infe", struct.pack(">BBHHH", 2, 0, 0, number, 0) + kind + b"\x00")
        for number, kind in ((1, b"hvc1"), (2, b"Exif"))
    ]
    iinf = box(b"iinf", struct.pack(">IH", 0, 2), *entries)

    def located(start: int) -> bytes:
        places = b"".join(
            struct.pack(">HHHII", number, 0, 1, at, size)
            for number, at, size in ((1, start, len(image)), (2, start + len(image), len(exif)))
        )
        return box(b"iloc", struct.pack(">IBBH", 0, 0x44, 0, 2), places)

    ftyp = box(b"ftyp", b"mif1", bytes(4), b"mif1", b"heic")
    size = len(box(b"meta", bytes(4), iinf, located(0)))
    meta = box(b"meta", bytes(4), iinf, located(len(ftyp) + size + 8))
    return ftyp + meta + box(b"mdat", image, exif)


@pytest.mark.parametrize(
    ("make", "told", "stays", "codes"),
    [
        (film, b"33.87", b"moving pictures", {"location", "time"}),
        (heic, b"Heronphone", b"coded picture", {"camera"}),
    ],
)
def test_boxes_are_blanked_where_they_lie(
    make: Callable[[], bytes], told: bytes, stays: bytes, codes: set[str]
) -> None:
    data = make()
    kept, found = without(data)
    assert told not in kept
    assert stays in kept
    assert len(kept) == len(data)
    assert found == codes
    assert b"+33" not in kept


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_file_that_ends_too_early_is_damaged(kind: str) -> None:
    data = plain(kind, (200, 200)) if kind == "GIF" else photo(kind)
    with pytest.raises(Damaged):
        without(data[: len(data) * 2 // 3])


SEEDS = [photo(kind) for kind in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF")] + [
    film(),
    heic(),
    plain("GIF"),
]


@given(st.sampled_from(SEEDS), st.binary(min_size=1, max_size=8), st.floats(0, 1))
def test_no_broken_file_does_more_than_be_refused(seed: bytes, junk: bytes, where: float) -> None:
    at = int(where * len(seed))
    source = io.BytesIO(seed[:at] + junk + seed[at + len(junk) :])
    media_type = sniffed(source)
    if media_type is None:
        return
    try:
        kept = b"".join(stripped(media_type, source, Found()))
    except Damaged:
        return
    assert len(kept) <= len(source.getvalue()) + 64
