"""Who may read a note: chosen by its author, and opened by others only with a reason that stays on record."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db.models.functions import Now

from accounts import audit
from accounts.models import Member
from notes import rules
from notes.models import Note, NoteOpening, Visibility
from notes.rules import Opening
from notes.writing import NotTheAuthor, be_the_author
from privacy.vocabulary.scope import Actor

OPEN_FOR = timedelta(hours=1)
REASON_LENGTH = 500


class ReasonMissing(ValueError):
    """A note that is kept from somebody is opened with a reason only."""


def share(
    *,
    by: Actor,
    note: Note,
    visibility: str,
    restricted: bool,
    named: Collection[UUID] = (),
) -> Note:
    """Say who may read a note, signed or not, from now on. Raises `NotTheAuthor`."""
    stored: Note = (
        Note.objects.select_for_update(of=("self",)).select_related("author").get(pk=note.pk)
    )
    be_the_author(by, stored.author)
    before = (stored.visibility, stored.is_restricted)
    stored.visibility, stored.is_restricted = visibility, restricted
    stored.save(update_fields=["visibility", "is_restricted"])
    rules.name_readers(stored, named if visibility == Visibility.NAMED else ())
    audit.record(
        "note.shared",
        by=by,
        of=stored,
        client_id=stored.client_id,
        detail={
            "before": before,
            "visibility": visibility,
            "restricted": restricted,
            "named": sorted(str(pk) for pk in named),
        },
    )
    return stored


def open_with_reason(*, by: Actor, member: Member, note: Note, reason: str) -> NoteOpening:
    """Open a note for a member whom the database keeps it from, for an hour; the reason stays where its author sees it.

    Raises `NotTheAuthor` for who may not open it at all, and `ReasonMissing`.
    """
    how = rules.opening_for(member, note)
    if how is None or by.id != member.pk:
        raise NotTheAuthor
    reason = " ".join(reason.split())[:REASON_LENGTH]
    if not reason:
        raise ReasonMissing
    opening = NoteOpening(
        note=note,
        client_id=note.client_id,
        member=member,
        by_right=how == Opening.BY_RIGHT,
        reason=reason,
        ends_at=Now() + OPEN_FOR,
    )
    opening.save(force_insert=True)
    audit.record(
        "note.opened_with_reason" if opening.by_right else "note.glass_broken",
        by=by,
        of=note,
        client_id=note.client_id,
        result="done" if opening.by_right else "alarm",
        detail={"reason": reason},
    )
    return opening
