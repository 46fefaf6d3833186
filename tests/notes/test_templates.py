"""Templates of notes: provided, changed without touching notes, archived; and the editor that loses nothing typed."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Role
from accounts.tenancy import acting_in
from notes import templates
from notes.answers import clean_template, defaults_of, unanswered
from notes.models import Note, NoteTemplate
from notes.questions import SectionsRefused, clean_sections
from notes.standard import gallery
from notes.template_form import TemplateEditor
from privacy.vocabulary import clock
from tests.browser import sign_in
from tests.factories import make_appointment, make_member
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


def test_the_editor_gives_back_what_every_standard_template_asks() -> None:
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        for standard in gallery.STANDARDS.values():
            made = templates.add_standard(by=p.by, standard=standard)
            assert clean_template(TemplateEditor.of(made).kept()) == made.sections
            assert made.is_restricted is (standard.key == "process_notes")
            assert defaults_of(made.sections, clock.now().date()) == {}


@pytest.mark.parametrize(
    ("words", "first", "count"),
    [
        (["Physiotherapist", ""], "physio_follow_up", 4),
        (["Klinische Psychologin", "Psychologin"], "psychology_session", 4),
        (["Podiatrist", "Osteopath"], "podiatry", 4),
        (["", "Astronaut"], "physio_follow_up", 4),
        (["Dietitian"], "dietetics_review", 3),
    ],
)
def test_a_practice_begins_with_the_templates_of_its_professions(
    words: list[str], first: str, count: int
) -> None:
    found = gallery.for_professions(words)
    assert (found[0].key, len(found)) == (first, count)


def test_the_editor_keeps_all_that_a_question_says() -> None:
    asked = [
        {"key": "a", "label": "A", "type": "paragraph", "help": "Say it", "default": "One\nTwo"},
        {"key": "b", "label": "B", "type": "checkboxes", "options": ["X", "Y"], "default": ["Y"]},
        {"key": "c", "label": "C", "type": "radio", "options": ["X", "Y"], "required": True},
        {
            "key": "d",
            "label": "D",
            "type": "scale",
            "lowest": 1,
            "highest": 5,
            "low": "never",
            "high": "always",
            "default": 3,
        },
        {"key": "e", "label": "E", "type": "date", "default": "today"},
        {"key": "f", "label": "F", "type": "number", "unit": "kg", "default": "70.5"},
        {"key": "g", "label": "G", "type": "chart", "views": ["soles", "feet"]},
    ]
    sections = [{"key": "s", "title": "S", "questions": asked}]
    assert clean_template(sections) == sections
    editor = TemplateEditor("S", TemplateEditor.opened(sections))
    assert clean_template(editor.kept()) == sections
    today = date(2026, 11, 24)
    assert defaults_of(sections, today) == {
        "a": "One\nTwo",
        "b": ["Y"],
        "d": 3,
        "e": "2026-11-24",
        "f": "70.5",
    }
    assert unanswered(sections, {}) == ["c"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "scale", "lowest": 2},
        {"type": "scale", "highest": 11},
        {"type": "scale", "lowest": 1, "highest": 2},
        {"type": "scale", "default": 11},
        {"type": "radio", "options": ["X", "Y"], "default": "Z"},
        {"type": "number", "default": "many"},
        {"type": "date", "default": "tomorrow"},
        {"type": "chart", "views": []},
        {"type": "chart", "views": ["inside"]},
        {"type": "text", "help": "a" * 301},
        {"type": "drawing"},
    ],
)
def test_a_question_that_cant_be_asked_is_refused(wrong: dict[str, Any]) -> None:
    question = {"key": "a", "label": "A", **wrong}
    with pytest.raises(SectionsRefused):
        clean_template([{"key": "s", "title": "S", "questions": [question]}])


buttons = st.sampled_from(["add-section", "add-question", "drop", "copy", "up", "down", "move"])
numbers = st.lists(st.integers(-1, 3).map(str) | st.just("x"), max_size=4)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(buttons, numbers), max_size=8))
def test_any_pressing_of_buttons_leaves_an_editor(pressed: list[tuple[str, list[str]]]) -> None:
    editor = TemplateEditor("Name", [dict(section) for section in _opened()])
    for button, places in pressed:
        editor.press(":".join([button, *places]))
    kept = editor.kept()
    keys = [question["key"] for section in kept for question in section["questions"]]
    assert len(keys) == len(set(keys))


def _opened() -> list[dict[str, Any]]:
    question = {**TemplateEditor.BLANK, "key": "plan", "label": "Plan"}
    other = {**TemplateEditor.BLANK, "label": "Side", "type": "radio", "options": "Left\nRight"}
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
    shown = client.post(page, posted(do="preview"))
    assert (shown.status_code, 'name="grip"' in shown.text) == (200, True)
    part = client.post(page, posted(do="move:1:0"), headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert part.index('value="Side"') < part.index('value="Grip"')
    beside = client.post(page, posted(do="preview"), headers={"HX-Request": "true"}).text
    assert 'name="grip"' in beside
    assert "s-0-title" not in beside
    empty = client.post(page, {"name": "x", "do": "preview"}, headers={"HX-Request": "true"})
    assert "at least one section" in empty.text


def test_a_services_notes_begin_with_its_template(client: Client) -> None:
    p = practice()
    sign_in(client, p.owner_user, p.account)
    with acting_in(p.account.ref, by=p.by):
        visit = make_appointment(p.client)
        other = templates.live()[2]
    page = reverse("note_template", args=[p.account.slug, other.pk])
    assert str(visit.service_id) in client.get(page).text
    kept = {"name": "Session", "s-0-title": "Session", "s-0-q-0-type": "paragraph"}
    chosen = {**kept, "services": [str(visit.service_id), "x"], "restricted": "on"}
    assert client.post(page, chosen).status_code == 302
    new = reverse("note_new", args=[p.account.slug, p.client.pk]) + f"?appointment={visit.pk}"
    assert re.search(rf'value="{other.pk}"[^>]*checked', client.get(new).text)
    client.post(new, {"template": str(other.pk)})
    with acting_in(p.account.ref, by=p.by):
        assert Note.objects.get(appointment=visit).is_restricted is True
        first = templates.live()[0]
    takes_over = reverse("note_template", args=[p.account.slug, first.pk])
    assert "now: Session" in client.get(takes_over).text
    client.post(takes_over, {**kept, "services": [str(visit.service_id)]})
    with acting_in(p.account.ref, by=p.by):
        assert templates.of_service(visit.service_id) == first.pk


def test_standard_templates_are_added_and_templates_put_in_order(client: Client) -> None:
    p = practice()
    sign_in(client, p.owner_user, p.account)
    shown = client.get(reverse("note_template_gallery", args=[p.account.slug])).text
    assert "Diabetic foot check" in shown
    add = reverse("note_template_standard", args=[p.account.slug, "diabetic_foot"])
    assert client.post(add).status_code == 302
    nothing = reverse("note_template_standard", args=[p.account.slug, "astrology"])
    assert client.post(nothing).status_code == 404
    with acting_in(p.account.ref, by=p.by):
        made = NoteTemplate.objects.get(name="Diabetic foot check")
    place = reverse("note_template_place", args=[p.account.slug, made.pk])
    for to, expected in (("0", 0), ("99", 4), ("-3", 0), ("x", 0)):
        client.post(place, {"to": to})
        with acting_in(p.account.ref, by=p.by):
            assert [each.pk for each in templates.live()].index(made.pk) == expected


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
