"""What a form may be answered: one strict check for the client's page, the desk and jobs, without database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from clients.consents.signatures import is_drawing
from notes.answers import AnswersRefused, clean_answers
from notes.intake.asking import CONSENT, NOTICE, SIGNATURE, Asked, asked_of
from privacy.vocabulary import clock

PERMIT, DENY = "permit", "deny"
ACCEPTED, DECLINED = "accepted", "declined"
CHOICES = {CONSENT: (PERMIT, DENY), NOTICE: (ACCEPTED, DECLINED)}
NAME_LENGTH = 160
BORN, EARLIEST = "birth_date", "1890-01-01"
Answers = dict[str, Any]


def clean(sections: Sequence[Mapping[str, Any]], raw: Mapping[str, object]) -> Answers:
    """Return answers as they are kept: by key, empty ones left out; raise `AnswersRefused` by key.

    A consent is "permit" or "deny", the notice "accepted" or "declined", a signature {"name", "strokes"}. Everything
    else is as in notes. Answers to questions that are not asked, as the others stand, are left out.
    """
    asked = {each.key: each for each in asked_of(sections)}
    problems = {key: _("This form has no such question.") for key in raw if key not in asked}
    plain = [
        {
            **section,
            "questions": [q for q in section["questions"] if not asked[q["key"]].is_special],
        }
        for section in sections
    ]
    mine = {key: value for key, value in raw.items() if key in asked and not asked[key].is_special}
    kept: Answers = {}
    try:
        kept.update(clean_answers(plain, mine))
    except AnswersRefused as refused:
        problems |= refused.problems
    for each in asked.values():
        if each.is_special:
            try:
                value = _special(each, raw.get(each.key))
            except ValueError as wrong:
                problems[each.key] = str(wrong)
            else:
                kept |= {each.key: value} if value else {}
        elif each.fills == BORN and not _can_be_birthday(kept.get(each.key)):
            problems[each.key] = _("Check the year of this date.")
    if problems:
        raise AnswersRefused(problems)
    return _asked_alone(asked.values(), kept)


def missing(sections: Sequence[Mapping[str, Any]], answers: Mapping[str, object]) -> dict[str, str]:
    """Return what has to be answered before a form is complete, by key, in words for its field."""
    found = {}
    for each in asked_of(sections):
        if not each.question.required or not each.is_asked(answers) or each.key in answers:
            continue
        found[each.key] = _needs(each)
    return found


def _can_be_birthday(answer: object) -> bool:
    """Whether somebody can be born on a day; where the day is furthest on, it may be the one that is tomorrow in UTC."""
    latest = (clock.now() + timedelta(hours=14)).date().isoformat()
    return answer is None or EARLIEST <= str(answer) <= latest


def _needs(each: Asked) -> str:
    if each.kind == SIGNATURE:
        return _("Write your name to sign.")
    if each.kind in CHOICES:
        return _("Choose one. No is an answer, too.")
    if each.kind in ("radio", "checkboxes", "scale"):
        return _("Choose an answer.")
    return _("This needs an answer.")


def _asked_alone(asked: Any, kept: Answers) -> Answers:
    """Return the answers to what is asked, in the order of the questions, so that a dropped one drops what hangs on it."""
    answers: Answers = {}
    for each in asked:
        if each.key in kept and each.is_asked(answers):
            answers[each.key] = kept[each.key]
    return answers


def _special(each: Asked, raw: object) -> object:
    if raw in (None, "", {}):
        return None
    if each.kind in CHOICES:
        if raw not in CHOICES[each.kind]:
            raise ValueError(_("Choose one of the options."))
        return raw
    return _signature(raw)


def _signature(raw: object) -> dict[str, Any] | None:
    if not isinstance(raw, dict) or not set(raw) <= {"name", "strokes"}:
        raise ValueError(_("Sign again: this signature can’t be read."))
    name, strokes = raw.get("name", ""), raw.get("strokes", [])
    if not isinstance(name, str) or not is_drawing(strokes):
        raise ValueError(_("Sign again: this signature can’t be read."))
    name = " ".join(name.split())
    if len(name) > NAME_LENGTH:
        raise ValueError(_("Keep the name to %(limit)d characters.") % {"limit": NAME_LENGTH})
    if not name:
        return None  # a drawing without a name names nobody
    return {"name": name, "strokes": strokes}
