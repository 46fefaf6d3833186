"""The editor of a form's questions: that of notes, with consents, what goes into the record, and what hangs on an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from notes.intake.asking import CONSENT, FILLS, KINDS, NOTICE, SIGNATURE, SPECIAL
from notes.models import FormTemplate
from notes.questions import WITH_OPTIONS
from notes.sections_editor import BLANK, Row, Section, SectionsEditor, lines
from notes.templates import key_for

BETWEEN = "|"


class FormEditor(SectionsEditor):
    """The pages of a form and their questions. `purposes` are the consents that can be asked for: (id, name)."""

    BLANK: ClassVar[Row] = {**BLANK, "type": "text", "fills": "", "purpose": "", "when": ""}
    KINDS: ClassVar[Mapping[str, str | Promise]] = KINDS
    is_form = True

    def __init__(self, sections: list[Section], purposes: Iterable[tuple[str, str]]) -> None:
        super().__init__(sections)
        self.purposes = list(purposes)

    @classmethod
    def of(cls, template: FormTemplate, purposes: Iterable[tuple[str, str]]) -> FormEditor:
        """Return the editor of a kept template."""
        return cls(cls.opened(template.sections), purposes)

    @classmethod
    def blank(cls, purposes: Iterable[tuple[str, str]]) -> FormEditor:
        """Return the editor of a template that is still to be made."""
        return cls(cls.opened(()), purposes)

    @classmethod
    def posted(cls, data: Mapping[str, str], purposes: Iterable[tuple[str, str]]) -> FormEditor:
        """Return the editor as its page was sent."""
        return cls(cls.read(data), purposes)

    @property
    def fills(self) -> list[tuple[str, str | Promise]]:
        """Which parts of the record an answer may go into."""
        return list(FILLS.items())

    @property
    def conditions(self) -> list[tuple[str, str]]:
        """The answers that a later question can hang on: (value, words)."""
        return [
            (f"{asked['key']}{BETWEEN}{option}", f"{asked['label'] or section['title']}: {option}")
            for section in self.sections
            for asked in section["questions"]
            if asked["key"] and asked["type"] in WITH_OPTIONS
            for option in lines(asked["options"])
        ]

    def press(self, button: str) -> None:
        """Do what a button says; what was asked so far gets its keys, so that the next question can hang on it."""
        super().press(button)
        taken = {asked["key"] for section in self.sections for asked in section["questions"]}
        for section in self.sections:
            for asked in section["questions"]:
                label = asked["label"].strip() or section["title"].strip()
                if not asked["key"] and label:
                    asked["key"] = key_for(label, taken)
                    taken.add(asked["key"])

    def _says_something(self, question: Row) -> bool:
        return question["type"] in SPECIAL or super()._says_something(question)

    @classmethod
    def _opened_question(cls, section: Mapping[str, Any], asked: Mapping[str, Any]) -> Row:
        when = asked.get("when")
        return {
            **super()._opened_question(section, asked),
            "when": f"{when['key']}{BETWEEN}{when['is'][0]}" if when else "",
        }

    def _closed(self, question: Row, title: str, taken: set[str]) -> Row:
        label = question["label"].strip() or self._own_label(question)
        closed = super()._closed({**question, "label": label}, title, taken)
        if question["fills"]:
            closed["fills"] = question["fills"]
        if question["type"] == CONSENT:
            closed["purpose"] = question["purpose"]
        earlier, between, option = question["when"].partition(BETWEEN)
        if between:
            closed["when"] = {"key": earlier, "is": [option]}
        return closed

    def _own_label(self, question: Row) -> str:
        """Return what a consent, the notice and a signature are called unless somebody says otherwise."""
        own = {
            CONSENT: dict(self.purposes).get(question["purpose"], ""),
            NOTICE: _("Privacy notice"),
            SIGNATURE: _("Signature"),
        }
        return own.get(question["type"], "")
