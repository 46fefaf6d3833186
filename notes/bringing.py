"""Bringing in notes that were signed elsewhere: final from the start, their source and their own time kept (features L2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from accounts import audit
from accounts.models import Practitioner
from bookings.models import Appointment
from clients.models import Client
from notes.answers import clean_answers, clean_title
from notes.models import Note, NoteTemplate
from notes.signing import freeze
from notes.writing import put
from notes.zones import zone_of
from privacy.vocabulary.scope import SYSTEM, Actor


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
        created_at=signed_at,
        updated_at=signed_at,
        provenance=provenance,
    )
    content = clean_answers(template.sections, answers)
    put(note, by=by, title=clean_title(title), content=content)
    freeze(note, signed_at=signed_at, zone=zone_of(note))
    note.save(force_insert=True)
    note.words.save(force_insert=True)
    audit.record("note.brought_in", by=by, of=note, client_id=client.pk)
    return note
