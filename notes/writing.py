"""Writing notes: begun from a template, saved as they are typed, signed once, added to for ever."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Practitioner
from bookings.models import Appointment, Attendee
from clients.models import Client
from notes.answers import Content, clean_answers, clean_title, questions_of
from notes.models import Addendum, Note, NoteTemplate, NoteVersion
from notes.proof import addendum_hash, note_hash
from notes.zones import zone_of
from privacy.vocabulary import clock, scope
from privacy.vocabulary.scope import SYSTEM, Actor, ActorKind

SIGNED_NOTES_NEVER_CHANGE = "KW002"
ADDENDUM_LENGTH = 20_000


class NotTheAuthor(PermissionDenied):
    """A note is written, signed and discarded by its author alone."""


class NotAttending(ValueError):
    """The client has no place in the appointment that a note was to be about."""


class Closed(Exception):
    """The note is signed or discarded, so its text stays as it is; `note` is what is kept."""

    def __init__(self, note: Note) -> None:
        super().__init__("The note is closed.")
        self.note = note


class StaleWrite(Exception):
    """The note was changed since the writer's page read it; `note` is what is kept."""

    def __init__(self, note: Note) -> None:
        super().__init__("The note was changed meanwhile.")
        self.note = note


class NothingWritten(ValueError):
    """There is no text to sign or to add."""


class AddendumRefused(ValueError):
    """An addendum that can't be kept; `message` says why to its writer."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def begin(
    *,
    by: Actor,
    client: Client,
    author: Practitioner,
    template: NoteTemplate,
    appointment: Appointment | None = None,
    title: str = "",
    carry: Note | None = None,
) -> Note:
    """Begin a draft from a template; `carry` is the client's note whose answers it starts with. Return it.

    An author has one draft for each client and appointment: asked again, that one is returned. Raises `NotTheAuthor` and
    `NotAttending`.
    """
    _be_the_author(by, author)
    if appointment is not None:
        # held until commit, so that two presses of a button begin one note
        Appointment.objects.select_for_update().get(pk=appointment.pk)
        if not Attendee.objects.filter(appointment=appointment, client=client).exists():
            raise NotAttending
        begun: Note | None = Note.objects.filter(
            appointment=appointment, client=client, author=author, state=Note.State.DRAFT
        ).first()
        if begun is not None:
            return begun
    note = Note(
        client=client,
        author=author,
        appointment=appointment,
        template=template,
        template_version=template.version,
        sections=template.sections,
        title=clean_title(title or (appointment.service_name if appointment else template.name)),
        content=_carried(template.sections, carry) if carry else {},
    )
    note.save(force_insert=True)
    _keep_version(note, by)
    audit.record("note.begun", by=by, of=note, client_id=client.pk)
    return note


def save(*, by: Actor, note: Note, version: int, title: str, answers: Mapping[str, object]) -> Note:
    """Keep what was typed since `version` and return the note; what is kept already makes no new version.

    Raises `StaleWrite` when another page has saved since, `Closed`, `NotTheAuthor` and `AnswersRefused`.
    """
    stored = _lock(by, note)
    return _save(by, stored, version, clean_title(title), clean_answers(stored.sections, answers))


def sign(*, by: Actor, note: Note, version: int, title: str, answers: Mapping[str, object]) -> Note:
    """Keep what was typed and sign it: text, template, author's name and time are frozen and hashed. Return the note.

    Raises `NothingWritten` and all that `save` raises. Nothing unlocks a signed note (features E3).
    """
    stored = _lock(by, note)
    title, content = clean_title(title), clean_answers(stored.sections, answers)
    if not content:
        raise NothingWritten
    stored = _save(by, stored, version, title, content)
    _freeze(stored, signed_at=clock.now(), zone=zone_of(stored))
    _write(stored)
    audit.record("note.signed", by=by, of=stored, client_id=stored.client_id)
    return stored


def copy_forward(*, by: Actor, note: Note, version: int, source: Note) -> Note:
    """Fill the draft's empty answers from another note of the client; what is typed stays. Return the note.

    Raises all that `save` raises, and `NotAttending` for another client's note.
    """
    stored = _lock(by, note)
    if source.client_id != stored.client_id:
        raise NotAttending
    content = {**_carried(stored.sections, source), **stored.content}
    return _save(by, stored, version, stored.title, clean_answers(stored.sections, content))


def discard(*, by: Actor, note: Note) -> Note:
    """Take a draft that was begun by mistake out of sight; its text and versions stay on record. Return the note."""
    stored = _lock(by, note)
    stored.state, stored.updated_at = Note.State.VOID, clock.now()
    _write(stored)
    audit.record("note.discarded", by=by, of=stored, client_id=stored.client_id)
    return stored


def add(*, by: Actor, note: Note, author: Practitioner, text: str) -> Addendum:
    """Add to a signed note, chained to what stands before it; return the addendum.

    Raises `NotTheAuthor` when `author` is not the one who acts, `Closed` unless the note is signed, `NothingWritten` and
    `AddendumRefused`.
    """
    _be_the_author(by, author)
    stored: Note = Note.objects.select_for_update().get(pk=note.pk)
    if not stored.is_final:
        raise Closed(stored)
    last: Addendum | None = stored.addenda.order_by("-added_at", "-id").first()
    addendum = Addendum(
        note=stored,
        client_id=stored.client_id,
        author=author,
        author_name=signature_of(author),
        text=_clean_addendum(text),
        # never equal to the one before it, so that their order is the chain's
        added_at=max(clock.now(), last.added_at + timedelta(microseconds=1))
        if last
        else clock.now(),
    )
    addendum.content_hash = addendum_hash(addendum, (last or stored).content_hash)
    addendum.save(force_insert=True)
    audit.record("note.addendum_added", by=by, of=addendum, client_id=stored.client_id)
    return addendum


def bring_in(
    *,
    client: Client,
    author: Practitioner,
    template: NoteTemplate,
    title: str,
    answers: Mapping[str, object],
    signed_at: datetime,
    provenance: str,
    appointment: Appointment | None = None,
    by: Actor = SYSTEM,
) -> Note:
    """Add a note that was signed elsewhere, or by the demo's people: final from the start, its source kept (L2).

    `signed_at` is aware; `provenance` is "import", "demo" or "integration:<id>". Raises `AnswersRefused`, and ValueError
    for provenance "staff", whose notes are signed by `sign` alone.
    """
    if provenance == "staff":
        raise ValueError("Notes by staff are signed, not brought in.")
    note = Note(
        client=client,
        author=author,
        appointment=appointment,
        template=template,
        template_version=template.version,
        sections=template.sections,
        title=clean_title(title),
        content=clean_answers(template.sections, answers),
        created_at=signed_at,
        updated_at=signed_at,
        provenance=provenance,
    )
    _freeze(note, signed_at=signed_at, zone=zone_of(note))
    note.save(force_insert=True)
    _keep_version(note, by)
    audit.record("note.brought_in", by=by, of=note, client_id=client.pk)
    return note


def signature_of(author: Practitioner) -> str:
    """Return the author's name as a signature freezes it, with the registration number when there is one."""
    return ", ".join(part for part in (author.name, author.registration) if part)


