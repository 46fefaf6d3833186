"""The plain editor of a template: sections and questions as rows of a form, which buttons add to and take from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise

from notes.models import NoteTemplate
from notes.questions import KINDS, WITH_OPTIONS
from notes.templates import key_for

FIELD = re.compile(r"s-(\d{1,3})-(?:(title|key)|q-(\d{1,3})-(key|label|type|options))")
Section = dict[str, Any]


class TemplateEditor:
    """What stands in the editor: read from a template or from what was posted, changed by its buttons."""

    def __init__(self, name: str, sections: list[Section]) -> None:
        self.name = name
        self.sections = sections
        self.problem = ""

    @classmethod
    def of(cls, template: NoteTemplate) -> TemplateEditor:
        """Return the editor of a kept template."""
        return cls(template.name, [_opened(section) for section in template.sections])

    @classmethod
    def blank(cls) -> TemplateEditor:
        """Return the editor of a template that is still to be made."""
        return cls("", [_blank_section()])

    @classmethod
    def posted(cls, data: Mapping[str, str]) -> TemplateEditor:
        """Return the editor as its form was sent."""
        found: dict[int, Section] = {}
        for name, value in data.items():
            if match := FIELD.fullmatch(name):
                number, own, question, field = match.groups()
                section = found.setdefault(int(number), {"key": "", "title": "", "questions": {}})
                if own:
                    section[own] = value
                else:
                    blank = {"key": "", "label": "", "type": "paragraph", "options": ""}
                    section["questions"].setdefault(int(question), blank)[field] = value
        sections = [found[number] for number in sorted(found)]
        for section in sections:
            section["questions"] = [section["questions"][n] for n in sorted(section["questions"])]
        return cls(data.get("name", ""), sections)

    @property
    def kinds(self) -> list[tuple[str, str | Promise]]:
        """How a question can be answered."""
        return list(KINDS.items())

    def press(self, button: str) -> None:
        """Do what a button of the editor says: "add-section", "add-question:2", "drop-question:2:0", "up:2", …"""
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

    def kept(self) -> list[Section]:
        """Return the sections as `templates.change` takes them; new rows get keys, empty rows are left out."""
        taken = {q["key"] for section in self.sections for q in section["questions"]}
        names = {section["key"] for section in self.sections}
        kept = []
        for section in self.sections:
            title = section["title"].strip()
            questions = [
                _closed(question, title, taken)
                for question in section["questions"]
                if question["label"].strip() or len(section["questions"]) == 1
            ]
            if not title and not any(question["label"] for question in questions):
                continue
            key = section["key"] or key_for(title, names)
            names.add(key)
            kept.append({"key": key, "title": title, "questions": questions})
        return kept


def _blank_question() -> dict[str, Any]:
    return {"key": "", "label": "", "type": "paragraph", "options": ""}


def _blank_section() -> Section:
    return {"key": "", "title": "", "questions": [_blank_question()]}


def _opened(section: Mapping[str, Any]) -> Section:
    return {
        "key": section["key"],
        "title": section["title"],
        "questions": [
            {
                "key": asked["key"],
                "label": "" if _says_it_all(section, asked) else asked["label"],
                "type": asked["type"],
                "options": "\n".join(asked.get("options", [])),
            }
            for asked in section["questions"]
        ],
    }


def _says_it_all(section: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    return len(section["questions"]) == 1 and asked["label"] == section["title"]


def _closed(question: Mapping[str, str], title: str, taken: set[str]) -> dict[str, Any]:
    label = question["label"].strip() or title
    key = question["key"] or key_for(label, taken)
    taken.add(key)
    closed: dict[str, Any] = {"key": key, "label": label, "type": question["type"]}
    if question["type"] in WITH_OPTIONS:
        lines = question["options"].splitlines()
        closed["options"] = [line.strip() for line in lines if line.strip()]
    return closed
