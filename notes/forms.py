"""The forms of notes: one field for each question of the template that a note began with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notes.answers import (
    TEXT_LENGTH,
    TITLE_LENGTH,
    AnswersRefused,
    clean_answers,
    clean_title,
)
from notes.charts.chart import said
from notes.charts.field import ChartWidget, ShownChart
from notes.models import Note, NoteTemplate
from notes.questions import HIGHEST, LOWEST, SEEN_ON, WHY, Question, questions_of
from notes.signing import ADDENDUM_LENGTH, REMARK_LENGTH
from notes.withdrawing import REASON_LENGTH as WITHDRAWAL_LENGTH
from notes.writing import REASON_LENGTH, clean_reason, clean_seen_on

HASH = re.compile(r"[0-9a-f]{64}")
SCALE_WORDS = frozenset(str(number) for number in range(LOWEST, HIGHEST + 1))


class AnswerField(forms.Field):
    """A question's field: it may stay empty though nothing calls it optional, and `clean_answers` alone judges it."""

    def clean(self, value: Any) -> Any:
        """Return the value as it was posted."""
        return value


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is shown: its field, how that looks, what helps to answer it, and the chart where it is one."""

    field: forms.BoundField
    question: Question
    look: str
    help: str
    chart: ShownChart | None


@dataclass(frozen=True, slots=True)
class Section:
    """A section as it is shown: `title` is empty where its single question already says it."""

    title: str
    questions: list[Asked]


class NoteForm(forms.Form):
    """A note's title and answers. `answers` gives the questions' values by key, ready for `writing.save`."""

    use_required_attribute = False
    version = forms.IntegerField(
        min_value=1,
        widget=forms.HiddenInput,
        error_messages={
            "required": gettext_lazy("This page was open for too long. Open the note again.")
        },
    )
    title = AnswerField(
        label=gettext_lazy("Title"),
        # stands in the page's heading, outside the form element
        widget=forms.TextInput(
            attrs={
                "maxlength": TITLE_LENGTH,
                "autocomplete": "off",
                "form": "note",
                "class": "note-title",
            }
        ),
    )

    def __init__(self, note: Note, data: Any = None) -> None:
        self.note = note
        self.questions = list(questions_of(note.sections))
        super().__init__(
            data, initial={"version": note.version, "title": note.title, **note.content}
        )
        for question in self.questions:
            self.fields[question.key] = _field(question)
        if not note.appointment_id:
            self.initial[SEEN_ON] = note.seen_on
            self.fields[SEEN_ON] = forms.DateField(
                label=_("Seen on"),
                required=False,
                widget=forms.DateInput(attrs={"type": "date"}),
                error_messages={"invalid": _("Choose a date.")},
            )
        if note.amends_id:
            self.initial[WHY] = note.reason
            self.fields[WHY] = AnswerField(
                label=_("Why is it amended?"),
                widget=forms.Textarea(attrs={"rows": 2, "maxlength": REASON_LENGTH}),
            )
        first = [WHY] if note.amends_id else [question.key for question in self.questions[:1]]
        if data is None and note.version == 1 and first:
            self.fields[first[0]].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        """Check title and answers against the frozen questions; put what is wrong beside its field."""
        values = self.cleaned_data
        self.answers = {
            question.key: _typed(question, values.get(question.key)) for question in self.questions
        }
        for check in (
            lambda: clean_title(values.get("title") or ""),
            lambda: clean_answers(self.note.sections, self.answers),
            lambda: clean_seen_on(self.note, values.get(SEEN_ON)),
            lambda: clean_reason(self.note, values.get(WHY) or ""),
        ):
            try:
                check()
            except AnswersRefused as refused:
                for key, problem in refused.problems.items():
                    self.add_error(key or None, problem)
        return values

    @property
    def words(self) -> dict[str, Any]:
        """What was written, as `writing.save` and `signing.sign` take it, once the form is valid."""
        return {
            "version": self.cleaned_data["version"],
            "title": self.cleaned_data["title"],
            "answers": self.answers,
            "seen_on": self.cleaned_data.get(SEEN_ON),
            "reason": self.cleaned_data.get(WHY) or "",
        }

    def go_on_from(self, version: int) -> None:
        """Let the form, shown again, save its text on top of `version`."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["version"] = str(version)
        self.data = data

    @property
    def seen_on(self) -> forms.BoundField | None:
        """The field for the day on which the client was seen, where no appointment tells it."""
        return self[SEEN_ON] if SEEN_ON in self.fields else None

    @property
    def why(self) -> forms.BoundField | None:
        """The field for why the note amends another one."""
        return self[WHY] if WHY in self.fields else None

    def sections(self) -> Iterator[Section]:
        """Yield the sections with their fields and how each field looks."""
        for section in self.note.sections:
            asked = section["questions"]
            alone = len(asked) == 1 and asked[0]["label"] == section["title"]
            yield Section(
                "" if alone else section["title"],
                [self._asked(question) for question in questions_of([section])],
            )

    def _asked(self, question: Question) -> Asked:
        bound = self[question.key]
        is_chart = question.kind == "chart"
        return Asked(
            bound,
            question,
            "scale" if question.kind == "scale" else "",
            help_of(question),
            ShownChart(question.views, bound.value()) if is_chart else None,
        )


