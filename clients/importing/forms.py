"""What people say of a file: which it is, how it is written, what its columns are, what their values stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import zone_choices
from accounts.templatetags.keepwell import day
from clients.importing import files, matching
from clients.importing.kinds import KINDS, Field, Kind, Type
from clients.importing.presets import NAMES, OTHER
from clients.importing.reading.dates import DAY_FIRST, MONTH_FIRST, YEAR_FIRST, NoDate, moment_of
from clients.importing.reading.encodings import NAMES as ENCODINGS
from clients.importing.reading.tables import DELIMITERS, Writing
from clients.models import ImportBatch
from privacy.vocabulary import clock

SIGNS = {
    ",": gettext_lazy("Comma ,"),
    ";": gettext_lazy("Semicolon ;"),
    "\t": gettext_lazy("Tab"),
    "|": gettext_lazy("Bar |"),
}
UNMATCHED = "?"


class UploadForm(forms.Form):
    """A file from another system."""

    forgets = True  # no browser shows a chosen file again

    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=1000,
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose a file.")},
    )

    def __init__(self, *args: Any, content_length: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A file above the upload limit never reaches the form: its length alone tells what happened
        if content_length > settings.FORM_LARGEST:
            self.fields["file"].error_messages["required"] = too_large(content_length)

    def clean_file(self) -> UploadedFile[bytes]:
        """Refuse what is too large."""
        found: UploadedFile[bytes] = self.cleaned_data["file"]
        if (found.size or 0) > files.LARGEST:
            raise forms.ValidationError(too_large(found.size or 0))
        return found


def too_large(size: int) -> str:
    """Return the words that refuse a file of `size` bytes."""
    return _(
        "This file has %(size)s, and a file may have %(limit)s. Export it in parts, a year at a time."
    ) % {"size": filesizeformat(size), "limit": filesizeformat(files.LARGEST)}


class WritingForm(forms.Form):
    """How a file is written, where it was found out wrongly."""

    encoding = forms.ChoiceField(
        label=gettext_lazy("Letters"),
        choices=list(ENCODINGS.items()),
        help_text=gettext_lazy("Change it if names look broken, such as ZoÃ«."),
        error_messages={"required": gettext_lazy("Choose how letters are written.")},
    )
    delimiter = forms.ChoiceField(
        label=gettext_lazy("Between the columns stands a"),
        choices=[(sign, SIGNS[sign]) for sign in DELIMITERS],
        error_messages={"required": gettext_lazy("Choose what parts the columns.")},
    )
    header = forms.IntegerField(
        label=gettext_lazy("The headings are in row"),
        min_value=0,
        max_value=50,
        help_text=gettext_lazy("0: there are none."),
        error_messages={"required": gettext_lazy("Write the number of the row, or 0.")},
    )

    @property
    def writing(self) -> Writing:
        """How the file is to be read."""
        return Writing(**self.cleaned_data)


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column as the page shows it: heading, examples, the field to choose, and the order of its dates if asked."""

    heading: str
    samples: list[str]
    filled: int
    choice: Any
    order: Any


