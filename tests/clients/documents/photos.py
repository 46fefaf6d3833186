"""Pictures as phones make them: with place, camera, time and a turn in their Exif block."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

PLACE = b"151.2093"
CAMERA = "Heronphone 9"
TURNED = 6


def picture(size: tuple[int, int] = (60, 40)) -> Image.Image:
    """Return a picture in which each pixel tells where it is."""
    image = Image.new("RGB", size)
    image.putdata([(x * 4 % 256, y * 6 % 256, 90) for y in range(size[1]) for x in range(size[0])])
    return image


def exif(*, turned: int = TURNED) -> Image.Exif:
    """Return an Exif block that tells too much."""
    found = Image.Exif()
    found[0x010F], found[0x0110] = "Heron", CAMERA
    found[0x0112] = turned
    found[0x0132] = "2026:11:20 10:15:00"
    found.get_ifd(0x8769)[0x9003] = "2026:11:20 10:15:00"
    gps = found.get_ifd(0x8825)
    gps[1], gps[2] = "S", (33.0, 52.0, 7.7)
    gps[3], gps[4] = "E", (151.0, 12.0, 33.5)
    return found


def photo(kind: str = "JPEG", *, turned: int = TURNED, **more: Any) -> bytes:
    """Return a picture file that tells where and with what it was taken."""
    out = io.BytesIO()
    picture().save(out, kind, exif=exif(turned=turned), **more)
    return out.getvalue()


def plain(kind: str = "PNG", size: tuple[int, int] = (60, 40)) -> bytes:
    """Return a picture file that tells nothing."""
    out = io.BytesIO()
    picture(size).save(out, kind)
    return out.getvalue()
