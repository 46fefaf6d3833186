"""One section of a form as a page asks it: a field for each question, read back as answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _

from clients.consents import signatures
from notes.answers import TEXT_LENGTH, AnswersRefused
from notes.forms import AnswerField
from notes.intake import answering
from notes.intake.answering import NAME_LENGTH
from notes.intake.asking import CONSENT, NOTICE, SIGNATURE, Asked, asked_of
from notes.questions import Question

DRAWN, NAMED = "-strokes", "-name"
BACK = "go-back"  # the button; no key of a question has a hyphen
# What browsers and phones know of a person, by the field of the record that an answer may fill
AUTOCOMPLETE = {
    "given_name": "given-name",
    "family_name": "family-name",
    "preferred_name": "nickname",
    "birth_date": "bday",
    "phone": "tel",
    "email": "email",
    "address": "street-address",
    "city": "address-level2",
    "post_code": "postal-code",
    "occupation": "organization-title",
}
INPUT = {"phone": "tel", "email": "email"}
LOOKS = {
    "scale": "scale",
    "radio": "cards",
    "checkboxes": "cards",
    CONSENT: "cards",
    NOTICE: "cards",
}


@dataclass(frozen=True, slots=True)
class Item:
    """A question as the page shows it: its field (of a signature both); whether it hangs on an answer of this page."""

    asked: Asked
    field: BoundField
    drawn: BoundField | None = None
    hangs_here: bool = False

    @property
    def look(self) -> str:
        """The look of the field."""
        return LOOKS.get(self.asked.kind, "")


class StepForm(forms.Form):
    """The questions of one section. `answers` gives what was typed, ready for `filling.save`."""

    use_required_attribute = False

    def __init__(
        self, section: Mapping[str, Any], answers: Mapping[str, Any], data: Any = None
    ) -> None:
        self.section, self.initial_answers = section, answers
        mine = list(asked_of([section]))
        here = {each.key for each in mine}
        # what hangs on an answer of another page is asked or not as that stands; the page itself does the rest
        self.asked = [
            each
            for each in mine
            if each.when is None or each.when[0] in here or each.is_asked(answers)
        ]
        self.here = here
        super().__init__(data, initial=_initial(self.asked, answers), auto_id="q_%s")
        for each in self.asked:
            for name, field in _fields(each):
                self.fields[name] = field

    @property
    def keys(self) -> set[str]:
        """The keys of the section's questions."""
        return self.here

    def clean(self) -> dict[str, Any]:
        """Check each answer by itself; whether all is answered is asked at the end."""
        self.answers = {each.key: _typed(each, self.cleaned_data) for each in self.asked}
        try:
            answering.clean([self.section], self.answers)
        except AnswersRefused as refused:
            self.refuse(refused.problems)
        return self.cleaned_data

    def refuse(self, problems: Mapping[str, str]) -> None:
        """Put what is wrong or missing beside its field."""
        for each in self.asked:
            if each.key in problems:
                self.add_error(_name_of(each), problems[each.key])

    def items(self) -> Iterator[Item]:
        """Yield the questions with their fields."""
        for each in self.asked:
            drawn = self[each.key + DRAWN] if each.kind == SIGNATURE else None
            hangs = each.when is not None and each.when[0] in self.here
            yield Item(each, self[_name_of(each)], drawn, hangs)


def _name_of(each: Asked) -> str:
    return each.key + NAMED if each.kind == SIGNATURE else each.key


def _initial(asked: list[Asked], answers: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in asked:
        answer = answers.get(each.key)
        if each.kind == SIGNATURE:
            signed = answer or {}
            found[each.key + NAMED] = signed.get("name", "")
            found[each.key + DRAWN] = _json(signed.get("strokes") or [])
        elif answer is not None:
            found[each.key] = answer
    return found


def _fields(each: Asked) -> Iterator[tuple[str, forms.Field]]:
    question, help_text = each.question, _help(each.question)
    if each.kind == SIGNATURE:
        attrs = {"maxlength": NAME_LENGTH, "autocomplete": "name"}
        named = AnswerField(
            label=_("Your name"),
            help_text=_("Typing it signs the form."),
            widget=forms.TextInput(attrs=attrs),
            required=question.required,
        )
        yield each.key + NAMED, named
        yield each.key + DRAWN, AnswerField(widget=forms.HiddenInput, required=False)
        return
    yield (
        each.key,
        AnswerField(
            label=each.title or question.label,
            help_text=help_text,
            widget=_widget(each),
            required=question.required,
        ),
    )


def _help(question: Question) -> str:
    ends = [
        f"{number}: {words}"
        for number, words in (
            (question.lowest, question.low),
            (question.highest, question.high),
        )
        if words
    ]
    return " ".join(part for part in (question.help, " · ".join(ends)) if part)


def _widget(each: Asked) -> forms.Widget:
    question, kind = each.question, each.kind
    skip = [] if question.required else [("", _("No answer"))]
    if kind == CONSENT:
        choices = [(answering.PERMIT, _("I agree")), (answering.DENY, _("I do not agree"))]
        return forms.RadioSelect(choices=[*choices, *skip])
    if kind == NOTICE:
        said = [
            (answering.ACCEPTED, _("I have read this and agree")),
            (answering.DECLINED, _("I do not agree")),
        ]
        return forms.RadioSelect(choices=[*said, *skip])
    if kind == "scale":
        numbers = range(question.lowest, question.highest + 1)
        return forms.RadioSelect(choices=[*((n, str(n)) for n in numbers), *skip])
    if kind == "radio":
        return forms.RadioSelect(choices=[*((o, o) for o in question.options), *skip])
    if kind == "checkboxes":
        return forms.CheckboxSelectMultiple(choices=[(o, o) for o in question.options])
    return _written(each)


def _written(each: Asked) -> forms.Widget:
    attrs: dict[str, Any] = {"autocomplete": AUTOCOMPLETE.get(each.fills, "off")}
    if each.kind == "paragraph":
        return forms.Textarea(attrs={"rows": 3, **attrs})
    if each.kind == "date":
        return forms.DateInput(attrs={"type": "date", **attrs})
    if each.kind == "number":
        return forms.TextInput(attrs={"inputmode": "decimal", **attrs})
    kind = INPUT.get(each.fills, "text")
    return forms.TextInput(attrs={"type": kind, "maxlength": TEXT_LENGTH, **attrs})


def _typed(each: Asked, posted: Mapping[str, Any]) -> object:
    """Return a posted value as `answering.clean` wants it; what can't be one stays as it is, to be refused there."""
    if each.kind == SIGNATURE:
        return {
            "name": posted.get(each.key + NAMED) or "",
            "strokes": _strokes(posted.get(each.key + DRAWN)),
        }
    value = posted.get(each.key)
    if value in (None, "", []):
        return None
    if each.kind == "scale":
        return int(value) if str(value).isascii() and str(value).isdigit() else value
    if each.kind == "number":
        return str(value).strip().replace(",", ".")
    return value


def _strokes(text: Any) -> object:
    try:
        return signatures.read(str(text or ""))
    except signatures.NotDrawn:
        return None


def _json(strokes: list[list[int]]) -> str:
    return json.dumps(strokes, separators=(",", ":")) if strokes else ""
