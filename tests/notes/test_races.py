"""Two windows on one note: exactly one of two rival saves is kept, and a signature is final at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from accounts.tenancy import acting_in
from bookings.models import Appointment, Attendee
from notes import proof, reading, signing, writing
from notes.models import DueNote, Note, NoteTemplate, NoteVersion
from notes.templates import provide_defaults
from tests.factories import make_account, make_appointment
from tests.notes.parts import ANSWERS, Practice, draft, practice, signed

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


def at_once(practice: Practice, *acts: Callable[[], Any]) -> list[Any]:
    """Run each act in a thread and transaction of its own, all together; return results or exceptions."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            with acting_in(practice.account.ref, by=practice.by):
                barrier.wait()
                return act()
        except Exception as error:
            return error
        finally:
            for each in connections.all():
                each.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_rival_saves_one_is_kept_and_the_others_see_it() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        note = draft(p)

    def saving(text: str) -> Callable[[], Note]:
        return lambda: writing.save(
            by=p.by, note=note, version=1, title="Note", answers={"plan": text}
        )

    results = at_once(p, *(saving(f"Window {n}") for n in range(5)))
    kept = [each for each in results if isinstance(each, Note)]
    stale = [each for each in results if isinstance(each, writing.StaleWrite)]
    assert (len(kept), len(stale)) == (1, 4)
    with acting_in(p.account.ref, by=p.by):
        stored = Note.objects.get(pk=note.pk)
        assert (stored.version, stored.content) == (2, kept[0].content)
        assert [each.note.content for each in stale] == [stored.content] * 4
        assert NoteVersion.objects.filter(note=note).count() == 2


@pytest.mark.parametrize("turn", range(3))
def test_a_save_against_a_signature_never_changes_what_was_signed(turn: int) -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        note = draft(p)
    results = at_once(
        p,
        lambda: signing.sign(by=p.by, note=note, version=1, title="A", answers=ANSWERS),
        lambda: writing.save(by=p.by, note=note, version=1, title="B", answers={"plan": "Late"}),
    )
    refused = [each for each in results if isinstance(each, Exception)]
    assert len(refused) == 1
    assert isinstance(refused[0], writing.Closed | writing.StaleWrite)
    with acting_in(p.account.ref, by=p.by):
        stored = Note.objects.get(pk=note.pk)
        assert not stored.is_final or proof.check(stored, []).holds


def test_two_signatures_are_one() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        note = draft(p)

    def sign() -> Note:
        return signing.sign(by=p.by, note=note, version=1, title="A", answers=ANSWERS)

    results = at_once(p, sign, sign, sign)
    assert sum(isinstance(each, Note) for each in results) == 1
    assert sum(isinstance(each, writing.Closed) for each in results) == 2


def test_addenda_at_once_make_one_chain() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        note = signed(p)

    def adding(text: str) -> Callable[[], Any]:
        return lambda: signing.add(by=p.by, note=note, author=p.author, text=text)

    results = at_once(p, *(adding(f"Addendum {n}") for n in range(4)))
    assert not [each for each in results if isinstance(each, Exception)]
    with acting_in(p.account.ref, by=p.by):
        addenda = reading.addenda_of(note)
        assert (len(addenda), proof.check(note, addenda).holds) == (4, True)


def test_a_visit_that_is_ticked_off_as_its_note_is_begun_is_not_due() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        visits = [make_appointment(p.client, practitioner=p.author) for _ in range(4)]

    def tick(visit: Appointment) -> Callable[[], Any]:
        return lambda: Attendee.objects.filter(appointment=visit).update(state="seen")

    def begin(visit: Appointment) -> Callable[[], Any]:
        return lambda: draft(p, appointment=visit)

    for visit in visits:
        done = at_once(p, tick(visit), begin(visit))
        assert not [each for each in done if isinstance(each, Exception)]
    with acting_in(p.account.ref, by=p.by):
        assert Note.objects.count() == len(visits)
        assert DueNote.objects.count() == 0


def test_pressing_twice_begins_one_note_on_a_visit() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        appointment = make_appointment(p.client)
    notes = at_once(p, *([lambda: draft(p, appointment=appointment).pk] * 3))
    assert len(set(notes)) == 1


def test_default_templates_come_once() -> None:
    p = practice()
    p.account = make_account()
    results = at_once(p, *([lambda: len(provide_defaults())] * 3))
    assert results == [4, 4, 4]
    with acting_in(p.account.ref):
        assert NoteTemplate.objects.count() == 4
