"""What other pages show of notes: entries of a client's timeline, and the count on the rail."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from accounts.models import Member
from accounts.tallies import counts
from clients.models import Client
from clients.timeline import Entry, provides
from notes import reading
from notes.models import Note
from notes.zones import practice_zone
from privacy.vocabulary import scope

MOST = 300


@provides("notes")
def entries(client: Client) -> Iterator[Entry]:
    """Yield the client's notes, newest first; of a draft only that it is there, linked for those who may read it."""
    notes = (
        Note.objects.filter(client=client)
        .exclude(state=Note.State.VOID)
        .defer("content", "content_hash")
        .select_related("author", "appointment")
        .order_by("-created_at", "-id")[:MOST]
    )
    zone = practice_zone()
    reader = Member.objects.filter(pk=scope.current().actor.id).first()
    for note in notes:
        shown_in = note.appointment.time_zone if note.appointment else zone
        readable = reader is not None and reading.may_read(reader, note)
        to = ("note", note.pk) if readable else ()
        if note.is_final:
            yield Entry(
                at=note.signed_at or note.created_at,
                title=note.title,
                icon="note",
                to=to,
                badge=_("Signed"),
                badge_icon="lock",
                tone="good",
                who=note.author_name,
                zone=note.signed_zone or shown_in,
            )
        else:
            yield Entry(
                at=note.updated_at,
                title=_("Note, not signed yet"),
                icon="note",
                to=to,
                badge=_("Draft"),
                badge_icon="edit",
                who=note.author.name,
                zone=shown_in,
            )


counts("notes", reading.UNFINISHED_COUNT)
