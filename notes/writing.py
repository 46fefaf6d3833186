"""Writing notes: begun from a template, saved as they are typed, filled from the last one, discarded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Practitioner
from bookings.models import Appointment, Attendee
from clients.identity import are_one, of
from clients.models import Client
from notes import rules
from notes.answers import (
    AnswersRefused,
    Content,
    clean_answers,
    clean_title,
    defaults_of,
)
from notes.models import Note, NoteTemplate, NoteVersion
from notes.questions import SEEN_ON, WHY, questions_of
from notes.zones import zone_of
from privacy.vocabulary import clock
from privacy.vocabulary.prepared import Given, Prepared
from privacy.vocabulary.scope import Actor, ActorKind

REASON_LENGTH = 1_000
_LOCKED = Prepared[Note](
    lambda: (
        Note.objects.select_for_update(of=("self",))
        .select_related("author", "appointment")
        .filter(pk=Given("pk"))
    )
)


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

    An author has one draft for each client and appointment: asked again, that one is returned. Who may read it and who
    signs it as well is as the author's profile says. Raises `NotTheAuthor` and `NotAttending`.
    """
    be_the_author(by, author)
    if appointment is not None:
        # Held until commit, so that two presses of a button begin one note; `no_key`, as wherever an appointment is held,
        # lets rows that refer to it be written meanwhile, which would otherwise wait for us and we for them
        Appointment.objects.select_for_update(no_key=True).get(pk=appointment.pk)
        if not Attendee.objects.filter(of(client), appointment=appointment).exists():
            raise NotAttending
        begun: Note | None = Note.objects.filter(
            of(client), appointment=appointment, author=author, state=Note.State.DRAFT
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
    )
    content = defaults_of(note.sections, clock.today(zone_of(note)))
    if carry is not None:
        content |= carried(note.sections, carry)
    begin_with(
        note,
        by=by,
        title=clean_title(title or (appointment.service_name if appointment else template.name)),
        content=content,
        restricted=template.is_restricted,
    )
    audit.record("note.begun", by=by, of=note, client_id=client.pk)
    return note


def begin_with(
    note: Note,
    *,
    by: Actor,
    title: str,
    content: Content,
    restricted: bool,
    seen_on: date | None = None,
) -> None:
    """Keep a new draft with its first text, for the readers whom its author's profile names."""
    profile = rules.profile_of(note.author)
    note.visibility, note.is_restricted = profile.visibility, restricted
    note.cosigner_id = profile.supervisor_id
    put(note, by=by, title=title, content=content, seen_on=seen_on)
    note.save(force_insert=True)
    note.words.save(force_insert=True)
    if profile.named:
        rules.name_readers(note, profile.named)


def save(
    *,
    by: Actor,
    note: Note,
    version: int,
    title: str,
    answers: Mapping[str, object],
    seen_on: date | None = None,
    reason: str = "",
) -> Note:
    """Keep what was typed since `version` and return the note; what is kept already makes no new version.

    Raises `StaleWrite` when another page has saved since, `Closed`, `NotTheAuthor` and `AnswersRefused`.
    """
    stored = lock(by, note)
    return keep(
        by,
        stored,
        version,
        clean_title(title),
        clean_answers(stored.sections, answers),
        clean_seen_on(stored, seen_on),
        clean_reason(stored, reason),
    )


def copy_forward(
    *, by: Actor, note: Note, version: int, source: Note, only: Iterable[str] | None = None
) -> Note:
    """Fill the draft's empty answers from another note of the client; what is typed stays. Return the note.

    `only` names the questions whose answers are taken, whatever stands there. Raises all that `save` raises, and
    `NotAttending` for another client's note.
    """
    stored = lock(by, note)
    if not are_one(source, stored):
        raise NotAttending
    taken = carried(stored.sections, source)
    if only is None:
        content = {**taken, **stored.content}
    else:
        content = {**stored.content, **{key: taken[key] for key in only if key in taken}}
    content = clean_answers(stored.sections, content)
    return keep(by, stored, version, stored.title, content, stored.seen_on, stored.reason)


