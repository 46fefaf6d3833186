"""The editor of a note's template: its sections, what its questions begin with, where it is used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from notes.models import NoteTemplate
from notes.questions import TODAY
from notes.sections_editor import BLANK, Row, Section, SectionsEditor, lines, number


class TemplateEditor(SectionsEditor):
    """What stands in the editor of a note's template."""

    BLANK: ClassVar[Row] = {**BLANK, "default": "", "today": ""}
    has_defaults = True

    def __init__(self, name: str, sections: list[Section]) -> None:
        super().__init__(sections)
        self.name = name
        self.restricted = False
        self.services: list[str] = []

    @classmethod
    def of(cls, template: NoteTemplate) -> TemplateEditor:
        """Return the editor of a kept template."""
        editor = cls(template.name, cls.opened(template.sections))
        editor.restricted = template.is_restricted
        editor.services = [str(each.service_id) for each in template.of_services.all()]
        return editor

    @classmethod
    def blank(cls) -> TemplateEditor:
        """Return the editor of a template that is still to be made."""
        return cls("", cls.opened(()))

    @classmethod
    def posted(cls, data: Mapping[str, str], services: list[str] | None = None) -> TemplateEditor:
        """Return the editor as its form was sent."""
        editor = cls(data.get("name", ""), cls.read(data))
        editor.restricted = bool(data.get("restricted"))
        editor.services = services or []
        return editor

    @classmethod
    def _opened_question(cls, section: Mapping[str, Any], asked: Mapping[str, Any]) -> Row:
        default = asked.get("default", "")
        return {
            **super()._opened_question(section, asked),
            "default": "\n".join(default) if isinstance(default, list) else str(default),
            "today": "on" if default == TODAY else "",
        }

    def _closed(self, question: Row, title: str, taken: set[str]) -> Row:
        return {**super()._closed(question, title, taken), "default": _default(question)}


def _default(question: Row) -> Any:
    kind, typed = question["type"], question["default"].strip()
    if kind == "date":
        return TODAY if question["today"] else None
    if kind == "chart":
        return None
    if kind == "checkboxes":
        return lines(typed)
    return number(typed) if kind == "scale" and typed else typed or None
