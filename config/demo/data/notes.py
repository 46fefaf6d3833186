"""Makes the clinical notes about the visits to a demo practice, signed on the day."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from accounts.models import Practitioner
from bookings.models import Appointment, Attendee
from config.demo import names
from config.demo.practices import Practice
from notes.models import Note, NoteTemplate, NoteVersion
from notes.proof import note_hash
from notes.writing import put
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM

BATCH = 500


def add_notes(
    practice: Practice,
    seen: list[tuple[Appointment, Attendee]],
    people: list[Practitioner],
    chosen: random.Random,
) -> None:
    """Write a signed note about nearly every visit."""
    template = NoteTemplate.objects.get(name=practice.template)
    authors = {person.pk: person.name for person in people}
    notes: list[Note] = []
    known = _known_among(seen, practice)
    known_told = False
    for appointment, attendee in seen:
        is_known = not known_told and attendee.client_id == known
        is_recent = clock.now() - appointment.ends_at < timedelta(days=5)
        if is_recent and not is_known and chosen.random() > 0.85:
            continue
        known_told = known_told or is_known
        plan = f"{practice.known.note_phrase}." if is_known else chosen.choice(names.PLANS)
        notes.append(_note(template, appointment, attendee, authors, plan, chosen))
    Note.objects.bulk_create(notes, batch_size=BATCH)
    NoteVersion.objects.bulk_create([note.words for note in notes], batch_size=BATCH)


def _known_among(seen: list[tuple[Appointment, Attendee]], practice: Practice) -> Any:
    """Return the id of the known client among those who were seen."""
    for _, attendee in seen:
        if attendee.client.family_name == practice.known.family_name:
            return attendee.client_id
    return None


def _note(
    template: NoteTemplate,
    appointment: Appointment,
    attendee: Attendee,
    authors: dict[Any, str],
    plan: str,
    chosen: random.Random,
) -> Note:
    answers: dict[str, list[Any]] = {
        "paragraph": [chosen.choice(names.COMPLAINTS), chosen.choice(names.FINDINGS), plan],
        "scale": [chosen.randint(0, 8)],
    }
    content: dict[str, Any] = {}
    for section in template.sections:
        for question in section["questions"]:
            waiting = answers.get(question["type"], [])
            if waiting:
                content[question["key"]] = waiting.pop(0)
    signed = appointment.ends_at + timedelta(minutes=chosen.randint(2, 90))
    note = Note(
        client_id=attendee.client_id,
        appointment=appointment,
        author_id=appointment.practitioner_id,
        author_name=authors[appointment.practitioner_id],
        template=template,
        template_version=template.version,
        sections=template.sections,
        provenance="demo",
        state=Note.State.FINAL,
        created_at=appointment.starts_at,
        updated_at=signed,
        signed_at=signed,
        signed_zone=appointment.time_zone,
    )
    put(note, by=SYSTEM, title=template.name, content=content)
    note.content_hash = note_hash(note)
    return note
