"""What a note may answer: refused or kept, and what is kept is kept the same way ever after."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes.answers import (
    CONTENT_BYTES,
    PARAGRAPH_LENGTH,
    AnswersRefused,
    clean_answers,
    clean_title,
)
from notes.proof import canonical
from notes.questions import SectionsRefused, clean_sections

QUESTIONS: list[dict[str, Any]] = [
    {"key": "story", "label": "Story", "type": "paragraph"},
    {"key": "short", "label": "Short", "type": "text"},
    {"key": "pain", "label": "Pain", "type": "scale"},
    {"key": "side", "label": "Side", "type": "radio", "options": ["Left", "Right"]},
    {"key": "flags", "label": "Flags", "type": "checkboxes", "options": ["Fever", "Night pain"]},
    {"key": "began", "label": "Began", "type": "date"},
    {"key": "grip", "label": "Grip", "type": "number"},
]
SECTIONS = [{"key": "all", "title": "All", "questions": QUESTIONS}]

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)
words = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=80)
fitting = st.fixed_dictionaries(
    {},
    optional={
        "story": words,
        "short": words,
        "pain": st.integers(0, 10),
        "side": st.sampled_from(["Left", "Right"]),
        "flags": st.lists(st.sampled_from(["Fever", "Night pain"])),
        "began": st.dates().map(lambda day: day.isoformat()),
        "grip": st.decimals(-1000, 1000, places=2).map(str),
    },
)


@given(st.dictionaries(st.sampled_from([q["key"] for q in QUESTIONS]) | st.text(), anything))
def test_whatever_is_sent_is_kept_whole_or_refused_with_words(raw: dict[str, Any]) -> None:
    problems: dict[str, str] = {}
    content: dict[str, Any] = {}
    try:
        content = dict(clean_answers(SECTIONS, raw))
    except AnswersRefused as refused:
        problems = refused.problems
    else:
        problems = {"none": "kept"}
    assert problems
    assert all(problems.values())
    assert set(content) <= {question["key"] for question in QUESTIONS}
    assert canonical(content)


@given(fitting)
def test_fitting_answers_are_kept_and_cleaning_again_changes_nothing(raw: dict[str, Any]) -> None:
    content = clean_answers(SECTIONS, raw)
    assert clean_answers(SECTIONS, content) == content
    assert json.loads(canonical(content)) == content


@given(fitting, st.text(min_size=1).filter(lambda key: key not in {q["key"] for q in QUESTIONS}))
def test_unknown_keys_are_refused_whatever_they_hold(raw: dict[str, Any], key: str) -> None:
    with pytest.raises(AnswersRefused) as refusal:
        clean_answers(SECTIONS, {**raw, key: ""})
    assert list(refusal.value.problems) == [key]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("story", 4),
        ("story", "a" * (PARAGRAPH_LENGTH + 1)),
        ("story", "a\0b"),
        ("story", "a\ud800b"),
        ("short", "a" * 256),
        ("pain", 11),
        ("pain", -1),
        ("pain", True),
        ("pain", "4"),
        ("pain", 4.0),
        ("side", "Both"),
        ("side", ["Left"]),
        ("flags", "Fever"),
        ("flags", ["Fever", "Cough"]),
        ("flags", [["Fever"]]),
        ("began", "24/11/2026"),
        ("began", "2026-02-30"),
        ("grip", "1e5"),
        ("grip", "١٢"),
        ("grip", 36.5),
    ],
)
def test_a_wrong_answer_is_refused_at_its_question(key: str, value: object) -> None:
    with pytest.raises(AnswersRefused) as refusal:
        clean_answers(SECTIONS, {key: value})
    assert list(refusal.value.problems) == [key]


def test_empty_answers_are_left_out_and_line_ends_are_one() -> None:
    raw = {"story": "a\r\nb \r\n", "short": "  ", "flags": [], "side": "", "pain": 0, "grip": None}
    assert clean_answers(SECTIONS, raw) == {"story": "a\nb", "pain": 0}


def test_options_are_kept_in_the_templates_order_and_once() -> None:
    raw = {"flags": ["Night pain", "Fever", "Fever"]}
    assert clean_answers(SECTIONS, raw) == {"flags": ["Fever", "Night pain"]}


def test_a_note_holds_a_hundred_kilobytes() -> None:
    many = [
        {"key": f"q{n}", "label": f"Q{n}", "type": "paragraph"}
        for n in range(CONTENT_BYTES // 18_000)
    ]
    sections = [{"key": "all", "title": "All", "questions": many}]
    full = {question["key"]: "a" * 18_000 for question in many}
    assert len(clean_answers(sections, full)) == len(many)
    wide = {question["key"]: "ā" * 18_000 for question in many}
    with pytest.raises(AnswersRefused) as refusal:
        clean_answers(sections, wide)
    assert list(refusal.value.problems) == [""]
    assert "100 KB" in refusal.value.problems[""]


def test_a_title_is_one_line_with_words() -> None:
    assert clean_title("  Shoulder \n review ") == "Shoulder review"
    for title in (" ", "a" * 121):
        with pytest.raises(AnswersRefused):
            clean_title(title)


@pytest.mark.parametrize(
    "sections",
    [
        None,
        [],
        ["x"],
        [{"key": "a", "title": "A"}],
        [{"key": "a", "title": "A", "questions": []}],
        [{"key": "A b", "title": "A", "questions": [QUESTIONS[0]]}],
        [{"key": "a", "title": " ", "questions": [QUESTIONS[0]]}],
        [{"key": "a", "title": "A", "questions": [QUESTIONS[0], QUESTIONS[0]]}],
        [{"key": "a", "title": "A", "questions": [{**QUESTIONS[0], "key": "version"}]}],
        [{"key": "a", "title": "A", "questions": [{**QUESTIONS[0], "type": "drawing"}]}],
        [{"key": "a", "title": "A", "questions": [{**QUESTIONS[3], "options": ["One"]}]}],
        [{"key": "a", "title": "A", "questions": [{**QUESTIONS[3], "options": ["One", "One"]}]}],
        [{"key": "a", "title": "A", "questions": [{**QUESTIONS[0], "label": "x" * 121}]}],
        [{"key": "a", "title": "A", "questions": [QUESTIONS[0]]}] * 2,
    ],
)
def test_sections_that_cant_be_asked_are_refused(sections: object) -> None:
    with pytest.raises(SectionsRefused) as refusal:
        clean_sections(sections)
    assert refusal.value.message


def test_sections_keep_their_plain_form() -> None:
    noisy = [{"key": "all", "title": " All ", "colour": "red", "questions": QUESTIONS}]
    assert clean_sections(noisy) == SECTIONS
