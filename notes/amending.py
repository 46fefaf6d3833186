"""Amending a signed note: a new one takes its place, with the reason; both stay readable, chained by their hashes."""

from __future__ import annotations

from accounts import audit
from notes import rules
from notes.models import Note
from notes.writing import Closed, be_the_author, begin_with, locked
from privacy.vocabulary.scope import Actor


def amend(*, by: Actor, note: Note) -> Note:
    """Begin the amendment of a signed note with its words and its readers; begun already, that one is returned.

    Why it is amended is written with it and needed to sign it. Raises `NotTheAuthor`, and `Closed` for a note that is not
    final or has been amended: the last amendment is the one to amend.
    """
    stored = locked(note)
    be_the_author(by, stored.author)
    begun: Note | None = stored.amendments.exclude(state=Note.State.VOID).first()
    if begun is not None and begun.state == Note.State.DRAFT:
        return begun
    if not stored.is_final or begun is not None:
        raise Closed(stored)
    amendment = Note(
        client_id=stored.client_id,
        author=stored.author,
        appointment=stored.appointment,
        template_id=stored.template_id,
        template_version=stored.template_version,
        sections=stored.sections,
        amends=stored,
    )
    begin_with(
        amendment,
        by=by,
        title=stored.title,
        content=stored.content,
        restricted=stored.is_restricted,
        seen_on=stored.seen_on,
    )
    amendment.visibility = stored.visibility
    amendment.save(update_fields=["visibility"])
    rules.name_readers(amendment, list(stored.readers.values_list("member_id", flat=True)))
    audit.record("note.amendment_begun", by=by, of=amendment, client_id=stored.client_id)
    return amendment
