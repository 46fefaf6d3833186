"""What a template may ask and a note may answer: one strict check for forms, imports and jobs, without database."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Answer = str | int | list[str]
Content = dict[str, Answer]

KINDS: dict[str, Promise] = {
    "paragraph": gettext_lazy("Long text"),
    "text": gettext_lazy("Short text"),
    "scale": gettext_lazy("Scale from 0 to 10"),
    "radio": gettext_lazy("One of several"),
    "checkboxes": gettext_lazy("Any of several"),
    "date": gettext_lazy("Date"),
    "number": gettext_lazy("Number"),
}
WITH_OPTIONS = ("radio", "checkboxes")
SCALE = range(11)
TITLE_LENGTH = 120
TEXT_LENGTH = 255
PARAGRAPH_LENGTH = 20_000
CONTENT_BYTES = 100 * 1024
MAX_QUESTIONS = 60
MAX_OPTIONS = 30
LABEL_LENGTH = 120
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,6})?")
# Names of the other fields of a note's form
RESERVED = frozenset({"title", "version", "confirmed", "csrfmiddlewaretoken"})


class AnswersRefused(ValueError):
    """Answers that don't fit the questions; `problems` says what is wrong by question key ("" for the whole)."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("The answers don't fit the note's questions.")
        self.problems = problems


class SectionsRefused(ValueError):
    """Sections that can't be asked; `message` says why, for the person who edits the template."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class _Wrong(ValueError):
    """One answer is wrong, in words for the writer."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a frozen template."""

    key: str
    label: str
    kind: str
    options: tuple[str, ...] = ()


def questions_of(sections: Sequence[Mapping[str, Any]]) -> Iterator[Question]:
    """Yield the questions of checked sections, in their order."""
    for section in sections:
        for asked in section["questions"]:
            yield Question(
                asked["key"], asked["label"], asked["type"], tuple(asked.get("options") or ())
            )


def clean_title(title: str) -> str:
    """Return a note's title without outer space; raise `AnswersRefused` when it is empty or too long."""
    title = " ".join(str(title).split())
    if not title:
        raise AnswersRefused({"title": _("Give the note a title.")})
    if len(title) > TITLE_LENGTH:
        raise AnswersRefused({"title": _too_long(len(title), TITLE_LENGTH)})
    return title


def clean_answers(sections: Sequence[Mapping[str, Any]], raw: Mapping[str, object]) -> Content:
    """Return the answers as they are kept: by question key, empty ones left out, line ends as "\\n".

    Texts are str, a scale is int from 0 to 10, `checkboxes` a list of options in the template's order, a date its ISO
    form, a number its decimal text ("36.5"; a JSON number would not survive every reader). Raises `AnswersRefused` for
    keys that the sections don't ask, wrong types, unknown options, too long texts, and more than 100 KB in all.
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


def clean_sections(sections: object) -> list[dict[str, Any]]:
    """Return a template's sections in their plain form; raise `SectionsRefused` with the first thing that is wrong."""
    if not isinstance(sections, list) or not sections:
        raise SectionsRefused(_("A template needs at least one section."))
    seen: set[str] = set()
    cleaned = [_clean_section(section, seen) for section in sections]
    if len({section["key"] for section in cleaned}) != len(cleaned):
        raise SectionsRefused(_("Two sections have the same key."))
    if len(seen) > MAX_QUESTIONS:
        raise SectionsRefused(
            _("A template asks up to %(limit)d questions.") % {"limit": MAX_QUESTIONS}
        )
    return cleaned


def _clean_section(section: Any, seen: set[str]) -> dict[str, Any]:
    if not isinstance(section, dict) or not isinstance(section.get("questions"), list):
        raise SectionsRefused(_("A section is a title with questions."))
    if not section["questions"]:
        raise SectionsRefused(_("Each section needs at least one question."))
    return {
        "key": _clean_key(section.get("key")),
        "title": _clean_label(section.get("title"), _("Give each section a title.")),
        "questions": [_clean_question(asked, seen) for asked in section["questions"]],
    }


def _clean_question(asked: Any, seen: set[str]) -> dict[str, Any]:
    if not isinstance(asked, dict) or asked.get("type") not in KINDS:
        raise SectionsRefused(_("Choose how each question is answered."))
    key = _clean_key(asked.get("key"))
    if key in RESERVED or key in seen:
        raise SectionsRefused(_("Two questions have the same key."))
    seen.add(key)
    question = {
        "key": key,
        "label": _clean_label(asked.get("label"), _("Give each question a label.")),
        "type": asked["type"],
    }
    if asked["type"] in WITH_OPTIONS:
        question["options"] = _clean_options(asked.get("options"))
    return question


def _clean_options(options: Any) -> list[str]:
    if not isinstance(options, list) or not 1 < len(options) <= MAX_OPTIONS:
        raise SectionsRefused(_("Give two options or more to choose from."))
    cleaned = [_clean_label(option, _("An option needs a name.")) for option in options]
    if len(set(cleaned)) != len(cleaned):
        raise SectionsRefused(_("Two options have the same name."))
    return cleaned


def _clean_key(key: Any) -> str:
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise SectionsRefused(_("A key is up to 40 small letters, digits and underscores."))
    return key


def _clean_label(label: Any, missing: str) -> str:
    if not isinstance(label, str) or not label.strip():
        raise SectionsRefused(missing)
    cleaned = " ".join(label.split())
    if len(cleaned) > LABEL_LENGTH:
        raise SectionsRefused(_too_long(len(cleaned), LABEL_LENGTH))
    return cleaned


def _too_long(length: int, limit: int) -> str:
    return _("Keep it to %(limit)d characters; it has %(length)d.") % {
        "limit": limit,
        "length": length,
    }


def _text(raw: object, limit: int) -> str | None:
    if raw is None:
        return None
    if not isinstance(raw, str):
        raise _Wrong(_("Write text here."))
    text = raw.replace("\r\n", "\n").replace("\r", "\n").rstrip()
    if len(text) > limit:
        raise _Wrong(_too_long(len(text), limit))
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
    if not isinstance(raw, int) or isinstance(raw, bool) or raw not in SCALE:
        raise _Wrong(_("Choose a number from 0 to 10."))
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
}
