"""Finding notes: what the database gives of them to the member who acts, and the lists that are made of them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q
from django.http import Http404

from accounts.models import Member, Practitioner
from bookings.models import Appointment
from clients.identity import of
from clients.models import Client
from notes.models import (
    Addendum,
    CoSignature,
    Note,
    NoteOpening,
    NoteVersion,
    NotForThisReader,
    Remark,
)
from privacy.vocabulary.placement import TenantQuerySet
from privacy.vocabulary.prepared import Given, Prepared

PER_PAGE = 25
_WRITERS = Prepared[Practitioner](
    lambda: Practitioner.objects.filter(member_id=Given("member"), deactivated_at=None)
)
_NOTES = Prepared[Note](
    lambda: Note.objects.select_related("client", "author", "appointment", "latest").filter(
        pk=Given("pk")
    )
)
_TEXTS = Prepared[NoteVersion](
    lambda: NoteVersion.objects.filter(
        note__among=Given("notes"), version=F("note__version")
    ).defer("content", "reason")
)


def practitioner_of(member: Member) -> Practitioner | None:
    """Return the profile under which a member writes notes, or None when there is none that is active."""
    return _WRITERS.first(member=member.pk)


def is_author(member: Member, note: Note) -> bool:
    """Tell whether a member wrote a note."""
    return note.author.member_id is not None and note.author.member_id == member.pk


def find(pk: UUID) -> Note:
    """Return a note with text, client, author and appointment, for the member who acts.

    Raises Http404, and `NotForThisReader` when the database keeps its text from them.
    """
    note = stub(pk)
    if note.text is None:
        raise NotForThisReader(note)
    return note


def stub(pk: UUID) -> Note:
    """Return a note as `find` does, without its text for whom that is kept from; raise Http404."""
    note = _NOTES.first(pk=pk)
    if note is None:
        raise Http404
    return note


def addenda_of(note: Note) -> list[Addendum]:
    """Return a signed note's addenda in the order in which they are chained."""
    return sorted(note.addenda.all(), key=lambda each: (each.added_at, each.pk))


def cosignature_of(note: Note) -> CoSignature | None:
    """Return the supervisor's signature below a note, None where there is none."""
    return next(iter(note.cosignatures.all()), None) if note.cosigner_id else None


def by_hash(content_hash: str) -> Note | None:
    """Return the note that was signed with a hash, the one that stands where it belongs before a withdrawn one."""
    found = Note.objects.filter(content_hash=content_hash).select_related(
        "client", "author", "appointment", "latest"
    )
    return min(found, key=lambda note: note.state == Note.State.WITHDRAWN, default=None)


def remarks_of(note: Note) -> list[Remark]:
    """Return what a supervisor wanted changed, newest first."""
    return list(note.remarks.select_related("author").order_by("-written_at"))


def amendment_of(note: Note) -> Note | None:
    """Return the note that amends this one, begun or signed."""
    return next((each for each in note.amendments.all() if each.state != Note.State.VOID), None)


def openings_of(note: Note) -> list[NoteOpening]:
    """Return who opened a note with a reason, newest first."""
    return list(note.openings.select_related("member").order_by("-opened_at")[:PER_PAGE])


def signed(client: Client, *, other_than: Note | None = None) -> TenantQuerySet:
    """Return the client's signed notes that can be read, the last one first; amended and restricted ones never."""
    # asked as a row of its own: a condition on `latest` would be answered by the note's own columns
    text = NoteVersion.objects.filter(note=OuterRef("pk"), version=OuterRef("version"))
    notes: TenantQuerySet = Note.objects.filter(
        of(client), Exists(text), state=Note.State.FINAL, is_restricted=False
    ).exclude(amendments__state=Note.State.FINAL)
    if other_than is not None:
        notes = notes.exclude(pk__in=[other_than.pk, other_than.amends_id])
    return notes.select_related("author", "appointment").order_by("-signed_at", "-id")


def last_signed(client: Client, *, other_than: Note | None = None) -> Note | None:
    """Return the first of `signed`."""
    last: Note | None = signed(client, other_than=other_than).first()
    return last


def notes_about(appointment: Appointment, client: Client, author: Practitioner) -> list[Note]:
    """Return the client's notes about an appointment: the author's own draft first, then the signed ones."""
    notes = (
        Note.objects.filter(of(client), appointment=appointment)
        .filter(
            Q(state__in=(Note.State.FINAL, Note.State.AWAITING))
            | Q(state=Note.State.DRAFT, author=author)
        )
        .select_related("author")
    )
    return sorted(notes, key=lambda note: (note.is_signed, note.pk))


def texts_of(notes: Iterable[Note]) -> dict[UUID, NoteVersion]:
    """Return the texts of those of the notes that can be read, by id, in one statement; their answers load when asked."""
    wanted = [note.pk for note in notes]
    return {text.note_id: text for text in _TEXTS(notes=wanted)} if wanted else {}


def amended_ids(client: Client) -> set[UUID]:
    """Return the ids of a client's notes whose place another one has taken."""
    amendments = Note.objects.filter(of(client), state=Note.State.FINAL)
    return set(amendments.exclude(amends=None).values_list("amends_id", flat=True))


def versions_of(note: Note) -> TenantQuerySet:
    """Return every saved state of a note, newest first, without its text (loaded when it is read)."""
    versions: TenantQuerySet = (
        NoteVersion.objects.filter(note=note).defer("title", "content").order_by("-version")
    )
    return versions


def version_of(note: Note, number: int) -> NoteVersion | None:
    """Return one saved state with its text."""
    found: NoteVersion | None = NoteVersion.objects.filter(note=note, version=number).first()
    return found
