"""Makes the clinical notes about the visits to a demo practice, signed on the day."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from accounts.models import Practitioner
from bookings.models import Appointment, Attendee
from config.demo import names
from config.demo.practices import Practice
from notes.charts.figures import TENTHS, VIEWS
from notes.models import Note, NoteTemplate, NoteVersion
from notes.proof import note_hash
from notes.writing import put
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM

BATCH = 500
# What each profession writes about a first visit, and about the others
WRITES = {
    "Physiotherapist": ("First visit", "Physio follow-up"),
    "Podiatrist": ("Podiatry", "Podiatry"),
    "Exercise physiologist": ("Exercise physiology, first visit", "Exercise session"),
    "Psychologist": ("Psychology, first conversation", "Psychology session"),
}


def add_notes(
    practice: Practice,
    seen: list[tuple[Appointment, Attendee]],
    people: list[Practitioner],
    chosen: random.Random,
) -> None:
    """Write a signed note about nearly every visit."""
    templates = {template.name: template for template in NoteTemplate.objects.all()}
    authors = {person.pk: person for person in people}
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
        author = authors[appointment.practitioner_id]
        first, later = WRITES.get(author.profession, (practice.template, practice.template))
        begins = first if appointment.service_name.startswith("First") else later
        notes.append(_note(templates[begins], appointment, attendee, author, plan, chosen))
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
    author: Practitioner,
    plan: str,
    chosen: random.Random,
) -> Note:
    signed = appointment.ends_at + timedelta(minutes=chosen.randint(2, 90))
    note = Note(
        client_id=attendee.client_id,
        appointment=appointment,
        author=author,
        author_name=author.name,
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
    put(note, by=SYSTEM, title=template.name, content=answers(template.sections, plan, chosen))
    note.content_hash = note_hash(note)
    return note


def answers(sections: list[dict[str, Any]], plan: str, chosen: random.Random) -> dict[str, Any]:
    """Return what somebody wrote: a complaint, findings and the plan, a score, a drawing, what had to be chosen."""
    questions = [question for section in sections for question in section["questions"]]
    texts = [question["key"] for question in questions if question["type"] == "paragraph"]
    words = [chosen.choice(names.COMPLAINTS), chosen.choice(names.FINDINGS)]
    content: dict[str, Any] = dict(zip(texts[:-1], words, strict=False))
    content[texts[-1]] = plan
    for question in questions:
        if question["type"] == "scale":
            content[question["key"]] = chosen.randint(0, 8)
        elif question["type"] == "radio":
            content[question["key"]] = question["options"][0]
        elif question["type"] == "chart":
            content[question["key"]] = drawing(question.get("views", ["front", "back"]), chosen)
    return content


def drawing(views: list[str], chosen: random.Random) -> dict[str, Any]:
    """Return a body chart: a line rubbed over a part of a figure, now and then a second part named."""
    view = VIEWS[chosen.choice(views)]
    part = chosen.choice(view.regions)
    points: list[int] = []
    for turn in range(14):
        x = part.x + part.rx * (0.8 if turn % 2 else -0.8) * chosen.uniform(0.6, 1)
        y = part.y + part.ry * (turn / 7 - 1) * 0.85
        points += [round(max(x, 0) * TENTHS), round(max(y, 0) * TENTHS)]
    chart: dict[str, Any] = {
        "strokes": [
            {
                "view": view.key,
                "kind": chosen.choice(["pain", "ache", "stiff"]),
                "width": chosen.randint(1, 3),
                "points": points,
            }
        ]
    }
    if chosen.random() < 0.3:
        other = chosen.choice(view.regions)
        chart["marks"] = [{"region": f"{view.key}.{other.key}", "kind": "numb"}]
    return chart