def discard(*, by: Actor, note: Note) -> Note:
    """Take a draft that was begun by mistake out of sight; its text and versions stay on record. Return the note."""
    stored = lock(by, note)
    stored.state = Note.State.VOID
    stored.updated_at = max(clock.now(), stored.updated_at)
    stored.save(update_fields=["state", "updated_at"])
    audit.record("note.discarded", by=by, of=stored, client_id=stored.client_id)
    return stored


def be_the_author(by: Actor, author: Practitioner) -> None:
    """Raise `NotTheAuthor` unless the one who acts is the author, or the product itself."""
    if by.kind == ActorKind.SYSTEM:
        return
    if by.kind != ActorKind.MEMBER or by.id != author.member_id:
        raise NotTheAuthor


def lock(by: Actor, note: Note) -> Note:
    """Return the kept note with its text, locked until commit, for its author to change; raise `Closed`."""
    stored = locked(note)
    be_the_author(by, stored.author)
    if stored.state != Note.State.DRAFT:
        raise Closed(stored)
    return stored


def locked(note: Note) -> Note:
    """Return the kept note, locked until commit; its text comes along when `note` has the same version's."""
    stored = _LOCKED.first(pk=note.pk)
    if stored is None:
        raise Note.DoesNotExist
    # Not joined above: whoever waited for the lock would be given no text for the version that came meanwhile
    known = note._state.fields_cache.get("latest")
    if known is not None and known.version == stored.version:
        stored.latest = known
    return stored


def keep(
    by: Actor,
    stored: Note,
    version: int,
    title: str,
    content: Content,
    seen_on: date | None,
    reason: str,
) -> Note:
    """Keep cleaned words of a locked draft as its next version, unless they are kept already."""
    text = stored.words
    if (text.title, text.content, text.seen_on, text.reason) == (title, content, seen_on, reason):
        return stored
    if stored.version != version:
        raise StaleWrite(stored)
    before = text.content
    stored.updated_at = max(clock.now(), stored.updated_at)
    stored.version += 1
    put(stored, by=by, title=title, content=content, seen_on=seen_on, reason=reason)
    stored.save(update_fields=["version", "updated_at"])
    stored.words.save(force_insert=True)
    audit.record(
        "note.saved",
        by=by,
        of=stored,
        client_id=stored.client_id,
        detail={
            "version": stored.version,
            "fields": sorted(
                key for key in {*content, *before} if content.get(key) != before.get(key)
            ),
        },
    )
    return stored


def put(
    note: Note,
    *,
    by: Actor,
    title: str,
    content: Content,
    seen_on: date | None = None,
    reason: str = "",
) -> None:
    """Give a note the words of its present version, not saved yet."""
    note.latest = NoteVersion(
        note=note,
        client_id=note.client_id,
        version=note.version,
        title=title,
        content=content,
        seen_on=seen_on,
        reason=reason,
        saved_at=note.updated_at,
        saved_by=by.id,
    )


def carried(sections: list[dict[str, Any]], source: Note) -> Content:
    """Return the answers of `source` to questions that are asked the same way in `sections`."""
    asked = {question.key: question for question in questions_of(source.sections)}
    same = {
        question.key: source.content[question.key]
        for question in questions_of(sections)
        if question.key in asked
        and question.asks_as(asked[question.key])
        and question.key in source.content
    }
    return clean_answers(sections, same)


def clean_seen_on(note: Note, seen_on: date | None) -> date | None:
    """Return the day on which the client was seen, None where an appointment says it; raise `AnswersRefused`."""
    if note.appointment_id or seen_on is None:
        return None
    if seen_on > clock.today(zone_of(note)):
        raise AnswersRefused({SEEN_ON: _("This day is still to come.")})
    return seen_on


def clean_reason(note: Note, reason: str) -> str:
    """Return why a note amends another; empty for one that amends none; raise `AnswersRefused`."""
    reason = " ".join(reason.split()) if note.amends_id else ""
    if len(reason) > REASON_LENGTH:
        raise AnswersRefused(
            {WHY: _("Keep it to %(limit)d characters.") % {"limit": REASON_LENGTH}}
        )
    return reason
