"""What people type: the practice's own fields on a record, and their definitions in the settings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.custom import definitions
from clients.custom.definitions import Option
from clients.custom.values import LONGEST, of_client
from clients.models import Client, CustomField, FieldSection

Kind = CustomField.Kind
PREFIX = "custom-"


def fields_of(
    known: Sequence[FieldSection], client: Client | None
) -> tuple[dict[str, forms.Field], dict[str, Any], list[tuple[str, list[str]]]]:
    """Return the form fields of a record by name, what they begin with, and the names section by section."""
    kept = of_client(client) if client else {}
    found: dict[str, forms.Field] = {}
    initial: dict[str, Any] = {}
    groups = []
    for section, fields in definitions.asked(known):
        names = []
        for field in fields:
            name = f"{PREFIX}{field.token}"
            value = kept.get(str(field.token))
            found[name] = _field(field, value)
            initial[name] = _initial(field, value)
            names.append(name)
        groups.append((section.name, names))
    return found, initial, groups


def values_of(cleaned: dict[str, Any]) -> dict[str, Any]:
    """Return what was typed by token."""
    return {
        name.removeprefix(PREFIX): value
        for name, value in cleaned.items()
        if name.startswith(PREFIX)
    }


def _field(field: CustomField, value: Any) -> forms.Field:
    common: dict[str, Any] = {"label": field.name, "help_text": field.hint, "required": False}
    if field.kind in CustomField.WITH_OPTIONS:
        chosen = value if isinstance(value, list) else [value]
        choices = [
            (str(each.token), each.label)
            for each in field.options.all()
            if each.archived_at is None or str(each.token) in chosen
        ]
        if field.kind == Kind.CHOICES:
            return forms.MultipleChoiceField(
                choices=choices, widget=forms.CheckboxSelectMultiple, **common
            )
        return forms.ChoiceField(choices=[("", _("Not known")), *choices], **common)
    if field.kind == Kind.DATE:
        return forms.DateField(widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"), **common)
    if field.kind == Kind.NUMBER:
        return forms.DecimalField(max_digits=20, **common)
    if field.kind == Kind.CHECKBOX:
        return forms.BooleanField(**common)
    is_long = field.kind == Kind.PARAGRAPH
    widget = forms.Textarea({"rows": 3}) if is_long else forms.TextInput()
    return forms.CharField(max_length=LONGEST[Kind(field.kind)], widget=widget, **common)


def _initial(field: CustomField, value: Any) -> Any:
    if value is None:
        return None
    if field.kind == Kind.DATE:
        return date.fromisoformat(value)
    return Decimal(value) if field.kind == Kind.NUMBER else value


class SectionForm(forms.Form):
    """A heading for fields."""

    name = forms.CharField(
        label=gettext_lazy("Heading"),
        max_length=80,
        error_messages={"required": gettext_lazy("Write a heading.")},
    )


class FieldForm(forms.Form):
    """A field of the practice's own; its kind is chosen once."""

    name = forms.CharField(
        label=gettext_lazy("What is asked for"),
        max_length=80,
        error_messages={"required": gettext_lazy("Write what is asked for.")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=Kind.choices,
        initial=Kind.TEXT,
        error_messages={"required": gettext_lazy("Choose what can be entered.")},
        help_text=gettext_lazy(
            "It can’t be changed later: what is known would mean something else."
        ),
    )
    hint = forms.CharField(label=gettext_lazy("A hint"), max_length=200, required=False)
    options = forms.CharField(
        label=gettext_lazy("What can be chosen"),
        required=False,
        max_length=8000,
        widget=forms.Textarea({"rows": 5}),
        help_text=gettext_lazy("A line for each. Only for lists."),
    )

    def __init__(self, *args: Any, field: CustomField | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = list(field.options.all()) if field else []
        if field is not None:
            del self.fields["kind"]
            self.initial.update(name=field.name, hint=field.hint)
            if field.kind not in CustomField.WITH_OPTIONS:
                del self.fields["options"]
            else:
                self.fields["options"].label = _("More that can be chosen")

    @property
    def lines(self) -> list[str]:
        """The new options, one for each line, each once."""
        text = self.cleaned_data.get("options", "")
        return list(dict.fromkeys(line.strip()[:120] for line in text.splitlines() if line.strip()))

    @property
    def wanted(self) -> list[Option]:
        """The options as they are to be: kept ones with what was typed beside them, then the new ones."""
        found = [
            Option(
                label=str(self.data.get(f"label-{each.pk}", "")).strip()[:120] or each.label,
                pk=str(each.pk),
                is_archived=f"live-{each.pk}" not in self.data,
            )
            for each in self.kept
        ]
        return found + [Option(line) for line in self.lines]
