"""The plain editor of a form's questions: rows of a page, which buttons add to and take from; nothing needs a script.

Its fields are called as those of notes' templates, "s-<section>-q-<question>-<field>", so that both look and work alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise

from notes.intake.asking import CONSENT, FILLS, KINDS
from notes.models import FormTemplate
from notes.questions import WITH_OPTIONS
from notes.templates import key_for

TEXTS = ("key", "label", "type", "options", "help", "low", "high", "fills", "purpose", "when")
FIELD = re.compile(rf"s-(\d{{1,3}})-(?:(title|key)|q-(\d{{1,3}})-({'|'.join(TEXTS)}|required))")
Row = dict[str, Any]
BETWEEN = "|"


class FormEditor:
    """The sections of a form as rows, read from a template or from what was posted, changed by its buttons."""

    def __init__(self, sections: list[Row], purposes: Iterable[tuple[str, str]]) -> None:
        self.sections = sections
        self.purposes = list(purposes)

    @classmethod
    def of(cls, template: FormTemplate, purposes: Iterable[tuple[str, str]]) -> FormEditor:
        """Return the editor of a kept template."""
        return cls([_opened(section) for section in template.sections], purposes)

    @classmethod
    def blank(cls, purposes: Iterable[tuple[str, str]]) -> FormEditor:
        """Return the editor of a template that is still to be made."""
        return cls([_blank_section()], purposes)

    @classmethod
    def posted(cls, data: Mapping[str, str], purposes: Iterable[tuple[str, str]]) -> FormEditor:
        """Return the editor as its page was sent."""
        found: dict[int, Row] = {}
        for name, value in data.items():
            if match := FIELD.fullmatch(name):
                number, own, question, field = match.groups()
                section = found.setdefault(int(number), {"key": "", "title": "", "questions": {}})
                if own:
                    section[own] = value
                else:
                    asked = section["questions"].setdefault(int(question), _blank_question())
                    asked[field] = bool(value) if field == "required" else value
        sections = [found[number] for number in sorted(found)]
        for section in sections:
            section["questions"] = [section["questions"][n] for n in sorted(section["questions"])]
        return cls(sections, purposes)

    @property
    def kinds(self) -> list[tuple[str, str | Promise]]:
        """How a question can be answered."""
        return list(KINDS.items())

    @property
    def fills(self) -> list[tuple[str, str | Promise]]:
        """Which parts of the record an answer may go into."""
        return list(FILLS.items())

    @property
    def conditions(self) -> list[tuple[str, str]]:
        """The answers that a later question can hang on: (value, words)."""
        return [
            (f"{asked['key']}{BETWEEN}{option}", f"{asked['label']}: {option}")
            for section in self.sections
            for asked in section["questions"]
            if asked["key"] and asked["type"] in WITH_OPTIONS
            for option in _lines(asked["options"])
        ]

    def press(self, button: str) -> None:
        """Do what a button says: "add-section", "add-question:2", "drop-question:2:0", "up:2", "drop-section:2"."""
        act, *numbers = button.split(":")
        places = [int(number) for number in numbers if re.fullmatch(r"\d{1,3}", number)]
        if act == "add-section":
            self.sections.append(_blank_section())
        elif places and places[0] < len(self.sections):
            self._change(act, places)

    def _change(self, act: str, places: list[int]) -> None:
        here = places[0]
        questions = self.sections[here]["questions"]
        if act == "drop-section":
            del self.sections[here]
        elif act == "up" and here:
            self.sections.insert(here - 1, self.sections.pop(here))
        elif act == "add-question":
            questions.append(_blank_question())
        elif act == "drop-question" and len(places) == 2 and places[1] < len(questions):
            del questions[places[1]]

    def kept(self) -> list[Row]:
        """Return the sections as `templates.change` takes them; new rows get keys, empty rows are left out."""
        taken = {asked["key"] for section in self.sections for asked in section["questions"]}
        names = {section["key"] for section in self.sections}
        kept = []
        for section in self.sections:
            title = section["title"].strip()
            asked = [each for each in section["questions"] if each["label"].strip()]
            if not title and not asked:
                continue
            key = section["key"] or key_for(title, names)
            names.add(key)
            questions = [_closed(each, taken) for each in asked]
            kept.append({"key": key, "title": title, "questions": questions})
        return kept


def _blank_question() -> Row:
    return {**dict.fromkeys(TEXTS, ""), "type": "text", "required": False}


def _blank_section() -> Row:
    return {"key": "", "title": "", "questions": [_blank_question()]}


def _opened(section: Mapping[str, Any]) -> Row:
    return {
        "key": section["key"],
        "title": section["title"],
        "questions": [
            {
                **{name: asked.get(name, "") for name in TEXTS},
                "required": asked.get("required", False),
                "options": "\n".join(asked.get("options", [])),
                "when": f"{when['key']}{BETWEEN}{when['is'][0]}"
                if (when := asked.get("when"))
                else "",
            }
            for asked in section["questions"]
        ],
    }


def _closed(row: Row, taken: set[str]) -> Row:
    key = row["key"] or key_for(row["label"], taken)
    taken.add(key)
    closed: Row = {"key": key, "label": row["label"].strip(), "type": row["type"]}
    for name in ("help", "fills"):
        if row[name]:
            closed[name] = row[name]
    if row["required"]:
        closed["required"] = True
    if row["type"] in WITH_OPTIONS:
        closed["options"] = _lines(row["options"])
    elif row["type"] == "scale":
        closed |= {name: row[name] for name in ("low", "high") if row[name]}
    elif row["type"] == CONSENT:
        closed["purpose"] = row["purpose"]
    earlier, between, option = row["when"].partition(BETWEEN)
    if between:
        closed["when"] = {"key": earlier, "is": [option]}
    return closed


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
