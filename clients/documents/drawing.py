"""Draws pages for the screen from bytes that nobody trusts. Runs in the sandbox alone: `accounts.sandbox` loads it.

request   {"kind": "picture" or "pdf", "pages": 12, "small": 320, "large": 1600}
answer    {"pages": how many the file has, "drawn": [{"page", "look", "width", "height", "size"}, …]}
payload   the WebP pictures, one after the other
"""

from __future__ import annotations

import io
from typing import Any

import pypdfium2
from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "AVIF")
MOST_PIXELS = 120_000_000
QUALITY = 80


def warm() -> None:
    """Load every decoder and encoder while files can still be opened."""
    Image.init()
    Image.new("RGB", (4, 4)).save(io.BytesIO(), "WEBP")
    pypdfium2.PdfDocument.new().close()


def work(request: dict[str, Any], payload: bytes) -> tuple[dict[str, Any], bytes]:
    """Draw the first pages, each small and large."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    pages, total = (_pdf if request["kind"] == "pdf" else _picture)(request, payload)
    drawn, out = [], b""
    for number, page in enumerate(pages, 1):
        for look in ("small", "large"):
            data = _webp(page, request[look])
            with Image.open(io.BytesIO(data)) as made:
                drawn.append(
                    {
                        "page": number,
                        "look": look,
                        "width": made.width,
                        "height": made.height,
                        "size": len(data),
                    }
                )
            out += data
    return {"pages": total, "drawn": drawn}, out


def _picture(request: dict[str, Any], payload: bytes) -> tuple[list[Image.Image], int]:
    with Image.open(io.BytesIO(payload), formats=FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ValueError
        image.draft("RGB", (request["large"], request["large"]))
        upright = ImageOps.exif_transpose(image)
        return [_on_white(upright)], 1


def _pdf(request: dict[str, Any], payload: bytes) -> tuple[list[Image.Image], int]:
    document = pypdfium2.PdfDocument(payload)
    total = len(document)
    pages = []
    for number in range(min(total, request["pages"])):
        page = document[number]
        scale = request["large"] / max(1.0, *page.get_size())
        pages.append(page.render(scale=min(4.0, scale)).to_pil().convert("RGB"))
    return pages, total


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        seen = image.convert("RGBA")
        white = Image.new("RGBA", seen.size, "white")
        return Image.alpha_composite(white, seen).convert("RGB")
    return image.convert("RGB")


def _webp(image: Image.Image, most: int) -> bytes:
    sized = image.copy()
    sized.thumbnail((most, most))
    out = io.BytesIO()
    sized.save(out, "WEBP", quality=QUALITY)
    return out.getvalue()