class ReadyRadios(forms.RadioSelect):
    """Radios of which the chosen one has the focus, so that Enter goes on at once."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return one radio."""
        option = super().create_option(*args, **kwargs)
        if option["selected"]:
            option["attrs"]["autofocus"] = True
        return option


class BeginForm(forms.Form):
    """What a new note begins with."""

    template = forms.ChoiceField(
        label=gettext_lazy("Template"),
        widget=ReadyRadios,
        error_messages={"required": gettext_lazy("Choose what the note begins with.")},
    )
    carry = forms.BooleanField(
        label=gettext_lazy("Start with the answers of the last note"), required=False
    )

    def __init__(
        self, templates: Iterable[NoteTemplate], *args: Any, has_last: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.templates = {str(template.pk): template for template in templates}
        choice = self.fields["template"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(pk, template.name) for pk, template in self.templates.items()]
        if not has_last:
            del self.fields["carry"]

    @property
    def chosen(self) -> NoteTemplate:
        """The template that was chosen, once the form is valid."""
        return self.templates[self.cleaned_data["template"]]


class AddendumForm(forms.Form):
    """What is added to a signed note."""

    text = forms.CharField(
        label=gettext_lazy("Addendum"),
        max_length=ADDENDUM_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": None}),
        error_messages={"required": gettext_lazy("Write what you want to add.")},
    )


class RemarkForm(forms.Form):
    """What a supervisor wants changed before they sign."""

    text = forms.CharField(
        label=gettext_lazy("What should change"),
        max_length=REMARK_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": REMARK_LENGTH}),
        error_messages={"required": gettext_lazy("Write what should change.")},
    )


class WithdrawalForm(forms.Form):
    """Why a note stands in the wrong record."""

    reason = forms.CharField(
        label=gettext_lazy("Why is it withdrawn?"),
        max_length=WITHDRAWAL_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": WITHDRAWAL_LENGTH}),
        error_messages={"required": gettext_lazy("Give the reason: it stays on record.")},
    )
    nowhere = forms.BooleanField(
        label=gettext_lazy("I don't know whose it is, or they have no record here"), required=False
    )


class HashForm(forms.Form):
    """The hash in the foot of a printed note."""

    hash = forms.CharField(
        label=gettext_lazy("The hash in the foot of the paper"),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}
        ),
        error_messages={"required": gettext_lazy("Type or paste the 64 letters and digits.")},
    )

    def clean_hash(self) -> str:
        """Return the hash without the space and the capitals that come along from paper."""
        text = "".join(str(self.cleaned_data["hash"]).lower().removeprefix("sha-256").split())
        if not HASH.fullmatch(text):
            raise forms.ValidationError(_("A hash has 64 letters from a to f and digits."))
        return text


def help_of(question: Question) -> str:
    """Return what stands between a question and its field: the template's help, a scale's ends, that it is required."""
    ends = [
        f"{number} = {words}"
        for number, words in ((question.lowest, question.low), (question.highest, question.high))
        if words
    ]
    needed = _("Needed before the note is signed.") if question.required else ""
    return " ".join(part for part in (question.help, ", ".join(ends), needed) if part)


def _field(question: Question) -> forms.Field:
    return AnswerField(label=question.label, widget=WIDGETS[question.kind](question))


def _scale(question: Question) -> forms.Widget:
    numbers = range(question.lowest, question.highest + 1)
    return forms.RadioSelect(
        choices=[*((number, str(number)) for number in numbers), ("", _("Not asked"))]
    )


def _radio(question: Question) -> forms.Widget:
    return forms.RadioSelect(
        choices=[*((option, option) for option in question.options), ("", _("Not asked"))]
    )


# Plain fields that browsers, phones and dictation programs know how to fill
SPOKEN = {"spellcheck": "true", "autocapitalize": "sentences"}
WIDGETS: dict[str, Any] = {
    "text": lambda _: forms.TextInput(
        attrs={"maxlength": TEXT_LENGTH, "autocomplete": "off", **SPOKEN}
    ),
    "paragraph": lambda _: forms.Textarea(attrs={"rows": 2, **SPOKEN}),
    "scale": _scale,
    "radio": _radio,
    "checkboxes": lambda question: forms.CheckboxSelectMultiple(
        choices=[(option, option) for option in question.options]
    ),
    "date": lambda _: forms.DateInput(attrs={"type": "date"}),
    "number": lambda _: forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    "chart": lambda _: ChartWidget(),
}


def _typed(question: Question, posted: Any) -> object:
    """Return a posted value as `clean_answers` wants it; what can't be one stays as it is, to be refused there."""
    if posted in (None, "", []):
        return None
    if question.kind == "scale":
        return int(posted) if posted in SCALE_WORDS else posted
    if question.kind == "number":
        return str(posted).strip().replace(",", ".")
    return posted


def typed_by_hand(note: Note, data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (label, text) of what was posted for a note, to show it when it could not be kept."""
    form = NoteForm(note, data)
    shown = []
    for question in questions_of(note.sections):
        value = form[question.key].value()
        if question.kind == "chart":
            text = said(ShownChart(question.views, value).chart)
        else:
            text = ", ".join(value) if isinstance(value, list) else str(value or "")
        if text.strip():
            shown.append((question.label, text))
    return shown
