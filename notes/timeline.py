"""What other pages show of notes: entries of a client's timeline, and the count on the rail."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, QuerySet, When
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Member, Role
from accounts.permissions import Permission
from accounts.practice_settings import zone as practice_zone
from accounts.tallies import counts
from accounts.templatetags.keepwell import day
from clients.holdings import says
from clients.identity import OF, of
from clients.models import Client
from clients.timeline import NEWEST, Entry, Slice, Sliced, slices
from notes import finishing, reading
from notes.models import Note, NoteVersion
from privacy.vocabulary import scope

S = Note.State
# When a note stands in the timeline: when it was signed, else when it was last written
AT = Case(
    When(state__in=(S.AWAITING, S.FINAL, S.WITHDRAWN), then=Coalesce("signed_at", "created_at")),
    default="updated_at",
)
# State → badge, its icon, its tone
BADGES: dict[str, tuple[Promise, str, str]] = {
    Note.State.DRAFT: (gettext_lazy("Draft"), "edit", "quiet"),
    Note.State.AWAITING: (gettext_lazy("Awaiting co-signature"), "clock", "warn"),
    Note.State.FINAL: (gettext_lazy("Signed"), "lock", "good"),
    Note.State.WITHDRAWN: (gettext_lazy("Withdrawn"), "ban", "danger"),
}
AMENDED = (gettext_lazy("Amended since"), "history", "quiet")


def _notes() -> QuerySet[Any]:
    taken = Note.objects.filter(OF, amends=OuterRef("pk"), state=Note.State.FINAL)
    rows: QuerySet[Any] = (
        Note.objects.filter(OF)
        .exclude(state=Note.State.VOID)
        .annotate(at=AT, is_amended=Exists(taken))
        .defer("content_hash", "sections")
        .select_related("author", "appointment")
        .order_by("-at", "-id")
    )
    return rows


_NOTES = Sliced(_notes, at="at")


@slices("notes", Note)
def entries(client: Client, wanted: Slice = NEWEST) -> Iterator[Entry]:
    """Yield the client's notes, newest first: to everybody that they are there, their titles to whoever reads them."""
    notes = _NOTES(client, wanted)
    texts = reading.texts_of(notes)
    zone = practice_zone() if notes else ""
    drafts_of_others = any(_is_draft_of_another(note, texts) for note in notes)
    owner = drafts_of_others and _reads_as_owner()
    for note in notes:
        text = texts.get(note.pk)
        # A colleague's draft is nobody's page to open, but the Owner's with a reason
        closed = _is_draft_of_another(note, texts) and not owner
        word, icon, tone = AMENDED if note.is_amended else BADGES[note.state]
        yield Entry(
            at=note.at,
            title=_title(note, text),
            icon="note",
            to=() if closed else ("note", note.pk),
            text=_more(note, text),
            badge=str(word),
            badge_icon=icon,
            tone=tone,
            who=note.author_name if note.is_signed else note.author.name,
            zone=note.signed_zone or (note.appointment.time_zone if note.appointment else zone),
        )


def _is_draft_of_another(note: Note, texts: Mapping[UUID, NoteVersion]) -> bool:
    return note.state == Note.State.DRAFT and note.pk not in texts


def _title(note: Note, text: NoteVersion | None) -> str:
    if note.state == Note.State.DRAFT:
        return _("Note, not signed yet")
    if note.state == Note.State.WITHDRAWN:
        return _("A note that stood here by mistake")
    return str(text.title) if text else _("A note for other eyes")


def _more(note: Note, text: NoteVersion | None) -> str:
    if note.origin:
        return _("Moved here from another record")
    seen_on: Any = text.seen_on if text and note.is_signed else None
    return _("Seen on %(day)s") % {"day": day(seen_on)} if seen_on else ""


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


counts("notes", finishing.UNFINISHED_COUNT)
