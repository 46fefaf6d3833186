"""What forms may ask, and how measures count: pure, without a database but for the words of consents."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from notes.answers import AnswersRefused
from notes.intake import answering, asking, scoring
from notes.intake.asking import asked_of
from notes.intake.standards import BY_KEY, STANDARDS
from notes.questions import SectionsRefused

PURPOSE = str(uuid4())


def sections(*questions: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": "one", "title": "One", "questions": list(questions)}]


def q(key: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "label": key.capitalize(), "type": kind, **more}


@pytest.mark.parametrize("standard", STANDARDS, ids=lambda each: each.key)
def test_the_products_own_forms_are_as_strict_as_any(standard: Any) -> None:
    mine = standard.sections()
    assert asking.clean(mine, ()) == mine
    rule = standard.scoring()
    keys = {each.key for each in asked_of(mine)}
    assert set(rule.get("keys", [])) | set(rule.get("watch", {})) <= keys


@pytest.mark.parametrize(
    ("answers", "total", "words", "urgent"),
    [
        ([0] * 9, 0, "minimal", False),
        ([1, 1, 1, 1, 0, 0, 0, 0, 0], 4, "minimal", False),
        ([1, 1, 1, 1, 1, 0, 0, 0, 0], 5, "mild", False),
        ([2] * 7 + [0, 1], 15, "moderately severe", True),
        ([3] * 9, 27, "severe", True),
    ],
)
def test_phq_9_counts_as_published(
    answers: list[int], total: int, words: str, urgent: bool
) -> None:
    standard = BY_KEY["phq_9"]
    mine, rule = standard.sections(), standard.scoring()
    options = mine[0]["questions"][0]["options"]
    said = {f"phq_{n}": options[value] for n, value in enumerate(answers, start=1)}
    score = scoring.score_of(rule, mine, said)
    assert score is not None
    assert (score["total"], score["most"], score["words"]) == (total, 27, words)
    assert scoring.is_urgent(rule, mine, said) is urgent
    del said["phq_3"]
    assert scoring.score_of(rule, mine, said) is None, "a published sum needs every answer"


@pytest.mark.parametrize(
    ("answers", "total"),
    [
        ({"how_1": 3}, "3.0"),
        ({"how_1": 3, "how_2": 4}, "3.5"),
        ({"how_1": 1, "how_2": 2, "how_3": 2}, "1.7"),
        ({}, None),
    ],
)
def test_a_mean_counts_what_was_answered(answers: dict[str, int], total: str | None) -> None:
    standard = BY_KEY["activities"]
    score = scoring.score_of(standard.scoring(), standard.sections(), answers)
    assert (score["total"] if score else None) == total
    assert scoring.score_of({}, standard.sections(), answers) is None


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ([q("a", "consent", purpose="nobody")], "what each consent is for"),
        ([q("a", "consent")], "what each consent is for"),
        ([q("a", "bodychart")], "how each question is answered"),
        ([q("a", "notice"), q("b", "notice")], "privacy notice once"),
        ([q("a", "scale", fills="phone")], "can’t fill that part"),
        ([q("a", "text", fills="birth_date")], "can’t fill that part"),
        ([q("a", "text", fills="password")], "can’t fill that part"),
        ([q("a", "text", when={"key": "b", "is": ["Yes"]})], "comes before it"),
        (
            [
                q("b", "radio", options=["Yes", "No"]),
                q("a", "text", when={"key": "b", "is": ["May"]}),
            ],
            "comes before it",
        ),
        (
            [q("b", "radio", options=["Yes", "No"]), q("a", "text", when={"key": "b", "is": []})],
            "comes before it",
        ),
        ([q("a", "text"), q("a", "text")], "same key"),
        ([], "at least one question"),
    ],
)
def test_what_cant_be_asked_is_said(asked: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(SectionsRefused) as refused:
        asking.clean(sections(*asked), {PURPOSE})
    assert said in refused.value.message


def test_what_hangs_on_what_is_not_asked_is_not_asked() -> None:
    mine = asking.clean(
        sections(
            q("a", "radio", options=["Yes", "No"]),
            q("b", "checkboxes", options=["x", "y"], when={"key": "a", "is": ["Yes"]}),
            q("c", "text", required=True, when={"key": "b", "is": ["y"]}),
        ),
        (),
    )
    chain = {"a": "Yes", "b": ["x", "y"], "c": "so"}
    assert answering.clean(mine, chain) == chain
    assert answering.clean(mine, {**chain, "a": "No"}) == {"a": "No"}
    assert answering.missing(mine, {"a": "Yes", "b": ["y"]}) == {"c": "This needs an answer."}
    assert answering.missing(mine, {"a": "Yes", "b": ["x"]}) == {}


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("consent", "yes"),
        ("notice", "permit"),
        ("signature", "Ana"),
        ("signature", {"name": "Ana", "strokes": [[1, 5000]]}),
        ("signature", {"name": "A" * 161}),
        ("signature", {"name": "Ana", "when": "today"}),
    ],
)
def test_what_is_no_answer_is_refused_by_its_key(kind: str, raw: Any) -> None:
    asked = q("a", kind, **({"purpose": PURPOSE} if kind == "consent" else {}))
    with pytest.raises(AnswersRefused) as refused:
        answering.clean(sections(asked), {"a": raw, "b": 1})
    assert set(refused.value.problems) == {"a", "b"}


def test_a_drawing_without_a_name_signs_nothing() -> None:
    asked = sections(q("a", "signature", required=True))
    assert answering.clean(asked, {"a": {"name": " ", "strokes": [[1, 1]]}}) == {}
    assert answering.missing(asked, {}) == {"a": "Write your name to sign."}
