"""What is still to do about notes in a demo practice: drafts, a student's note, an amendment, notes for few eyes."""

from __future__ import annotations

import random

from accounts.models import Member, Practitioner
from bookings.models import Appointment, Attendee
from config.demo import names
from config.demo.data.notes import answers
from config.demo.practices import Practice
from notes import amending, rules, sharing, signing, writing
from notes.finishing import visits_without_note
from notes.models import Note, NoteTemplate
from privacy.vocabulary.scope import Actor, ActorKind


def add_open_notes(practice: Practice, people: list[Practitioner], chosen: random.Random) -> None:
    """Leave a practice as a working day leaves it."""
    owner = people[0]
    _drafts(owner, chosen)
    if practice.student:
        student = next(person for person in people if person.name == practice.student)
        rules.supervise(by=_actor(owner), author=student, supervisor=owner)
        _awaiting(student, chosen)
    _amended(owner, chosen)
    _for_few(people[1], chosen)


def _drafts(author: Practitioner, chosen: random.Random) -> None:
    for visit in visits_without_note(author.pk)[:2]:
        note = _begun(author, visit)
        content = answers(note.sections, chosen.choice(names.PLANS), chosen)
        kept = dict(list(content.items())[:2])
        writing.save(by=_actor(author), note=note, version=1, title=note.title, answers=kept)


def _awaiting(author: Practitioner, chosen: random.Random) -> None:
    for visit in visits_without_note(author.pk)[:2]:
        note = _begun(author, visit)
        signing.sign(
            by=_actor(author),
            note=note,
            version=1,
            title=note.title,
            answers=answers(note.sections, chosen.choice(names.PLANS), chosen),
        )


def _amended(author: Practitioner, chosen: random.Random) -> None:
    note = Note.objects.filter(author=author, state=Note.State.FINAL).order_by("-signed_at")[3]
    signing.add(by=_actor(author), note=note, author=author, text="Rang back: slept well.")
    amendment = amending.amend(by=_actor(author), note=note)
    signing.sign(
        by=_actor(author),
        note=amendment,
        version=1,
        title=amendment.title,
        answers=answers(amendment.sections, chosen.choice(names.PLANS), chosen),
        reason="The side was written down wrong.",
    )


def _for_few(author: Practitioner, chosen: random.Random) -> None:
    """Keep two signed notes from most eyes, one of which the Owner opened."""
    owner: Member = Member.objects.get(role="owner")
    notes = Note.objects.filter(author=author, state=Note.State.FINAL).order_by("-signed_at")
    for note, visibility, restricted in (
        (notes[1], "author", False),
        (notes[2], "clinicians", True),
    ):
        sharing.share(by=_actor(author), note=note, visibility=visibility, restricted=restricted)
        reason = "The surgeon asks what was found."
        sharing.open_with_reason(by=owner.actor, member=owner, note=note, reason=reason)


def _begun(author: Practitioner, visit: Attendee) -> Note:
    appointment: Appointment = visit.appointment
    template = NoteTemplate.objects.filter(archived_at=None).order_by("position")[0]
    return writing.begin(
        by=_actor(author),
        client=visit.client,
        author=author,
        template=template,
        appointment=appointment,
    )


def _actor(author: Practitioner) -> Actor:
    return Actor(ActorKind.MEMBER, author.member_id)
