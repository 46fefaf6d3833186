"""Answers of a form as people read them: before it is handed in, by those who look at it, and on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.consents.signatures import path
from notes.intake.answering import ACCEPTED, DECLINED, DENY, PERMIT
from notes.intake.asking import CONSENT, NOTICE, SIGNATURE, Asked, asked_of
from notes.models import Form
from notes.showing import as_text
from privacy.vocabulary.fields import is_unreadable

SAID: dict[str, Promise] = {
    PERMIT: gettext_lazy("I agree"),
    DENY: gettext_lazy("I do not agree"),
    ACCEPTED: gettext_lazy("I have read this and agree"),
    DECLINED: gettext_lazy("I do not agree"),
}


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """A question with its answer in words; `drawn` is the path of a signature, `words` what was agreed to.

    `label` is empty where the section's title already says it.
    """

    label: str
    text: str
    drawn: str = ""
    words: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section with what was answered in it, and all that it asks."""

    title: str
    answers: list[ShownAnswer]
    asked: list[Asked]


def answered_sections(form: Form) -> list[ShownSection]:
    """Return every section of a form with the answers that were given."""
    if is_unreadable(form.answers):
        unreadable = ShownAnswer("", _("The answers of this form can’t be read."))
        return [ShownSection(_("Unreadable"), [unreadable], [])]
    found = []
    for section in form.sections:
        asked = list(asked_of([section]))
        answers = [
            _shown(each, form.answers[each.key], section["title"])
            for each in asked
            if each.key in form.answers
        ]
        found.append(ShownSection(section["title"], answers, asked))
    return found


@dataclass(frozen=True, slots=True)
class BlankQuestion:
    """A question as paper asks it: its options or the numbers of its scale; `after` says when it is to be answered."""

    asked: Asked
    choices: list[str]
    after: str


def blank_sections(sections: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[BlankQuestion]]]:
    """Return the sections of a form, frozen in some language, as paper asks them."""
    labels = {each.key: each.question.label for each in asked_of(sections)}
    return [
        (section["title"], [_blank(each, labels) for each in asked_of([section])])
        for section in sections
    ]


def _blank(each: Asked, labels: Mapping[str, str]) -> BlankQuestion:
    question = each.question
    choices = list(question.options)
    if each.kind == "scale":
        choices = [str(number) for number in range(question.lowest, question.highest + 1)]
    elif each.kind == CONSENT:
        choices = [str(SAID[PERMIT]), str(SAID[DENY])]
    elif each.kind == NOTICE:
        choices = [str(SAID[ACCEPTED]), str(SAID[DECLINED])]
    after = ""
    if each.when is not None:
        words = {"question": labels[each.when[0]], "answer": " / ".join(each.when[1])}
        after = _("Only if you answered “%(answer)s” to “%(question)s”") % words
    return BlankQuestion(each, choices, after)


def _shown(each: Asked, answer: Any, title: str) -> ShownAnswer:
    label = "" if each.question.label == title else each.question.label
    if each.kind == SIGNATURE:
        return ShownAnswer(label, answer["name"], path(answer.get("strokes")))
    if each.is_special:
        return ShownAnswer(
            each.title or label, str(SAID[answer]), words=each.words, version=each.version
        )
    return ShownAnswer(label, as_text(answer, each.question))
