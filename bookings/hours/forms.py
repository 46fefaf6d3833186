"""The forms of people's time: time off, extra hours, public holidays and limits."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.jurisdiction import countries
from accounts.models import Location, Practitioner
from bookings.models import Absence
from bookings.openings import public_holidays

EVERYBODY = EVERYWHERE = WHOLE = "all"
DAY, WALL = "%Y-%m-%d", "%H:%M"
HOUR, DAY_MINUTES = 60, 1440
NOTICES = (0, 60, 120, 240, 720, 1440, 2880, 4320, 10080)
HORIZONS = (7, 14, 28, 60, 90, 180, 365)


def day_field(label: Any, **more: Any) -> forms.DateField:
    """Return a field for a date."""
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}, DAY), **more)


def wall_field(label: Any, **more: Any) -> forms.TimeField:
    """Return a field for a time on the wall."""
    return forms.TimeField(
        label=label,
        input_formats=[WALL, "%H:%M:%S"],
        widget=forms.TimeInput({"type": "time", "step": 300}, WALL),
        **more,
    )


class RepeatForm(forms.Form):
    """What may come again every few weeks."""

    every_weeks = forms.IntegerField(
        label=gettext_lazy("Again every … weeks"),
        required=False,
        min_value=1,
        max_value=52,
        help_text=gettext_lazy("Leave it empty if it happens once."),
        error_messages={
            "min_value": gettext_lazy("Enter a number from 1 to 52."),
            "max_value": gettext_lazy("Enter a number from 1 to 52."),
            "invalid": gettext_lazy("Enter a number from 1 to 52."),
        },
    )
    until = day_field(
        gettext_lazy("For the last time on"),
        required=False,
        help_text=gettext_lazy("Leave it empty if it has no end."),
    )

    def check_repeat(self, first: date | None) -> None:
        """Refuse an end that lies before the beginning, or one without a repeat."""
        until, every = self.cleaned_data.get("until"), self.cleaned_data.get("every_weeks")
        if until and not every and "every_weeks" not in self.errors:
            self.add_error("every_weeks", _("Enter after how many weeks it comes again."))
        elif until and first and until < first:
            self.add_error("until", _("The last time is before the first."))


class TimeOffForm(RepeatForm):
    """Who is away, where, from when until when."""

    who = forms.ChoiceField(
        label=gettext_lazy("Who"),
        error_messages={
            "required": gettext_lazy("Choose who is away."),
            "invalid_choice": gettext_lazy("Choose somebody from the list."),
        },
    )
    where = forms.ChoiceField(
        label=gettext_lazy("Where"),
        error_messages={
            "required": gettext_lazy("Choose where."),
            "invalid_choice": gettext_lazy("Choose a place from the list."),
        },
    )
    first_day = day_field(
        gettext_lazy("First day"),
        error_messages={"required": gettext_lazy("Enter the first day.")},
    )
    last_day = day_field(gettext_lazy("Last day"), required=False)
    starts = wall_field(gettext_lazy("From"), required=False)
    ends = wall_field(gettext_lazy("Until"), required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=Absence.Kind.choices,
        initial=Absence.Kind.HOLIDAY,
        error_messages={"required": gettext_lazy("Choose the kind.")},
    )
    label = forms.CharField(
        label=gettext_lazy("What it is"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("Colleagues see it in the diary, clients never do."),
    )

    def __init__(
        self,
        *args: Any,
        people: list[Practitioner],
        places: list[Location],
        for_all: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(each.pk): each for each in people}
        self.places = {str(each.pk): each for each in places}
        everybody = [(EVERYBODY, _("Everybody: closed"))] if for_all else []
        named = [(pk, str(each.name)) for pk, each in self.people.items()]
        self.fields["who"].choices = [*named, *everybody]  # type: ignore[attr-defined]
        everywhere = (EVERYWHERE, _("Everywhere"))
        there = [(pk, each.name) for pk, each in self.places.items()]
        self.fields["where"].choices = [everywhere, *there]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the start."""
        values = self.cleaned_data
        first, starts, ends = values.get("first_day"), values.get("starts"), values.get("ends")
        last = values["last_day"] = values.get("last_day") or first
        if first and last and last < first:
            self.add_error("last_day", _("The last day is before the first one."))
        elif (starts is None) != (ends is None) and not self.errors:
            missing = "starts" if starts is None else "ends"
            self.add_error(missing, _("Enter both times, or neither for whole days."))
        elif starts and ends and first == last and ends <= starts:
            self.add_error("ends", _("The end must be after the start."))
        self.check_repeat(first)
        return values

    @property
    def values(self) -> dict[str, Any]:
        """The cleaned values by the model's names."""
        names = ("kind", "label", "first_day", "starts", "last_day", "ends", "every_weeks", "until")
        return {
            "practitioner": self.people.get(self.cleaned_data["who"]),
            "location": self.places.get(self.cleaned_data["where"]),
            **{name: self.cleaned_data[name] for name in names},
        }


