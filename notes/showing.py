"""Answers as people read them: in the signed note, in print, in history and beside the next note."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.templatetags.keepwell import clock as clock_words
from accounts.templatetags.keepwell import day, short_day
from accounts.time_zones import zone_info
from notes.answers import Answer
from notes.charts.chart import said
from notes.charts.drawing import figures, legend
from notes.charts.figures import View
from notes.charts.kinds import ChartKind
from notes.questions import Question, questions_of
from privacy.vocabulary import clock
from privacy.vocabulary.fields import is_unreadable


@dataclass(frozen=True, slots=True)
class Drawing:
    """A body chart as pictures: the figures that it uses, and what its lines mean."""

    figures: list[tuple[View, SafeString]]
    legend: list[tuple[ChartKind, SafeString]]


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An answer in words, and as a drawing where it is one; `label` is empty where the section's title already says it."""

    key: str
    label: str
    text: str
    drawing: Drawing | None = None


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section with the answers that were given."""

    title: str
    answers: list[ShownAnswer]


def shown_sections(
    sections: Sequence[Mapping[str, Any]], content: Mapping[str, Answer]
) -> list[ShownSection]:
    """Return the sections that hold an answer; of unreadable content one section that says so."""
    if is_unreadable(content):
        words = _("The text of this note can't be read.")
        return [ShownSection(_("Unreadable"), [ShownAnswer("", "", words)])]
    shown = []
    for section in sections:
        answers = [
            ShownAnswer(
                question.key,
                "" if question.label == section["title"] else question.label,
                as_text(content[question.key], question),
                drawing_of(content[question.key]),
            )
            for question in questions_of([section])
            if question.key in content
        ]
        if answers:
            shown.append(ShownSection(section["title"], answers))
    return shown


def as_text(answer: Answer | None, question: Question | None = None) -> str:
    """Return an answer as people read it; with its question, a date in the reader's words and a scale with its end."""
    if answer is None:
        return ""
    if isinstance(answer, list):
        return ", ".join(answer)
    if isinstance(answer, dict):
        return said(answer)
    if question is not None and question.kind == "date":
        return day(date.fromisoformat(str(answer)))
    if question is not None and question.kind == "scale":
        return _("%(score)s out of %(highest)s") % {"score": answer, "highest": question.highest}
    if question is not None and question.unit:
        return f"{answer} {question.unit}"
    return str(answer)


def drawing_of(answer: Answer | None) -> Drawing | None:
    """Return the pictures of a body chart, None for any other answer and for a chart in words alone."""
    if not isinstance(answer, dict) or not (answer.get("strokes") or answer.get("marks")):
        return None
    return Drawing(figures(answer), legend(answer))


def saved_words(moment: datetime, zone: str) -> str:
    """Return when a draft was saved: "10:42 am" today, "17 Nov, 10:42 am" before."""
    time = clock_words(moment, zone)
    wall = zone_info(zone)
    if moment.astimezone(wall).date() == clock.now().astimezone(wall).date():
        return time
    return _("%(day)s, %(time)s") % {"day": short_day(moment, zone), "time": time}
