"""What a note may answer: one strict check for forms, imports and jobs, without database."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from notes.charts.chart import Chart, ChartRefused, clean_chart
from notes.questions import (
    TODAY,
    Question,
    SectionsRefused,
    clean_sections,
    questions_of,
    too_long,
)

Answer = str | int | list[str] | Chart
Content = dict[str, Answer]

TITLE_LENGTH = 120
TEXT_LENGTH = 255
PARAGRAPH_LENGTH = 20_000
CONTENT_BYTES = 100 * 1024
NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,6})?")


class AnswersRefused(ValueError):
    """Answers that don't fit the questions; `problems` says what is wrong by question key ("" for the whole)."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("The answers don't fit the note's questions.")
        self.problems = problems


class _Wrong(ValueError):
    """One answer is wrong, in words for the writer."""


def clean_title(title: str) -> str:
    """Return a note's title without outer space; raise `AnswersRefused` when it is empty or too long."""
    title = " ".join(str(title).split())
    if not title:
        raise AnswersRefused({"title": _("Give the note a title.")})
    if len(title) > TITLE_LENGTH:
        raise AnswersRefused({"title": too_long(len(title), TITLE_LENGTH)})
    return title


def clean_answers(sections: Sequence[Mapping[str, Any]], raw: Mapping[str, object]) -> Content:
    """Return the answers as they are kept: by question key, empty ones left out, line ends as "\\n".

    Texts are str, a scale is int, `checkboxes` a list of options in the template's order, a date its ISO form, a number
    its decimal text ("36.5"; a JSON number would not survive every reader), a body chart as `notes.charts.chart` says.
    Raises `AnswersRefused` for keys that the sections don't ask, wrong types, unknown options, too long texts, and more
    than 100 KB in all.
    """
    questions = {question.key: question for question in questions_of(sections)}
    problems = {key: _("This note has no such question.") for key in raw if key not in questions}
    content: Content = {}
    for key, question in questions.items():
        try:
            answer = CHECKS[question.kind](question, raw.get(key))
        except _Wrong as wrong:
            problems[key] = str(wrong)
        else:
            if answer not in (None, "", []):
                content[key] = answer
    if not problems and (size := len(_bytes(content))) > CONTENT_BYTES:
        problems[""] = _(
            "A note holds up to %(limit)d KB of text; this one has %(size)d KB. "
            "Shorten it, or put the rest in a second note."
        ) % {"limit": CONTENT_BYTES // 1024, "size": -(-size // 1024)}
    if problems:
        raise AnswersRefused(problems)
    return content


def clean_template(sections: object) -> list[dict[str, Any]]:
    """Return a template's sections with their defaults in plain form; raise `SectionsRefused`."""
    cleaned = clean_sections(sections)
    asked: Any = sections
    for section, raw_section in zip(cleaned, asked, strict=True):
        for question, raw in zip(section["questions"], raw_section["questions"], strict=True):
            default = _clean_default(question, raw.get("default"))
            if default not in (None, "", []):
                question["default"] = default
    return cleaned


def _clean_default(question: Mapping[str, Any], raw: object) -> object:
    if question["type"] == "date" and raw == TODAY:
        return TODAY
    (asked,) = questions_of([{"questions": [question]}])
    try:
        return CHECKS[asked.kind](asked, raw)
    except _Wrong as wrong:
        raise SectionsRefused(f"{asked.label}: {wrong}") from None


def defaults_of(sections: Sequence[Mapping[str, Any]], today: date) -> Content:
    """Return the answers with which a note begins."""
    begun = {
        question.key: today.isoformat() if question.default == TODAY else question.default
        for question in questions_of(sections)
        if question.default not in (None, "", [])
    }
    return clean_answers(sections, begun)


def unanswered(sections: Sequence[Mapping[str, Any]], content: Mapping[str, object]) -> list[str]:
    """Return the keys of required questions without an answer."""
    return [
        question.key
        for question in questions_of(sections)
        if question.required and question.key not in content
    ]


def _text(raw: object, limit: int) -> str | None:
    if raw is None:
        return None
    if not isinstance(raw, str):
        raise _Wrong(_("Write text here."))
    text = raw.replace("\r\n", "\n").replace("\r", "\n").rstrip()
    if len(text) > limit:
        raise _Wrong(too_long(len(text), limit))
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise _Wrong(_("This holds a character that can't be kept."))
    return text


def _short(question: Question, raw: object) -> str | None:
    text = _text(raw, TEXT_LENGTH)
    return text.strip() if text else None


def _paragraph(question: Question, raw: object) -> str | None:
    return _text(raw, PARAGRAPH_LENGTH)


def _scale(question: Question, raw: object) -> int | None:
    if raw is None:
        return None
    fits = isinstance(raw, int) and not isinstance(raw, bool)
    if not isinstance(raw, int) or not fits or not question.lowest <= raw <= question.highest:
        raise _Wrong(
            _("Choose a number from %(lowest)d to %(highest)d.")
            % {"lowest": question.lowest, "highest": question.highest}
        )
    return raw


def _radio(question: Question, raw: object) -> str | None:
    if raw is None or raw == "":
        return None
    if not isinstance(raw, str) or raw not in question.options:
        raise _Wrong(_("Choose one of the options."))
    return raw


def _checkboxes(question: Question, raw: object) -> list[str] | None:
    if raw is None:
        return None
    if not isinstance(raw, list) or not all(isinstance(option, str) for option in raw):
        raise _Wrong(_("Choose from the options."))
    if not set(raw) <= set(question.options):
        raise _Wrong(_("Choose from the options."))
    return [option for option in question.options if option in raw]


def _date(question: Question, raw: object) -> str | None:
    if raw is None or raw == "":
        return None
    try:
        return date.fromisoformat(raw if isinstance(raw, str) else "").isoformat()
    except ValueError:
        raise _Wrong(_("Choose a date.")) from None


def _number(question: Question, raw: object) -> str | None:
    if raw is None or raw == "":
        return None
    if not isinstance(raw, str) or not NUMBER.fullmatch(raw) or not raw.isascii():
        raise _Wrong(_("Write a number, such as 36.5."))
    return raw


def _chart(question: Question, raw: object) -> Chart | None:
    try:
        return clean_chart(question.views, raw)
    except ChartRefused as refused:
        raise _Wrong(str(refused)) from None


def _bytes(content: Content) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


CHECKS: dict[str, Callable[[Question, object], Answer | None]] = {
    "text": _short,
    "paragraph": _paragraph,
    "scale": _scale,
    "radio": _radio,
    "checkboxes": _checkboxes,
    "date": _date,
    "number": _number,
    "chart": _chart,
}
