"""What of a file can be shown on a page: its drawn pages, or the beginning of a text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import QuerySet

from clients.documents import keeping, media_types, pictures, scanning, storing
from clients.models import Client, Document, Picture
from privacy.vocabulary import clock

MOST_TEXT = 64 * 1024


@dataclass(frozen=True, slots=True)
class Look:
    """What a page shows: pictures, or text, or that pictures are being drawn, or that nothing can be."""

    pages: list[Picture] = field(default_factory=list)
    text: str = ""
    is_cut: bool = False
    is_waiting: bool = False
    more: int = 0


def at(document: Document) -> Look:
    """Return what can be shown of a file; pictures that came to their end are asked for again."""
    if not document.may_leave:
        return Look(is_waiting=document.scan == Document.Scan.WAITING)
    if document.media_type == media_types.TEXT:
        return _text(document)
    found = list(_current([document.pk], Picture.Look.LARGE).order_by("page"))
    if not found:
        pictures.ask_again(document)
    waits = document.pictures in (Document.Pictures.WAITING, Document.Pictures.READY)
    return Look(found, is_waiting=waits and not found, more=max(0, document.pages - len(found)))


def first_pages(documents: Iterable[Document]) -> dict[UUID, Picture]:
    """Return document id → the small picture of its first page; those that came to their end are asked for again."""
    listed = [each for each in documents if each.pictures == Document.Pictures.READY]
    found = {
        picture.document_id: picture
        for picture in _current([each.pk for each in listed], Picture.Look.SMALL).filter(page=1)
    }
    for each in listed:
        if each.pk not in found:
            pictures.ask_again(each)
    return found


def listed(client: Client) -> list[Document]:
    """Return the files of a client, newest first, each with `thumb`: the small picture of its first page or None."""
    files = keeping.kept(client)
    thumbs = first_pages(files)
    for each in files:
        each.thumb = thumbs.get(each.pk)  # type: ignore[attr-defined]
    return files


def once_more(document: Document) -> None:
    """Forget that a file could not be drawn, or that there was nobody to check it, so that both are tried again."""
    if document.pictures == Document.Pictures.FAILED:
        document.pictures = Document.Pictures.WAITING
    if document.scan == Document.Scan.UNSCANNED:
        document.scan = scanning.first_state()
    document.save(update_fields=["pictures", "scan"])


def _current(ids: list[UUID], look: str) -> QuerySet[Picture]:
    found: QuerySet[Picture] = Picture.objects.filter(
        document__in=ids, look=look, expires_at__gt=clock.now()
    )
    return found


def _text(document: Document) -> Look:
    try:
        with storing.opened(document) as source:
            data = source.read(MOST_TEXT)
    except storing.Unavailable:
        return Look()
    return Look(text=data.decode("utf-8", "replace"), is_cut=document.size > MOST_TEXT)
