"""Finding letters, as far as the database shows them to the member who acts."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from notes.models import Letter, LetterLink


def find(pk: UUID, *, discarded: bool = False) -> Letter:
    """Return a letter with client, author and file; raise Http404."""
    rows = Letter.objects.select_related("client", "author", "contact", "document")
    if not discarded:
        rows = rows.exclude(state=Letter.State.VOID)
    found: Letter | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def links_of(letter: Letter) -> list[LetterLink]:
    """Return the links that were sent, the latest first."""
    return list(letter.links.select_related("sent_by").order_by("-created_at"))


def of_document(document: UUID) -> Letter | None:
    """Return the letter that a file was made from."""
    found: Letter | None = Letter.objects.filter(document=document).first()
    return found
