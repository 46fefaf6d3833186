"""A signed note proves itself: any change to what was signed shows (features 4.17)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import psycopg
import pytest
from django.db import connections

from accounts.tenancy import acting_in
from notes import proof, reading, signing
from notes.models import Note
from tests.notes.parts import practice, signed
from tests.parts import Parts

pytestmark = pytest.mark.django_db(databases="__all__")


def test_the_canonical_text_is_the_same_in_any_language() -> None:
    facts = {"b": ["é", 4, None], "a": "line\nend\u2028"}
    assert proof.canonical(facts).decode() == '{"a":"line\\nend\u2028","b":["é",4,null]}'
    with pytest.raises(ValueError, match="JSON compliant"):
        proof.canonical({"a": float("nan")})


def test_the_hash_can_be_computed_from_the_facts_alone() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        note = signed(p)
        facts = json.loads(json.dumps(proof.note_facts(note)))
        text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(text.encode()).hexdigest() == note.content_hash


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("content", {"plan": "Something else"}),
        ("title", "Another title"),
        ("author_name", "Somebody Else"),
        ("signed_zone", "Europe/Dublin"),
        ("template_version", 9),
        ("sections", []),
        ("version", 1),
        ("provenance", "import"),
        ("appointment_id", "0199d7a0-0000-7000-8000-000000000000"),
    ],
)
def test_each_fact_is_under_the_signature(field: str, value: Any) -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        note = signed(p)
        assert proof.check(note, []).holds is True
        setattr(note.words if field in ("content", "title") else note, field, value)
        assert proof.check(note, []).holds is False


def test_an_altered_addendum_and_all_that_follow_from_a_lost_one_show() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        note = signed(p)
        for text in ("One", "Two", "Three"):
            signing.add(by=p.by, note=note, author=p.author, text=text)
        one, two, three = reading.addenda_of(note)
        found = proof.check(note, [one, three])
        assert (found.note_holds, found.addenda) == (True, {one.pk: True, three.pk: False})
        two.text = "Two, altered"
        found = proof.check(note, [one, two, three])
        assert found.addenda == {one.pk: True, two.pk: False, three.pk: True}


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_change_by_a_superuser_in_sql_shows(parts: Parts) -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        note = signed(p)
    with psycopg.connect(
        parts.postgres, dbname=connections["region_au"].settings_dict["NAME"]
    ) as database:
        database.execute("SET session_replication_role = replica")
        database.execute(
            "UPDATE notes_note SET signed_at = signed_at - interval '1 day' WHERE id = %s",
            [note.pk],
        )
    with acting_in(p.account.ref, by=p.by):
        assert proof.check(Note.objects.get(pk=note.pk), []).holds is False


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_text_that_cant_be_opened_never_passes_for_signed(parts: Parts) -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        note, other = signed(p), signed(p)
    with psycopg.connect(
        parts.postgres, dbname=connections["region_au"].settings_dict["NAME"]
    ) as database:
        database.execute("SET session_replication_role = replica")
        database.execute(
            "UPDATE notes_noteversion SET content = (SELECT content FROM notes_noteversion"
            " WHERE note_id = %s AND version = 2) WHERE note_id = %s AND version = 2",
            [other.pk, note.pk],
        )
    with acting_in(p.account.ref, by=p.by):
        assert proof.check(Note.objects.get(pk=note.pk), []).note_holds is False
