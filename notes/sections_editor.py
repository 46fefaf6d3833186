"""Sections and questions as rows of a form, which buttons add, move, copy and take out: of notes' templates and of forms.

Each button works by a plain POST of the whole form; with script the form answers in place, and rows can be dragged, too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, ClassVar

from django.utils.functional import Promise

from notes.charts.figures import USUAL, VIEWS
from notes.questions import HIGHEST, KINDS, LOWEST, WITH_OPTIONS
from notes.templates import key_for

PLACE = re.compile(r"s-(\d{1,3})-(?:(title|key)|q-(\d{1,3})-([a-z]+(?:-[a-z]+)?))")
Section = dict[str, Any]
Row = dict[str, Any]
BLANK: Row = {
    "key": "",
    "label": "",
    "type": "paragraph",
    "options": "",
    "help": "",
    "required": "",
    "low": "",
    "high": "",
    "lowest": str(LOWEST),
    "highest": str(HIGHEST),
    "unit": "",
    "views": (),
}


class SectionsEditor:
    """The sections that stand in an editor: read from what is kept or from what was posted, changed by its buttons.

    The row that the last button was about has `focus`. A kind of editor says what else a question holds.
    """

    BLANK: ClassVar[Row] = BLANK
    KINDS: ClassVar[Mapping[str, str | Promise]] = KINDS

    def __init__(self, sections: list[Section]) -> None:
        self.sections = sections
        self.problem = ""

    @classmethod
    def opened(cls, sections: Sequence[Mapping[str, Any]]) -> list[Section]:
        """Return kept sections as an editor holds them; none gives a blank one."""
        return [cls._opened(section) for section in sections] or [cls._blank_section()]

    @classmethod
    def read(cls, data: Mapping[str, str]) -> list[Section]:
        """Return sections as the editor's form was sent."""
        found: dict[int, Section] = {}
        for name, value in data.items():
            match = PLACE.fullmatch(name)
            if match is None:
                continue
            number, own, question, field = match.groups()
            section = found.setdefault(int(number), {"key": "", "title": "", "questions": {}})
            if own:
                section[own] = value
            elif field in cls.BLANK or field.startswith("view-"):
                asked = section["questions"].setdefault(int(question), dict(cls.BLANK))
                _take(asked, field, value)
        sections = [found[number] for number in sorted(found)]
        for section in sections:
            section["questions"] = [section["questions"][n] for n in sorted(section["questions"])]
        return sections

    @property
    def kinds(self) -> list[tuple[str, str | Promise]]:
        """How a question can be answered."""
        return list(self.KINDS.items())

    @property
    def views(self) -> list[tuple[str, str | Promise]]:
        """The figures that a body chart can show."""
        return [(view.key, view.label) for view in VIEWS.values()]

    def press(self, button: str) -> None:
        """Do what a button says: "add-section", "add-question:2", "drop:2:0", "copy:2:0", "up:2", "move:2:0:1:3", …"""
        act, *numbers = button.split(":")
        places = [int(number) for number in numbers if re.fullmatch(r"\d{1,3}", number)]
        if act == "add-section":
            self.sections.append(self._blank_section())
            self._look_at([len(self.sections) - 1])
        elif len(places) != len(numbers) or not places or places[0] >= len(self.sections):
            return
        elif act == "add-question":
            self._questions(places[0]).append(dict(self.BLANK))
            self._look_at([places[0], len(self._questions(places[0])) - 1])
        elif act == "move" and len(places) in (2, 4):
            half = len(places) // 2
            self._move(places[:half], places[half:])
        elif len(places) == 1 or places[1] < len(self._questions(places[0])):
            self._change(act, places)

    def _change(self, act: str, places: list[int]) -> None:
        rows = self.sections if len(places) == 1 else self._questions(places[0])
        here = places[-1]
        if act == "drop" and (len(places) == 1 or len(rows) > 1):
            del rows[here]
        elif act == "copy":
            rows.insert(here + 1, _without_keys(rows[here]))
            self._look_at([*places[:-1], here + 1])
        elif act in ("up", "down"):
            self._move(places, [*places[:-1], here + (1 if act == "down" else -1)])

    def _move(self, origin: list[int], target: list[int]) -> None:
        """Move a section, or a question also to another section; a place beyond the end is the end."""
        if len(origin) == 1:
            rows, goal = self.sections, self.sections
        elif origin[1] < len(self._questions(origin[0])) and target[0] < len(self.sections):
            rows, goal = self._questions(origin[0]), self._questions(target[0])
        else:
            return
        if target[-1] < 0 or (rows is not goal and len(rows) == 1):
            return
        goal.insert(target[-1], rows.pop(origin[-1]))
        self._look_at([*target[:-1], min(target[-1], len(goal) - 1)])

    def _questions(self, section: int) -> list[dict[str, Any]]:
        questions: list[dict[str, Any]] = self.sections[section]["questions"]
        return questions

    def _look_at(self, places: list[int]) -> None:
        row = self.sections[places[0]]
        (row if len(places) == 1 else row["questions"][places[1]])["focus"] = True

    def kept(self) -> list[Section]:
        """Return the sections as `templates.change` takes them; new rows get keys, empty rows are left out."""
        taken = {q["key"] for section in self.sections for q in section["questions"]}
        names = {section["key"] for section in self.sections}
        kept = []
        for section in self.sections:
            title = section["title"].strip()
            questions = [
                self._closed(question, title, taken)
                for question in section["questions"]
                if self._says_something(question) or len(section["questions"]) == 1
            ]
            if not title and not any(question["label"] for question in questions):
                continue
            key = section["key"] or key_for(title, names)
            names.add(key)
            kept.append({"key": key, "title": title, "questions": questions})
        return kept

    def _says_something(self, question: Row) -> bool:
        return bool(question["label"].strip())

    @classmethod
    def _blank_section(cls) -> Section:
        return {"key": "", "title": "", "questions": [dict(cls.BLANK)]}

    @classmethod
    def _opened(cls, section: Mapping[str, Any]) -> Section:
        return {
            "key": section["key"],
            "title": section["title"],
            "questions": [cls._opened_question(section, asked) for asked in section["questions"]],
        }

    @classmethod
    def _opened_question(cls, section: Mapping[str, Any], asked: Mapping[str, Any]) -> Row:
        return {
            **cls.BLANK,
            **{name: str(asked[name]) for name in cls.BLANK if name in asked},
            "label": "" if _says_it_all(section, asked) else asked["label"],
            "options": "\n".join(asked.get("options", [])),
            "required": "on" if asked.get("required") else "",
            "views": tuple(asked.get("views", USUAL)),
        }

    def _closed(self, question: Row, title: str, taken: set[str]) -> Row:
        """Return a row as a question; `taken` are the keys that others have."""
        label, kind = question["label"].strip() or title, question["type"]
        key = question["key"] or key_for(label, taken)
        taken.add(key)
        closed: Row = {"key": key, "label": label, "type": kind, "help": question["help"]}
        closed["required"] = bool(question["required"])
        if kind in WITH_OPTIONS:
            closed["options"] = lines(question["options"])
        if kind == "scale":
            closed |= {name: number(question[name]) for name in ("lowest", "highest")}
            closed |= {name: question[name] for name in ("low", "high")}
        if kind == "number":
            closed["unit"] = question["unit"]
        if kind == "chart":
            closed["views"] = list(question["views"])
        return closed


def lines(text: str) -> list[str]:
    """Return the lines of a text that hold something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def number(text: str) -> int | str:
    """Return what was typed as a number, or as it is when it is none, to be refused where it is checked."""
    return int(text) if text.strip().isdecimal() and len(text) < 4 else text


def _take(asked: Row, field: str, value: str) -> None:
    if field.startswith("view-"):
        asked["views"] = (*asked["views"], field.removeprefix("view-"))
    else:
        asked[field] = value


def _without_keys(row: Row) -> Row:
    """Return a copy of a section or question, to be told apart from the first by keys of its own."""
    copy = {**deepcopy(row), "key": ""}
    for question in copy.get("questions", []):
        question["key"] = ""
    return copy


def _says_it_all(section: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    return len(section["questions"]) == 1 and asked["label"] == section["title"]
