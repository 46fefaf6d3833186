"""What a template may ask: kinds of questions, and one strict check of a template's sections, without database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notes.charts.figures import USUAL, VIEWS

KINDS: dict[str, Promise] = {
    "paragraph": gettext_lazy("Long text"),
    "text": gettext_lazy("Short text"),
    "scale": gettext_lazy("Scale"),
    "radio": gettext_lazy("One of several"),
    "checkboxes": gettext_lazy("Any of several"),
    "date": gettext_lazy("Date"),
    "number": gettext_lazy("Number"),
    "chart": gettext_lazy("Body chart"),
}
WITH_OPTIONS = ("radio", "checkboxes")
LOWEST, HIGHEST = 0, 10
TODAY = "today"  # the default of a date that is the day on which the note is begun
MAX_SECTIONS = 30
MAX_QUESTIONS = 60
MAX_OPTIONS = 30
LABEL_LENGTH = 120
HELP_LENGTH = 300
UNIT_LENGTH = 20
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
# Names of the other fields of a note's form that a key could take; the rest have a hyphen
RESERVED = frozenset({"title", "version", "confirmed", "csrfmiddlewaretoken"})
SEEN_ON, WHY = "seen-on", "why-amended"


class SectionsRefused(ValueError):
    """Sections that can't be asked; `message` says why, for the person who edits the template."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a frozen template; `low` and `high` are the words at the ends of its scale."""

    key: str
    label: str
    kind: str
    options: tuple[str, ...] = ()
    help: str = ""
    required: bool = False
    default: Any = None
    lowest: int = LOWEST
    highest: int = HIGHEST
    low: str = ""
    high: str = ""
    unit: str = ""
    views: tuple[str, ...] = USUAL

    def asks_as(self, other: Question) -> bool:
        """Whether an answer to `other` answers this one too: asked and answered the same way."""
        return self._asked() == other._asked()

    def _asked(self) -> tuple[object, ...]:
        scale = (self.lowest, self.highest, self.unit)
        return (self.label, self.kind, self.options, scale, self.views)


def questions_of(sections: Sequence[Mapping[str, Any]]) -> Iterator[Question]:
    """Yield the questions of checked sections, in their order."""
    for section in sections:
        for asked in section["questions"]:
            yield question_of(asked)


def question_of(asked: Mapping[str, Any]) -> Question:
    """Return a checked question."""
    return Question(
        asked["key"],
        asked["label"],
        asked["type"],
        tuple(asked.get("options") or ()),
        help=asked.get("help", ""),
        required=asked.get("required", False),
        default=asked.get("default"),
        lowest=asked.get("lowest", LOWEST),
        highest=asked.get("highest", HIGHEST),
        low=asked.get("low", ""),
        high=asked.get("high", ""),
        unit=asked.get("unit", ""),
        views=tuple(asked.get("views") or USUAL),
    )


def clean_sections(sections: object) -> list[dict[str, Any]]:
    """Return a template's sections in their plain form; raise `SectionsRefused` with the first thing that is wrong.

    A section is {"key", "title", "questions"}, a question {"key", "label", "type"} and, where they say something, "help",
    "required", "default", "options" (radio, checkboxes), "lowest", "highest", "low", "high" (scale), "unit" (number),
    "views" (chart).
    """
    if not isinstance(sections, list) or not sections:
        raise SectionsRefused(_("A template needs at least one section."))
    if len(sections) > MAX_SECTIONS:
        raise SectionsRefused(
            _("A template has up to %(limit)d sections.") % {"limit": MAX_SECTIONS}
        )
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
    if help_text := _clean_words(asked.get("help"), HELP_LENGTH):
        question["help"] = help_text
    if asked.get("required") is True:
        question["required"] = True
    more = MORE.get(asked["type"])
    return {**question, **(more(asked) if more else {})}


def _clean_options(asked: Mapping[str, Any]) -> dict[str, Any]:
    options = asked.get("options")
    if not isinstance(options, list) or not 1 < len(options) <= MAX_OPTIONS:
        raise SectionsRefused(_("Give two options or more to choose from."))
    cleaned = [_clean_label(option, _("An option needs a name.")) for option in options]
    if len(set(cleaned)) != len(cleaned):
        raise SectionsRefused(_("Two options have the same name."))
    return {"options": cleaned}


def _clean_scale(asked: Mapping[str, Any]) -> dict[str, Any]:
    lowest, highest = asked.get("lowest", LOWEST), asked.get("highest", HIGHEST)
    if lowest not in (0, 1) or isinstance(lowest, bool) or isinstance(highest, bool):
        raise SectionsRefused(_("A scale begins with 0 or 1."))
    if not isinstance(highest, int) or not lowest + 1 < highest <= HIGHEST:
        raise SectionsRefused(_("A scale ends with a number from 2 to 10."))
    ends = {"lowest": lowest, "highest": highest} if (lowest, highest) != (LOWEST, HIGHEST) else {}
    words = {name: _clean_words(asked.get(name), LABEL_LENGTH) for name in ("low", "high")}
    return {**ends, **{name: text for name, text in words.items() if text}}


def _clean_unit(asked: Mapping[str, Any]) -> dict[str, Any]:
    unit = _clean_words(asked.get("unit"), UNIT_LENGTH)
    return {"unit": unit} if unit else {}


def _clean_views(asked: Mapping[str, Any]) -> dict[str, Any]:
    views = asked.get("views")
    if views is None:
        return {}
    if not isinstance(views, list) or not views or not all(str(view) in VIEWS for view in views):
        raise SectionsRefused(_("Choose at least one figure for a body chart."))
    chosen = [view for view in VIEWS if view in views]
    return {"views": chosen} if tuple(chosen) != USUAL else {}


MORE: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "radio": _clean_options,
    "checkboxes": _clean_options,
    "scale": _clean_scale,
    "number": _clean_unit,
    "chart": _clean_views,
}


def _clean_key(key: Any) -> str:
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise SectionsRefused(_("A key is up to 40 small letters, digits and underscores."))
    return key


def _clean_label(label: Any, missing: str) -> str:
    if not isinstance(label, str) or not label.strip():
        raise SectionsRefused(missing)
    return _clean_words(label, LABEL_LENGTH)


def _clean_words(words: Any, limit: int) -> str:
    if words is None:
        return ""
    if not isinstance(words, str):
        raise SectionsRefused(_("Write text here."))
    cleaned = " ".join(words.split())
    if len(cleaned) > limit:
        raise SectionsRefused(too_long(len(cleaned), limit))
    return cleaned


def too_long(length: int, limit: int) -> str:
    """Return the words for a text that is too long."""
    return _("Keep it to %(limit)d characters; it has %(length)d.") % {
        "limit": limit,
        "length": length,
    }
