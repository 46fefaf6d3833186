"""Finding notes: what the database gives of them to the member who acts, and the lists that are made of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q
from django.http import Http404

from accounts.models import Member, Practitioner
from bookings.models import Appointment, Attendee
from clients.identity import of, outer_person, person, same_person
from clients.models import Client
from notes.models import (
    Addendum,
    CoSignature,
    Note,
    NoteOpening,
    NoteVersion,
    NotForThisReader,
)
from privacy.vocabulary import clock, keyring
from privacy.vocabulary.placement import TenantQuerySet

PER_PAGE = 25
# Older visits without a note came from elsewhere; they would bury what waits
LOOK_BACK = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What a practitioner still has to do: notes to co-sign and drafts, oldest first, and visits without a note.

    `missing` holds one page of attendees, newest first; `missing_count` counts them all.
    """

    to_cosign: list[Note]
    drafts: list[Note]
    missing: list[Attendee]
    missing_count: int


def practitioner_of(member: Member) -> Practitioner | None:
    """Return the profile under which a member writes notes, or None when there is none that is active."""
    found: Practitioner | None = Practitioner.objects.filter(
        member=member, deactivated_at=None
    ).first()
    return found


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
    note: Note | None = (
        Note.objects.select_related("client", "author", "appointment", "latest")
        .filter(pk=pk)
        .first()
    )
    if note is None:
        raise Http404
    return note


def addenda_of(note: Note) -> list[Addendum]:
    """Return a signed note's addenda in the order in which they are chained."""
    return list(note.addenda.order_by("added_at", "id"))


def cosignature_of(note: Note) -> CoSignature | None:
    """Return the supervisor's signature below a note, None where there is none."""
    return note.cosignatures.first() if note.cosigner_id else None


def openings_of(note: Note) -> list[NoteOpening]:
    """Return who opened a note with a reason, newest first."""
    return list(note.openings.select_related("member").order_by("-opened_at")[:PER_PAGE])


def last_signed(client: Client, *, other_than: Note | None = None) -> Note | None:
    """Return the client's note that was signed last among those that can be read; an amended one never."""
    notes = Note.objects.filter(
        of(client), state=Note.State.FINAL, latest__version__isnull=False
    ).exclude(amendments__state=Note.State.FINAL)
    if other_than is not None:
        notes = notes.exclude(pk__in=[other_than.pk, other_than.amends_id])
    last: Note | None = (
        notes.select_related("author", "appointment", "latest")
        .order_by("-signed_at", "-id")
        .first()
    )
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


def titles_of(notes: Iterable[Note]) -> dict[UUID, str]:
    """Return the titles of those of the notes that can be read, by id, in one statement."""
    versions = NoteVersion.objects.filter(
        note__in=[note.pk for note in notes], version=F("note__version")
    ).defer("content", "reason")
    return {version.note_id: version.title for version in versions}


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


def visits_without_note(author: Practitioner) -> TenantQuerySet:
    """Return the attendees whom a practitioner saw within `LOOK_BACK` and has not written about, newest first."""
    written = (
        Note.objects.filter(appointment=OuterRef("appointment"))
        .exclude(state__in=(Note.State.VOID, Note.State.WITHDRAWN))
        .annotate(person=person())
        .filter(person=outer_person())
    )
    visits: TenantQuerySet = (
        Attendee.objects.filter(
            state=Attendee.State.SEEN,
            appointment__practitioner=author,
            appointment__starts_at__gt=clock.now() - LOOK_BACK,
        )
        .exclude(Exists(written))
        .select_related("appointment", "client")
        .order_by("-appointment__starts_at", "-id")
    )
    return visits


def drafts_of(author: Practitioner) -> TenantQuerySet:
    """Return a practitioner's drafts, oldest first, without their text."""
    drafts: TenantQuerySet = (
        Note.objects.filter(author=author, state=Note.State.DRAFT)
        .select_related("client", "appointment", "template")
        .order_by("created_at", "id")
    )
    return drafts


def to_cosign(supervisor: Practitioner) -> TenantQuerySet:
    """Return the notes that await a practitioner's signature below their author's, oldest first."""
    notes: TenantQuerySet = (
        Note.objects.filter(cosigner=supervisor, state=Note.State.AWAITING)
        .select_related("client", "appointment", "template", "author")
        .order_by("signed_at", "id")
    )
    return notes


def unfinished(author: Practitioner, *, page: int = 1) -> Unfinished:
    """Return what a practitioner still has to do, with the keys of the clients named loaded at once."""
    visits = visits_without_note(author)
    start = (max(page, 1) - 1) * PER_PAGE
    awaiting, drafts = list(to_cosign(author)), list(drafts_of(author))
    missing = list(visits[start : start + PER_PAGE])
    keyring.prefetch({row.client_id for row in [*awaiting, *drafts, *missing]})
    is_all = page <= 1 and len(missing) < PER_PAGE
    return Unfinished(awaiting, drafts, missing, len(missing) if is_all else visits.count())


# What `unfinished` lists for a member, counted with what else waits on every page
UNFINISHED_COUNT = f"""
WITH author AS (
    SELECT id FROM accounts_practitioner
    WHERE account_id = %(account)s AND member_id = %(member)s AND deactivated_at IS NULL
)
SELECT (
    SELECT count(*) FROM notes_note
    WHERE account_id = %(account)s AND state = 'draft' AND author_id = (SELECT id FROM author)
) + (
    SELECT count(*) FROM notes_note
    WHERE account_id = %(account)s AND state = 'awaiting' AND cosigner_id = (SELECT id FROM author)
) + (
    SELECT count(*) FROM bookings_appointment a
    JOIN bookings_attendee t ON t.account_id = a.account_id AND t.appointment_id = a.id
    WHERE a.account_id = %(account)s AND a.practitioner_id = (SELECT id FROM author)
      AND a.starts_at > %(now)s - interval '{LOOK_BACK.days} days' AND t.state = 'seen'
      AND NOT EXISTS (
        SELECT FROM notes_note n
        WHERE n.account_id = a.account_id AND n.appointment_id = a.id
          AND n.state NOT IN ('void', 'withdrawn')
          AND (n.client_id = t.client_id OR {same_person("n.client_id", "t.client_id")})
      )
)
"""