def _be_the_author(by: Actor, author: Practitioner) -> None:
    if by.kind == ActorKind.SYSTEM:
        return
    if by.kind != ActorKind.MEMBER or by.id != author.member_id:
        raise NotTheAuthor


def _lock(by: Actor, note: Note) -> Note:
    """Return the kept note, locked until commit, for its author to change."""
    stored: Note = (
        Note.objects.select_for_update(of=("self",))
        .select_related("author", "appointment")
        .get(pk=note.pk)
    )
    _be_the_author(by, stored.author)
    if stored.state != Note.State.DRAFT:
        raise Closed(stored)
    return stored


def _save(by: Actor, stored: Note, version: int, title: str, content: Content) -> Note:
    if (stored.title, stored.content) == (title, content):
        return stored
    if stored.version != version:
        raise StaleWrite(stored)
    changed = sorted(
        key for key in {*content, *stored.content} if content.get(key) != stored.content.get(key)
    )
    stored.title, stored.content = title, content
    stored.version += 1
    stored.updated_at = clock.now()
    _write(stored)
    _keep_version(stored, by)
    audit.record(
        "note.saved",
        by=by,
        of=stored,
        client_id=stored.client_id,
        detail={"version": stored.version, "fields": changed},
    )
    return stored


def _freeze(note: Note, *, signed_at: datetime, zone: str) -> None:
    note.state = Note.State.FINAL
    note.author_name = signature_of(note.author)
    note.signed_at, note.signed_zone = signed_at, zone
    note.content_hash = note_hash(note)


def _write(note: Note) -> None:
    """Update the row; the database's refusal to change a signed note becomes `Closed` and undoes nothing else."""
    try:
        with transaction.atomic(using=scope.current().database):
            note.save(force_update=True)
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") != SIGNED_NOTES_NEVER_CHANGE:
            raise
        raise Closed(Note.objects.get(pk=note.pk)) from error


def _keep_version(note: Note, by: Actor) -> None:
    NoteVersion(
        note=note,
        client_id=note.client_id,
        version=note.version,
        title=note.title,
        content=note.content,
        saved_at=note.updated_at,
        saved_by=by.id,
    ).save(force_insert=True)


def _carried(sections: list[dict[str, Any]], source: Note) -> Content:
    """Return the answers of `source` to questions that are asked the same way in `sections`."""
    asked = {question.key: question for question in questions_of(source.sections)}
    same = {
        question.key: source.content[question.key]
        for question in questions_of(sections)
        if asked.get(question.key) == question and question.key in source.content
    }
    return clean_answers(sections, same)


def _clean_addendum(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise NothingWritten
    if len(text) > ADDENDUM_LENGTH:
        raise AddendumRefused(
            _("Keep an addendum to %(limit)d characters; this one has %(length)d.")
            % {"limit": ADDENDUM_LENGTH, "length": len(text)}
        )
    return text
