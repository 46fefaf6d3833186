"""Drafts are free, signed notes never change, and what is added is chained (features E2, E3, E5, E7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.tenancy import acting_in
from notes import bringing, finishing, proof, reading, signing, writing
from notes.answers import AnswersRefused
from notes.models import Addendum, Note, NoteVersion
from privacy.vocabulary import clock
from privacy.vocabulary.scope import VISITOR
from tests.factories import make_account, make_appointment, make_client
from tests.notes.parts import ANSWERS, colleague, draft, practice, signed

pytestmark = pytest.mark.django_db(databases="__all__")


def save(note: Note, by: Any, **fields: Any) -> Note:
    """Save with what the note holds, changed by `fields`."""
    values = {"version": note.version, "title": note.title, "answers": note.content, **fields}
    return writing.save(by=by, note=note, **values)


def test_a_draft_begins_with_its_template_frozen() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        note = draft(p)
        assert (note.state, note.version, note.title, note.content) == (
            "draft",
            1,
            "Physio follow-up",
            {},
        )
        assert note.sections == p.template.sections
        assert NoteVersion.objects.filter(note=note).count() == 1


def test_a_note_on_an_appointment_is_begun_once() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        appointment = make_appointment(p.client)
        first = draft(p, appointment=appointment)
        assert draft(p, appointment=appointment).pk == first.pk
        assert first.title == appointment.service_name


def test_a_note_needs_its_client_in_the_appointment() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        appointment = make_appointment(make_client())
        with pytest.raises(writing.NotAttending):
            draft(p, appointment=appointment)


def test_every_acknowledged_save_is_kept_and_the_same_text_is_not_kept_twice() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        note = draft(p)
        second = save(note, p.by, answers={"plan": "Rest"})
        again = save(second, p.by, answers={"plan": "Rest"})
        third = save(again, p.by, answers={"plan": "Rest, then band"})
        assert (second.version, again.version, third.version) == (2, 2, 3)
        kept = [(v.version, v.content) for v in reversed(reading.versions_of(note))]
        assert kept == [(1, {}), (2, {"plan": "Rest"}), (3, {"plan": "Rest, then band"})]


def test_a_stale_write_is_refused_and_shows_what_is_kept() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        note = draft(p)
        save(note, p.by, answers={"plan": "Theirs"})
        with pytest.raises(writing.StaleWrite) as refusal:
            save(note, p.by, version=1, answers={"plan": "Mine"})
        assert refusal.value.note.content == {"plan": "Theirs"}
        assert Note.objects.get(pk=note.pk).content == {"plan": "Theirs"}


def test_a_save_whose_answer_was_lost_is_no_conflict_when_it_comes_again() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        note = draft(p)
        save(note, p.by, version=1, answers={"plan": "Rest"})
        assert save(note, p.by, version=1, answers={"plan": "Rest"}).version == 2


def test_only_the_author_writes_signs_and_discards() -> None:
    p = practice()
    _, other = colleague(p)
    with acting_in(p.account.ref, by=p.by):
        note = draft(p)
        acts: list[Callable[[], Any]] = [
            lambda: save(note, other.actor, answers=ANSWERS),
            lambda: save(note, VISITOR, answers=ANSWERS),
            lambda: writing.discard(by=other.actor, note=note),
            lambda: signing.sign(by=other.actor, note=note, version=1, title="x", answers=ANSWERS),
            lambda: draft(p, by=other.actor),
        ]
        for act in acts:
            with pytest.raises(writing.NotTheAuthor):
                act()


def test_signing_freezes_text_author_time_and_hash() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        p.author.registration = "PHY0001"
        p.author.save()
        before = clock.now()
        note = Note.objects.get(pk=signed(p).pk)
        assert (note.state, note.author_name, note.signed_zone, note.version) == (
            "final",
            "Mei Tanaka, PHY0001",
            "Australia/Sydney",
            2,
        )
        assert before <= note.signed_at <= clock.now()
        assert note.content_hash == proof.note_hash(note)
        assert len(note.content_hash) == 64
        p.author.name = "Mei Tanaka-Brandt"
        p.author.save()
        assert proof.check(Note.objects.get(pk=note.pk), []).holds is True


def test_nothing_is_signed_without_words() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        note = draft(p)
        with pytest.raises(writing.NothingWritten):
            signing.sign(by=p.by, note=note, version=1, title="x", answers={"plan": "  "})


def test_a_signed_note_is_closed_to_every_verb() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        note = signed(p)
        acts: list[Callable[[], Any]] = [
            lambda: save(note, p.by, answers={"plan": "Other"}),
            lambda: save(note, p.by),
            lambda: writing.discard(by=p.by, note=note),
            lambda: signing.sign(by=p.by, note=note, version=2, title="x", answers=ANSWERS),
            lambda: writing.copy_forward(by=p.by, note=note, version=2, source=note),
        ]
        for act in acts:
            with pytest.raises(writing.Closed) as refusal:
                act()
            assert refusal.value.note.content_hash == note.content_hash


def test_addenda_are_chained_and_in_order() -> None:
    p = practice()
    _, tom = colleague(p)
    with acting_in(p.account.ref, by=p.by):
        note = signed(p)
        first = signing.add(by=p.by, note=note, author=p.author, text=" Called back. \r\n")
        toms = reading.practitioner_of(tom)
        assert toms is not None
        second = signing.add(by=tom.actor, note=note, author=toms, text="Saw her too.")
        assert (first.text, first.author_name, second.author_name) == (
            "Called back.",
            "Mei Tanaka",
            "Tom Okafor",
        )
        assert second.added_at > first.added_at
        assert first.content_hash == proof.addendum_hash(first, note.content_hash)
        assert second.content_hash == proof.addendum_hash(second, first.content_hash)
        fresh = Note.objects.get(pk=note.pk)
        assert proof.check(fresh, reading.addenda_of(fresh)).holds is True


def test_only_signed_notes_are_added_to_and_only_under_ones_own_name() -> None:
    p = practice()
    _, tom = colleague(p)
    with acting_in(p.account.ref, by=p.by):
        open_draft = draft(p)
        with pytest.raises(writing.Closed):
            signing.add(by=p.by, note=open_draft, author=p.author, text="More")
        note = signed(p)
        with pytest.raises(writing.NotTheAuthor):
            signing.add(by=tom.actor, note=note, author=p.author, text="As Mei")
        with pytest.raises(writing.NothingWritten):
            signing.add(by=p.by, note=note, author=p.author, text=" \n ")
        with pytest.raises(signing.AddendumRefused):
            signing.add(by=p.by, note=note, author=p.author, text="a" * 20_001)
        assert Addendum.objects.count() == 0


def test_the_last_note_fills_only_what_is_empty() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        last = signed(p, {"subjective": "Then", "plan": "Then", "pain": 7})
        note = save(draft(p), p.by, answers={"plan": "Now"})
        filled = writing.copy_forward(by=p.by, note=note, version=2, source=last)
        assert filled.content == {"subjective": "Then", "plan": "Now", "pain": 7}
        assert filled.version == 3


def test_a_note_can_begin_with_the_answers_of_the_last_one() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        last = signed(p)
        assert draft(p, carry=last).content == ANSWERS


def test_nothing_is_copied_from_another_clients_note() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        theirs = signed(p, client=make_client())
        with pytest.raises(writing.NotAttending):
            writing.copy_forward(by=p.by, note=draft(p), version=1, source=theirs)


def test_a_discarded_draft_leaves_the_list_and_stays_on_record() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        note = save(draft(p), p.by, answers={"plan": "Wrong client"})
        writing.discard(by=p.by, note=note)
        assert finishing.unfinished(p.author).drafts == []
        assert NoteVersion.objects.filter(note=note).count() == 2
        with pytest.raises(writing.Closed):
            save(note, p.by, answers={})


def test_a_note_brought_in_is_final_with_its_source() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        then = clock.now() - timedelta(days=90)
        values: dict[str, Any] = {
            "client": p.client,
            "author": p.author,
            "template": p.template,
            "title": "Shoulder",
            "answers": ANSWERS,
            "signed_at": then,
        }
        note = Note.objects.get(pk=bringing.bring_in(**values, provenance="import").pk)
        assert (note.state, note.signed_at, note.provenance) == ("final", then, "import")
        assert proof.check(note, []).holds is True
        with pytest.raises(ValueError, match="signed, not brought in"):
            bringing.bring_in(**values, provenance="staff")


def test_answers_that_dont_fit_are_refused_and_nothing_is_saved() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        note = draft(p)
        with pytest.raises(AnswersRefused) as refusal:
            save(note, p.by, answers={"pain": 11, "mood": "good"})
        assert set(refusal.value.problems) == {"pain", "mood"}
        assert Note.objects.get(pk=note.pk).version == 1


def test_a_note_of_another_account_is_not_there() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        note = draft(p)
    with acting_in(make_account().ref), pytest.raises(Note.DoesNotExist):
        save(note, p.by, answers=ANSWERS)
