"""Answers as people read them: in the signed note, in print, in history and beside the next note."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.templatetags.keepwell import clock as clock_words
from accounts.templatetags.keepwell import day, short_day
from accounts.time_zones import zone_info
from notes.answers import Answer
from notes.questions import Question, questions_of
from privacy.vocabulary import clock
from privacy.vocabulary.fields import is_unreadable


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section with the answers that were given; a label is empty where the section's title already says it."""

    title: str
    answers: list[tuple[str, str]]


def shown_sections(
    sections: Sequence[Mapping[str, Any]], content: Mapping[str, Answer]
) -> list[ShownSection]:
    """Return the sections that hold an answer; of unreadable content one section that says so."""
    if is_unreadable(content):
        return [ShownSection(_("Unreadable"), [("", _("The text of this note can't be read."))])]
    shown = []
    for section in sections:
        answers = [
            ("" if question.label == section["title"] else question.label, text)
            for question in questions_of([section])
            if (text := as_text(content.get(question.key), question))
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
    if question is not None and question.kind == "date":
        return day(date.fromisoformat(str(answer)))
    if question is not None and question.kind == "scale":
        return _("%(score)s out of %(highest)s") % {"score": answer, "highest": question.highest}
    if question is not None and question.unit:
        return f"{answer} {question.unit}"
    return str(answer)


def saved_words(moment: datetime, zone: str) -> str:
    """Return when a draft was saved: "10:42 am" today, "17 Nov, 10:42 am" before."""
    time = clock_words(moment, zone)
    wall = zone_info(zone)
    if moment.astimezone(wall).date() == clock.now().astimezone(wall).date():
        return time
    return _("%(day)s, %(time)s") % {"day": short_day(moment, zone), "time": time}