class ExtraHoursForm(RepeatForm):
    """Hours on top of the weekly ones."""

    who = forms.ChoiceField(
        label=gettext_lazy("Who"),
        error_messages={"required": gettext_lazy("Choose who can be booked.")},
    )
    where = forms.ChoiceField(
        label=gettext_lazy("Where"),
        error_messages={"required": gettext_lazy("Choose a place.")},
    )
    day = day_field(
        gettext_lazy("Day"), error_messages={"required": gettext_lazy("Enter the day.")}
    )
    starts = wall_field(
        gettext_lazy("From"), error_messages={"required": gettext_lazy("Enter when they begin.")}
    )
    ends = wall_field(
        gettext_lazy("Until"), error_messages={"required": gettext_lazy("Enter when they end.")}
    )

    def __init__(
        self, *args: Any, people: list[Practitioner], places: list[Location], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(each.pk): each for each in people}
        self.places = {str(each.pk): each for each in places}
        who = [(pk, str(each.name)) for pk, each in self.people.items()]
        self.fields["who"].choices = who  # type: ignore[attr-defined]
        there = [(pk, each.name) for pk, each in self.places.items()]
        self.fields["where"].choices = there  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the start."""
        starts, ends = self.cleaned_data.get("starts"), self.cleaned_data.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _("The end must be after the start."))
        self.check_repeat(self.cleaned_data.get("day"))
        return self.cleaned_data

    @property
    def values(self) -> dict[str, Any]:
        """The cleaned values by the model's names."""
        return {
            "practitioner": self.people[self.cleaned_data["who"]],
            "location": self.places[self.cleaned_data["where"]],
            **{
                name: self.cleaned_data[name]
                for name in ("day", "starts", "ends", "every_weeks", "until")
            },
        }


class HolidaysForm(forms.Form):
    """Whose public holidays a location keeps; `parts_of` is the country whose parts were on offer."""

    country = forms.ChoiceField(
        label=gettext_lazy("Country"),
        error_messages={"required": gettext_lazy("Choose a country.")},
    )
    subdivision = forms.ChoiceField(
        label=gettext_lazy("State, province or part"),
        error_messages={"required": gettext_lazy("Choose the part, then save again.")},
    )
    parts_of = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = public_holidays.countries()
        listed = [(each.code, each.name) for each in countries() if each.code in known]
        self.fields["country"].choices = listed  # type: ignore[attr-defined]
        chosen = (self.data if self.is_bound else self.initial).get("country") or ""
        self.parts = public_holidays.parts(chosen) if chosen in known else []
        self.is_new_country = self.is_bound and chosen != self.data.get("parts_of")
        if self.is_new_country:
            # Its parts weren't on the page: they are asked for, unless there are none
            part = "" if self.parts else WHOLE
            self.data = {**dict(self.data.items()), "parts_of": chosen, "subdivision": part}
        whole = [(WHOLE, _("The whole country"))]
        self.fields["subdivision"].choices = [*whole, *self.parts]  # type: ignore[attr-defined]
        if not self.is_bound:
            self.initial["parts_of"] = chosen

    @property
    def part(self) -> str:
        """The cleaned part, empty for the whole country."""
        chosen: str = self.cleaned_data["subdivision"]
        return "" if chosen == WHOLE else chosen


class LimitsForm(forms.Form):
    """How much a practitioner takes, and how late or early; empty: no limit, or as the service says."""

    most_per_day = forms.IntegerField(
        label=gettext_lazy("Most appointments in a day"),
        required=False,
        min_value=1,
        max_value=100,
        help_text=gettext_lazy("Leave it empty for no limit."),
    )
    most_per_week = forms.IntegerField(
        label=gettext_lazy("Most appointments in a week"),
        required=False,
        min_value=1,
        max_value=500,
        help_text=gettext_lazy("A week begins on Monday."),
    )
    notice_minutes = forms.TypedChoiceField(
        label=gettext_lazy("Shortest notice online"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=gettext_lazy("If a service asks for more, the service counts."),
    )
    horizon_days = forms.TypedChoiceField(
        label=gettext_lazy("Bookable ahead"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=gettext_lazy("If a service allows less, the service counts."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        as_service = [("", _("As the service says"))]
        for name, usual, words in (
            ("notice_minutes", NOTICES, notice_words),
            ("horizon_days", HORIZONS, days_words),
        ):
            own = self.initial.get(name)
            every = sorted({*usual, *([own] if own is not None else [])})
            choices = [*as_service, *((each, words(each)) for each in every)]
            self.fields[name].choices = choices  # type: ignore[attr-defined]


class CalendarForm(forms.Form):
    """A calendar elsewhere: whose, and where it is read."""

    who = forms.ChoiceField(
        label=gettext_lazy("Whose"),
        error_messages={"required": gettext_lazy("Choose whose calendar it is.")},
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        help_text=gettext_lazy("For yourself: “Private”, say."),
        error_messages={"required": gettext_lazy("Enter a name for the calendar.")},
    )
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=2000,
        help_text=gettext_lazy("The calendar’s private address in iCal format; it ends in .ics."),
        error_messages={"required": gettext_lazy("Paste the calendar’s address.")},
        widget=forms.URLInput({"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, people: list[Practitioner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(each.pk): each for each in people}
        who = [(pk, str(each.name)) for pk, each in self.people.items()]
        self.fields["who"].choices = who  # type: ignore[attr-defined]

    @property
    def values(self) -> dict[str, Any]:
        """The cleaned values as `calendars.add` takes them."""
        values = self.cleaned_data
        return {
            "practitioner": self.people[values["who"]],
            "name": values["name"],
            "address": values["address"],
        }


def notice_words(minutes: int) -> str:
    """Return "2 hours"."""
    if minutes and minutes % DAY_MINUTES == 0:
        return days_words(minutes // DAY_MINUTES)
    if minutes and minutes % HOUR == 0:
        return ngettext("%d hour", "%d hours", minutes // HOUR) % (minutes // HOUR)
    return ngettext("%d minute", "%d minutes", minutes) % minutes


def days_words(days: int) -> str:
    """Return "14 days"."""
    return ngettext("%d day", "%d days", days) % days
