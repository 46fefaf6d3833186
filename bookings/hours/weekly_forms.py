"""The form of a week: up to a few stretches on each day, the dates they hold for, and copying a day to others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.hours.weekly import Change, Period, Stretch

WEEK = (1, 2, 3, 4, 5, 6, 7)
STRETCHES = 2
USUAL = ((time(9), time(12, 30)), (time(13, 15), time(17)))
WALL = "%H:%M"


@dataclass(frozen=True, slots=True)
class Range:
    """Two fields: from and until."""

    starts: BoundField
    ends: BoundField


@dataclass(frozen=True, slots=True)
class Day:
    """A weekday of the form."""

    number: int
    name: str
    ranges: list[Range]


class WeekForm(forms.Form):
    """When somebody can be booked on each weekday; `stretches` is how many a day can have."""

    def __init__(self, *args: Any, stretches: int = STRETCHES, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stretches = stretches
        for weekday in WEEK:
            for number in range(1, stretches + 1):
                for edge, label in (("starts", _("from")), ("ends", _("until"))):
                    self.fields[name_of(weekday, number, edge)] = _wall_field(
                        _label(weekday, number, label)
                    )

    @property
    def days(self) -> list[Day]:
        """The fields by day, for the template."""
        return [
            Day(
                weekday,
                day_name(weekday),
                [
                    Range(
                        self[name_of(weekday, number, "starts")],
                        self[name_of(weekday, number, "ends")],
                    )
                    for number in range(1, self.stretches + 1)
                ],
            )
            for weekday in WEEK
        ]

    @property
    def week(self) -> list[Stretch]:
        """The cleaned week."""
        found: list[Stretch] = self.cleaned_data["week"]
        return found

    def clean(self) -> dict[str, Any]:
        """Add `week`; a stretch that lacks an edge, ends too early or overlaps is said beside its field."""
        week: list[Stretch] = []
        for weekday in WEEK:
            for number in range(1, self.stretches + 1):
                stretch = self._stretch(weekday, number)
                if stretch and any(stretch.meets(other) for other in week):
                    self.add_error(
                        name_of(weekday, number, "starts"),
                        _("This overlaps other hours of the day."),
                    )
                elif stretch:
                    week.append(stretch)
        return {**self.cleaned_data, "week": sorted(week)}

    def _stretch(self, weekday: int, number: int) -> Stretch | None:
        first, last = name_of(weekday, number, "starts"), name_of(weekday, number, "ends")
        starts, ends = self.cleaned_data.get(first), self.cleaned_data.get(last)
        if self.errors.keys() & {first, last} or (starts is None and ends is None):
            return None
        if starts is None:
            self.add_error(first, _("Say when it begins."))
        elif ends is None:
            self.add_error(last, _("Say when it ends."))
        elif ends <= starts:
            self.add_error(last, _("The end must be after the start."))
        else:
            return Stretch(weekday, starts, ends)
        return None


class HoursForm(WeekForm):
    """A week and the dates it holds for."""

    since = forms.DateField(
        label=gettext_lazy("First day"),
        required=False,
        help_text=gettext_lazy("Leave it empty if they hold already."),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )
    until = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        help_text=gettext_lazy("Leave it empty if they have no end."),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )
    ends_earlier = forms.BooleanField(
        label=gettext_lazy("End the present hours the day before"), required=False
    )

    def __init__(self, *args: Any, replacing: Period | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.replacing = replacing

    def clean(self) -> dict[str, Any]:
        """Refuse a last day before the first one, and new hours without any."""
        values = super().clean()
        since, until = values.get("since"), values.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day is before the first one."))
        if self.replacing is None and not values["week"] and not self.errors:
            self.add_error(None, _("Fill in at least one day."))
        return values

    @property
    def change(self) -> Change:
        """What the cleaned form asks for."""
        values = self.cleaned_data
        return Change(
            self.week,
            Period(values["since"], values["until"]),
            self.replacing,
            bool(values["ends_earlier"]),
        )


def name_of(weekday: int, number: int, edge: str) -> str:
    """Return the name of a field."""
    return f"d{weekday}_{number}_{edge}"


def day_name(weekday: int) -> str:
    """Return the name of an ISO weekday in the reader's language."""
    return str(WEEKDAYS[weekday - 1])


def stretches_for(week: Iterable[Stretch]) -> int:
    """Return how many stretches a form must have to show a week whole."""
    return max([STRETCHES, *Counter(each.weekday for each in week).values()])


def initial_of(week: Iterable[Stretch]) -> dict[str, Any]:
    """Return a form's initial values for a week."""
    values: dict[str, Any] = {}
    numbers: Counter[int] = Counter()
    for each in sorted(week):
        numbers[each.weekday] += 1
        values[name_of(each.weekday, numbers[each.weekday], "starts")] = each.starts
        values[name_of(each.weekday, numbers[each.weekday], "ends")] = each.ends
    return values


def usual_week(days: Iterable[int]) -> list[Stretch]:
    """Return the week that most practices begin with, on their working days."""
    return [Stretch(day, starts, ends) for day in days for starts, ends in USUAL]


def typed(form: WeekForm) -> dict[str, Any]:
    """Return what was typed into a form, as initial values of another; where asked, with a day copied.

    `copy` is "1-5" or "1-7", the days that get the hours of `copy_day`.
    """
    posted: Mapping[str, str] = form.data
    values = {name: posted.get(name, "") for name in form.fields}
    source = posted.get("copy_day", "1")
    first, _dash, last = posted.get("copy", "").partition("-")
    if source in "1234567" and (first, last) in {("1", "5"), ("1", "7")}:
        for weekday in range(int(first), int(last) + 1):
            for number in range(1, form.stretches + 1):
                for edge in ("starts", "ends"):
                    own = name_of(weekday, number, edge)
                    values[own] = values[name_of(int(source), number, edge)]
    return values


def read_date(text: str) -> date | None:
    """Return the date of an ISO text in an address, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _label(weekday: int, number: int, edge: str) -> str:
    """Return "Tuesday from", or "Tuesday from (2)" for the second stretch."""
    label = f"{day_name(weekday)} {edge}"
    return label if number == 1 else f"{label} ({number})"


def _wall_field(label: str) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        widget=forms.TimeInput({"type": "time", "step": 300, "aria-label": label}, WALL),
        input_formats=[WALL, "%H:%M:%S"],
    )
