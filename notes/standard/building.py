"""How standard templates are written down: sections and questions in few words; keys are made from the labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Question = dict[str, Any]
Section = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standard:
    """A standard template; `key` never changes, `make` words its name and sections in the reader's language."""

    key: str
    make: Callable[[], tuple[str, list[Section]]]
    restricted: bool = False


def long(label: str, **more: Any) -> Question:
    """A long text."""
    return {"label": label, "type": "paragraph", **more}


def short(label: str, **more: Any) -> Question:
    """A short text."""
    return {"label": label, "type": "text", **more}


def scale(label: str, low: str = "", high: str = "", **more: Any) -> Question:
    """A scale from 0 to 10, with the words at its ends."""
    ends = {name: words for name, words in (("low", low), ("high", high)) if words}
    return {"label": label, "type": "scale", **ends, **more}


def one_of(label: str, *options: str, **more: Any) -> Question:
    """One of several."""
    return {"label": label, "type": "radio", "options": list(options), **more}


def any_of(label: str, *options: str, **more: Any) -> Question:
    """Any of several."""
    return {"label": label, "type": "checkboxes", "options": list(options), **more}


def day(label: str, **more: Any) -> Question:
    """A date."""
    return {"label": label, "type": "date", **more}


def number(label: str, unit: str = "", **more: Any) -> Question:
    """A number, with its unit."""
    return {"label": label, "type": "number", **({"unit": unit} if unit else {}), **more}


def chart(label: str, *views: str, **more: Any) -> Question:
    """A body chart, of front and back unless other figures are named."""
    return {"label": label, "type": "chart", **({"views": list(views)} if views else {}), **more}


def section(title: str, *questions: Question) -> Section:
    """A section; one without questions is a single long text under its title."""
    return {"title": title, "questions": list(questions) or [long(title)]}


def alone(question: Question) -> Section:
    """A section that is one question."""
    return {"title": question["label"], "questions": [question]}


def keyed(sections: list[Section], key_for: Callable[[str, set[str]], str]) -> list[Section]:
    """Return sections with the keys that a template needs, made from titles and labels."""
    taken: set[str] = set()
    names: set[str] = set()
    found = []
    for each in sections:
        name = key_for(each["title"], names)
        names.add(name)
        questions = []
        for asked in each["questions"]:
            key = asked.get("key") or key_for(asked["label"], taken)
            taken.add(key)
            questions.append({**asked, "key": key})
        found.append({"key": name, "title": each["title"], "questions": questions})
    return found