class ColumnsForm(forms.Form):
    """What each column is."""

    def __init__(self, batch: ImportBatch, country: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batch, self.kind, self.country = batch, KINDS[batch.kind], country
        mapping: Mapping[str, Any] = batch.mapping
        self.fields["source"] = forms.ChoiceField(
            label=_("Where does the file come from?"),
            choices=[*NAMES.items(), (OTHER, _("Another system"))],
            initial=mapping.get("source", OTHER),
        )
        self._add_columns(mapping)
        self._add_defaults(mapping)
        self._add_rest(mapping)

    def _add_columns(self, mapping: Mapping[str, Any]) -> None:
        offered = [("", _("Leave out")), *((each.name, each.label) for each in self.kind.fields)]
        asked = self._asked(mapping)
        for place, name in enumerate(mapping["columns"]):
            heading = self.batch.survey["columns"][place]["name"]
            label = heading or _("Column %(n)d") % {"n": place + 1}
            self.fields[f"c{place}"] = forms.ChoiceField(
                label=label, choices=offered, initial=name, required=False
            )
            if place in asked:
                self.fields[f"order{place}"] = forms.ChoiceField(
                    label=_("Which comes first in “%(column)s”?") % {"column": label},
                    choices=_orders(self.batch.survey["columns"][place]["samples"]),
                    initial=mapping["orders"].get(str(place)),
                    widget=forms.RadioSelect,
                    error_messages={"required": _("Choose: no row of this column proves it.")},
                )

    def _asked(self, mapping: Mapping[str, Any]) -> set[int]:
        """Return the columns whose order of dates is to be asked: by what is chosen now."""
        if self.is_bound:
            mapping = {**mapping, "columns": self._chosen(len(mapping["columns"])), "orders": {}}
        return {*matching.undecided(self.batch, {**mapping, "orders": {}})}

    def _chosen(self, width: int) -> list[str]:
        return [str(self.data.get(f"c{place}") or "") for place in range(width)]

    def _add_defaults(self, mapping: Mapping[str, Any]) -> None:
        """Ask for what no column says, where a row needs it and it can be one for all."""
        for field in self.kind.fields:
            if field.is_needed and field.choices is not None:
                choices = [
                    ("", "—"),
                    *((each.value, each.label) for each in field.choices() if each.value),
                ]
                self.fields[f"default-{field.name}"] = forms.ChoiceField(
                    label=_("%(field)s, where no column says it") % {"field": field.label},
                    choices=choices,
                    required=False,
                    initial=mapping.get("defaults", {}).get(field.name, ""),
                )

    def _add_rest(self, mapping: Mapping[str, Any]) -> None:
        if any(field.type in (Type.MOMENT, Type.TIME) for field in self.kind.fields):
            self.fields["zone"] = forms.ChoiceField(
                label=_("Times are in the zone of"),
                choices=zone_choices(self.country),
                initial=mapping.get("zone"),
                required=False,
            )
        if self.kind.name == "clients":
            self.fields["alike"] = forms.ChoiceField(
                label=_("Who looks like somebody who is here already"),
                choices=[
                    ("add", _("comes in, to be compared afterwards")),
                    ("skip", _("is left out")),
                ],
                initial=mapping.get("alike", "add"),
                widget=forms.RadioSelect,
                required=False,
            )
        self.fields["keep_as"] = forms.CharField(
            label=_("Keep this for later files under the name"), max_length=60, required=False
        )

    def rows(self) -> Iterator[ColumnRow]:
        """Yield the columns for the page."""
        for place, column in enumerate(self.batch.survey["columns"]):
            order = self[f"order{place}"] if f"order{place}" in self.fields else None
            yield ColumnRow(
                column["name"], column["samples"], column["filled"], self[f"c{place}"], order
            )

    def defaults(self) -> Iterator[Any]:
        """Yield the questions for what no column says."""
        return (self[name] for name in self.fields if name.startswith("default-"))

    def clean(self) -> dict[str, Any]:
        """Ask for what is missing and refuse a field that two columns want."""
        cleaned = self.cleaned_data
        for code, name in matching.problems(self.batch, matching.clean(self.batch, self.told())):
            self.add_error(None, _problem(self.kind, code, name))
        return cleaned

    def told(self) -> dict[str, Any]:
        """Return the mapping as it was said."""
        cleaned, width = self.cleaned_data, len(self.batch.survey["columns"])
        return {
            **self.batch.mapping,
            "source": cleaned.get("source", OTHER),
            "columns": [cleaned.get(f"c{place}", "") for place in range(width)],
            "orders": {
                str(place): cleaned[f"order{place}"]
                for place in range(width)
                if cleaned.get(f"order{place}")
            },
            "defaults": {
                name.removeprefix("default-"): value
                for name, value in cleaned.items()
                if name.startswith("default-")
            },
            "zone": cleaned.get("zone") or self.batch.mapping.get("zone"),
            "alike": cleaned.get("alike") or "add",
        }


class ValuesForm(forms.Form):
    """What the values of some columns stand for."""

    def __init__(self, batch: ImportBatch, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = KINDS[batch.kind]
        self.listed = matching.values_to_match(batch, batch.mapping)
        self.names: dict[str, tuple[str, str]] = {}
        for name, values in self.listed.items():
            field = self.kind.field(name)
            assert field is not None and field.choices is not None  # noqa: PT018 - listed for that
            offered = [
                (UNMATCHED, _("Choose…")),
                *((each.value, each.label) for each in field.choices()),
            ]
            for number, (value, count, meant) in enumerate(values):
                key = f"{name}-{number}"
                self.names[key] = (name, value)
                self.fields[key] = forms.ChoiceField(
                    label=value,
                    choices=offered,
                    initial=UNMATCHED if meant is None else meant,
                    required=False,
                    help_text=str(count),
                )

    def groups(self) -> Iterator[tuple[Field, list[tuple[Any, int, bool]]]]:
        """Yield the fields with their values: the question, how often it stands there, whether it is open."""
        for name, values in self.listed.items():
            field = self.kind.field(name)
            assert field is not None  # listed for it
            yield (
                field,
                [
                    (self[f"{name}-{number}"], count, meant is None)
                    for number, (_v, count, meant) in enumerate(values)
                ],
            )

    @property
    def open(self) -> int:
        """How many values stand for nothing yet."""
        return sum(
            meant is None for values in self.listed.values() for _value, _count, meant in values
        )

    def told(self) -> dict[str, dict[str, str]]:
        """Return field → value → what it stands for."""
        said: dict[str, dict[str, str]] = {}
        for key, (name, value) in self.names.items():
            chosen = self.cleaned_data.get(key, UNMATCHED)
            if chosen != UNMATCHED:
                said.setdefault(name, {})[value] = chosen
        return said


def _orders(samples: list[str]) -> list[tuple[str, str]]:
    """Return the orders of a date, each with what an example of the column would mean."""
    example = next((each for each in samples if each), "")
    words = {
        DAY_FIRST: _("The day"),
        MONTH_FIRST: _("The month"),
        YEAR_FIRST: _("The year"),
    }
    found = []
    for order, word in words.items():
        meaning = _meaning(example, order)
        if order != YEAR_FIRST or meaning:
            told = _("%(word)s: %(example)s is %(day)s") % {
                "word": word,
                "example": example,
                "day": meaning,
            }
            found.append((order, told if meaning else word))
    return found


def _meaning(example: str, order: str) -> str:
    try:
        found = moment_of(example, order, clock.now().date()).day
    except NoDate:
        return ""
    return day(found) if found > date(1, 1, 1) else ""


def _problem(kind: Kind, code: str, name: str) -> str:
    fields = [kind.field(each) for each in name.split("|")]
    labels = [str(field.label) for field in fields if field]
    if code == "twice":
        return _("Two columns are “%(field)s”. Choose one of them.") % {"field": labels[0]}
    if code == "one_of":
        return _("Choose a column for one of these: %(fields)s.") % {"fields": ", ".join(labels)}
    return _("No column is “%(field)s”, and every row needs it.") % {"field": labels[0]}
