"""Templates of notes: provided, changed without touching notes, archived; and the editor that loses nothing typed."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Role
from accounts.tenancy import acting_in
from notes import templates
from notes.models import Note, NoteTemplate
from notes.questions import SectionsRefused, clean_sections
from notes.template_form import TemplateEditor
from tests.browser import sign_in
from tests.factories import make_member
from tests.notes.parts import draft, practice

pytestmark = pytest.mark.django_db(databases="__all__")
SECTIONS = [
    {
        "key": "plan",
        "title": "Plan",
        "questions": [{"key": "plan", "label": "Plan", "type": "paragraph"}],
    }
]


def test_the_defaults_are_four_and_come_once() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        names = [template.name for template in templates.provide_defaults(by=p.by)]
        assert names == ["Physio follow-up", "First visit", "Psychology session", "Podiatry"]
        for template in templates.live():
            assert clean_sections(template.sections) == template.sections
            templates.archive(by=p.by, template=template)
        assert templates.provide_defaults() == []


def test_changing_a_template_leaves_notes_as_they_began() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        note = draft(p)
        changed = templates.change(by=p.by, template=p.template, name="New", sections=SECTIONS)
        assert (changed.name, changed.version) == ("New", 2)
        again = templates.change(by=p.by, template=changed, name="Newer", sections=SECTIONS)
        assert again.version == 2
        kept = Note.objects.get(pk=note.pk)
        assert (kept.sections, kept.template_version) == (p.template.sections, 1)


def test_a_copy_stands_beside_and_an_archived_one_comes_back() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        made = templates.copy(by=p.by, template=p.template)
        assert (made.name, made.sections) == ("Physio follow-up (copy)", p.template.sections)
        templates.archive(by=p.by, template=made)
        assert made.pk not in {template.pk for template in templates.live()}
        templates.restore(by=p.by, template=made)
        assert made.pk in {template.pk for template in templates.live()}


@pytest.mark.parametrize("name", ["", "  ", "a" * 81])
def test_a_template_needs_a_name_of_sensible_length(name: str) -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by), pytest.raises(SectionsRefused):
        templates.add(by=p.by, name=name, sections=SECTIONS)


def test_keys_are_made_from_labels_and_never_taken_twice() -> None:
    assert templates.key_for("Pain today", set()) == "pain_today"
    assert templates.key_for("Pain today", {"pain_today"}) == "pain_today_2"
    assert templates.key_for("Title", set()) == "title_2"
    assert templates.key_for("痛み", set()) == "question"


def test_the_editor_gives_back_what_the_template_asks() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        for template in templates.live():
            assert clean_sections(TemplateEditor.of(template).kept()) == template.sections


buttons = st.sampled_from(["add-section", "add-question", "drop-section", "drop-question", "up"])
numbers = st.lists(st.integers(-1, 3).map(str) | st.just("x"), max_size=3)


@given(st.lists(st.tuples(buttons, numbers), max_size=12))
def test_any_pressing_of_buttons_leaves_an_editor(pressed: list[tuple[str, list[str]]]) -> None:
    editor = TemplateEditor("Name", [dict(section) for section in _opened()])
    for button, places in pressed:
        editor.press(":".join([button, *places]))
    kept = editor.kept()
    keys = [question["key"] for section in kept for question in section["questions"]]
    assert len(keys) == len(set(keys))


def _opened() -> list[dict[str, Any]]:
    question = {"key": "plan", "label": "Plan", "type": "paragraph", "options": ""}
    other = {"key": "", "label": "Side", "type": "radio", "options": "Left\nRight"}
    return [
        {"key": "plan", "title": "Plan", "questions": [question, other]},
        {"key": "", "title": "Plan", "questions": [{**other}]},
    ]


def posted(**more: str) -> dict[str, str]:
    """Return the editor's form as a browser sends it."""
    return {
        "name": "Hand therapy",
        "s-0-key": "",
        "s-0-title": "Grip",
        "s-0-q-0-key": "",
        "s-0-q-0-label": "",
        "s-0-q-0-type": "number",
        "s-0-q-0-options": "",
        "s-1-title": "Side",
        "s-1-key": "",
        "s-1-q-0-key": "",
        "s-1-q-0-label": "",
        "s-1-q-0-type": "radio",
        "s-1-q-0-options": "Left\r\nRight\r\n",
        **more,
    }


def test_a_template_is_made_and_changed_on_its_page(client: Client) -> None:
    p = practice()
    sign_in(client, p.owner_user, p.account)
    new = reverse("note_template_new", args=[p.account.slug])
    assert client.get(new).status_code == 200
    assert client.post(new, posted()).status_code == 302
    with acting_in(p.account.ref, by=p.by):
        made = NoteTemplate.objects.get(name="Hand therapy")
    assert [section["questions"][0] for section in made.sections] == [
        {"key": "grip", "label": "Grip", "type": "number"},
        {"key": "side", "label": "Side", "type": "radio", "options": ["Left", "Right"]},
    ]
    page = reverse("note_template", args=[p.account.slug, made.pk])
    pressed = client.post(page, posted(do="add-question:0"))
    assert (pressed.status_code, 'name="s-0-q-1-label"' in pressed.text) == (200, True)
    bad = client.post(page, posted(**{"s-1-q-0-options": "Only one"}))
    assert (bad.status_code, "Only one" in bad.text, "two options" in bad.text) == (422, True, True)
    assert client.post(page, posted(**{"s-0-q-0-type": "drawing"})).status_code == 422


def test_templates_are_copied_and_archived_on_their_page(client: Client) -> None:
    p = practice()
    sign_in(client, p.owner_user, p.account)
    listing = reverse("note_templates", args=[p.account.slug])
    copied = client.post(reverse("note_template_copy", args=[p.account.slug, p.template.pk]))
    assert copied.status_code == 302
    assert "Physio follow-up (copy)" in client.get(listing).text
    archive = reverse("note_template_archive", args=[p.account.slug, p.template.pk])
    client.post(archive)
    assert "Offer again" in client.get(listing).text
    client.post(archive)
    assert "Offer again" not in client.get(listing).text


def test_templates_are_the_owners_and_the_accounts_own(client: Client) -> None:
    p, theirs = practice(), practice()
    user, _ = make_member(p.account, Role.PRACTITIONER)
    sign_in(client, user, p.account)
    assert client.get(reverse("note_templates", args=[p.account.slug])).status_code == 403
    sign_in(client, p.owner_user, p.account)
    foreign = reverse("note_template", args=[p.account.slug, theirs.template.pk])
    assert client.get(foreign).status_code == 404
    assert client.post(foreign, posted()).status_code == 404


def test_the_list_costs_the_same_for_one_and_for_three(client: Client) -> None:
    p = practice()
    sign_in(client, p.owner_user, p.account)
    listing = reverse("note_templates", args=[p.account.slug])
    counts = []
    for _ in range(3):
        client.get(listing)
        with CaptureQueriesContext(connections["region_au"]) as queries:
            client.get(listing)
        counts.append(len(queries))
        with acting_in(p.account.ref, by=p.by):
            templates.copy(by=p.by, template=p.template)
    assert counts[0] == counts[2]
