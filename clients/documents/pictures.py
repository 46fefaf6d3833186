"""Pictures of a file's pages for the screen: drawn in the sandbox, sealed, gone after their days, drawn again when asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from accounts import outbox
from accounts.models import OutboxJob
from accounts.sandbox import running
from accounts.sandbox.running import Failed, Limits
from clients.documents import storing
from clients.models import Document, Picture
from clients.models.documents import PICTURE_DAYS
from privacy.vocabulary import clock

SCRIPT = Path(__file__).with_name("drawing.py")
PAGES, SMALL, LARGE = 12, 320, 1600
MOST_BYTES = 50 * 2**20
MEDIA_TYPE = "image/webp"
LIMITS = Limits(seconds=20, megabytes=1536, most_out=24 * 2**20)
LIFE = timedelta(days=PICTURE_DAYS)
_KINDS = {
    "application/pdf": "pdf",
    **dict.fromkeys(
        (f"image/{name}" for name in ("jpeg", "png", "gif", "webp", "tiff", "avif")), "picture"
    ),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """One picture as the sandbox gave it, checked for what it claims to be."""

    page: int
    look: str
    width: int
    height: int
    data: bytes


def can_be_drawn(document: Document) -> bool:
    """Tell whether pictures can be made of a file of this kind and size."""
    return document.media_type in _KINDS and document.size <= MOST_BYTES


def draw(media_type: str, payload: bytes) -> tuple[int, list[Drawn]]:
    """Return how many pages a file has, and pictures of the first ones; raise `Failed`."""
    request = {"kind": _KINDS[media_type], "pages": PAGES, "small": SMALL, "large": LARGE}
    answer, out = running.run(SCRIPT, request, payload, limits=LIMITS)
    try:
        return max(0, int(answer["pages"])), list(_checked(answer["drawn"], out))
    except (KeyError, TypeError, ValueError):
        raise Failed("no answer") from None


def keep(document: Document, pages: int, drawn: list[Drawn]) -> None:
    """Seal pictures for a file, in place of those it had."""
    Picture.objects.filter(document=document).delete()
    for each in drawn:
        row = Picture(
            document=document,
            client_id=document.client_id,
            page=each.page,
            look=each.look,
            width=each.width,
            height=each.height,
            expires_at=clock.now() + LIFE,
        )
        stored = storing.seal(row, [each.data])
        row.storage_key, row.file_key = stored.storage_key, stored.file_key
        row.save(force_insert=True)
    document.pages = pages
    document.pictures = Document.Pictures.READY if drawn else Document.Pictures.FAILED
    document.save(update_fields=["pages", "pictures"])


def find(document: Document, page: int, look: str) -> Picture | None:
    """Return a picture of a file when there is one that has not come to its end."""
    found: Picture | None = Picture.objects.filter(
        document=document, page=page, look=look, expires_at__gt=clock.now()
    ).first()
    return found


def ask_again(document: Document) -> None:
    """Have the pictures of a file drawn again, unless that is asked for already or has failed before."""
    waiting = OutboxJob.objects.filter(
        name="document.check", payload__document=str(document.pk), done_at=None, failed_at=None
    )
    if document.pictures == Document.Pictures.READY and not waiting.exists():
        outbox.enqueue("document.check", {"document": str(document.pk)})


def _checked(claims: list[dict[str, Any]], out: bytes) -> Iterator[Drawn]:
    """Take the sandbox's bytes apart as it claims; raise ValueError where they are no small picture of ours."""
    at = 0
    if len(claims) > 2 * PAGES:
        raise ValueError
    for claim in claims:
        page, width, height, size = (
            int(claim[name]) for name in ("page", "width", "height", "size")
        )
        data = out[at : at + size]
        at += size
        fits = 0 < page <= PAGES and 0 < width <= LARGE and 0 < height <= LARGE
        is_webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP" and len(data) == size
        if not (fits and is_webp) or claim["look"] not in Picture.Look.values:
            raise ValueError
        yield Drawn(page, claim["look"], width, height, data)
