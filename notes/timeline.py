"""What other pages show of notes: entries of a client's timeline, and the count on the rail."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.utils.translation import gettext as _

from accounts.models import Member, Role
from accounts.permissions import Permission
from accounts.tallies import counts
from clients.holdings import says
from clients.identity import of
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
        Note.objects.filter(of(client))
        .exclude(state=Note.State.VOID)
        .defer("content_hash", "sections")
        .select_related("author", "appointment")
        .order_by("-created_at", "-id")[:MOST]
    )
    titles = reading.titles_of(notes)
    zone, owner = practice_zone(), _reads_as_owner()
    for note in notes:
        shown_in = note.appointment.time_zone if note.appointment else zone
        # A colleague's draft is nobody's page to open, but the Owner's with a reason
        closed = note.state == Note.State.DRAFT and note.pk not in titles and not owner
        to = () if closed else ("note", note.pk)
        if note.is_final:
            yield Entry(
                at=note.signed_at or note.created_at,
                title=titles.get(note.pk) or _("A note for other eyes"),
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


def _reads_as_owner() -> bool:
    return bool(Member.objects.filter(pk=scope.current().actor.id, role=Role.OWNER).exists())


@says
def drafts_of_either(
    client: Client, other: Client, allowed: Collection[Permission]
) -> Iterator[str]:
    """Say whose notes are still being written: a merge leaves them to their authors."""
    if Permission.CLINICAL_READ not in allowed:
        return
    drafts = Note.objects.filter(of(client) | of(other), state=Note.State.DRAFT)
    for note in drafts.select_related("author")[:3]:
        yield _("%(name)s is still writing a note. It stays open.") % {"name": note.author.name}


counts("notes", reading.UNFINISHED_COUNT)
