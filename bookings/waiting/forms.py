"""Forms of the waiting list: what somebody waits for, as staff write it and as a person ticks it, and the choices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Location, Practitioner
from accounts.practice_settings import zone as practice_zone
from accounts.templatetags.keepwell import when
from bookings.models import Attendee, Service, WaitingChoices, WaitingEntry
from bookings.public.forms import VisitorForm
from bookings.waiting.entries import Terms, present_bookings
from bookings.waiting.matching import Window, Wish, windows_of
from bookings.waiting.words import PART_WORDS, PARTS, part_label, weekday_word
from clients.models import Client
from privacy.vocabulary import clock

WEEKDAYS = range(1, 8)
USUAL = timedelta(days=28)
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of a weekday, to be ticked."""

    value: str
    label: str
    checked: bool


def ticked(windows: Iterable[Window]) -> list[str]:
    """Return the parts of days that lie inside windows, as the form names them."""
    found = list(windows)
    return [
        f"{day}-{name}"
        for day in WEEKDAYS
        for name, (starts, ends) in PARTS.items()
        if any(w.weekday == day and w.starts <= starts and w.ends >= ends for w in found)
    ]


def windows_from(values: Iterable[str]) -> list[Window]:
    """Return the windows of ticked parts of days; everything ticked is as nothing: any time."""
    chosen = list(values)
    if len(chosen) == len(PARTS) * len(WEEKDAYS):
        return []
    found = []
    for value in chosen:
        day, _dash, name = value.partition("-")
        found.append(Window(int(day), *PARTS[name]))
    return found


class EntryForm(forms.Form):
    """What a client waits for. `kept` are windows of the entry that the parts of days can't say; they stay."""

    service = forms.ChoiceField(
        label=gettext_lazy("Service"),
        error_messages={"required": gettext_lazy("Choose a service.")},
    )
    practitioners = forms.MultipleChoiceField(
        label=gettext_lazy("With"), required=False, widget=forms.CheckboxSelectMultiple
    )
    locations = forms.MultipleChoiceField(
        label=gettext_lazy("Where"), required=False, widget=forms.CheckboxSelectMultiple
    )
    parts = forms.MultipleChoiceField(
        label=gettext_lazy("Days and times that suit"), required=False
    )
    since = forms.DateField(
        label=gettext_lazy("Not before"),
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )
    until = forms.DateField(
        label=gettext_lazy("Until"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        help_text=gettext_lazy("They leave the list by themselves after this day."),
        error_messages={"required": gettext_lazy("Choose the last day that suits.")},
    )
    is_urgent = forms.BooleanField(
        label=gettext_lazy("Urgent: comes before the others"), required=False
    )
    attendee = forms.ChoiceField(
        label=gettext_lazy("Gives up for an earlier time"),
        required=False,
        help_text=gettext_lazy("Cancelled in the same moment as an earlier time is taken."),
    )
    note = forms.CharField(
        label=gettext_lazy("Note for colleagues"),
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(
        self,
        *args: Any,
        client: Client | None = None,
        entry: WaitingEntry | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kept = [
            each
            for each in windows_of(entry.windows if entry else [])
            if (each.starts, each.ends) not in PARTS.values()
        ]
        services = Service.objects.filter(archived_at=None)
        self.services = {str(each.pk): each for each in services}
        people = Practitioner.objects.filter(deactivated_at=None)
        places = Location.objects.filter(archived_at=None).order_by("name")
        self.places = present_bookings(client) if client else []
        self._offer("service", [(pk, each.name) for pk, each in self.services.items()])
        self._offer("practitioners", [(str(each.pk), str(each.name)) for each in people])
        self._offer("locations", [(str(each.pk), each.name) for each in places])
        self._offer("parts", [(f"{d}-{name}", name) for d in WEEKDAYS for name in PARTS])
        self._offer(
            "attendee",
            [("", _("Nothing")), *((str(each.pk), booking_words(each)) for each in self.places)],
        )

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    @property
    def several_places(self) -> bool:
        """Whether there is more than one location to choose."""
        return len(self.fields["locations"].choices) > 1  # type: ignore[attr-defined]

    @property
    def grid(self) -> list[tuple[str, list[Cell]]]:
        """The parts of the days of a week, row by row."""
        chosen = set(self["parts"].value() or [])
        return [
            (
                weekday_word(day),
                [
                    Cell(f"{day}-{name}", str(PART_WORDS[name]), f"{day}-{name}" in chosen)
                    for name in PARTS
                ],
            )
            for day in WEEKDAYS
        ]

    @property
    def part_heads(self) -> list[str]:
        """The heads of the grid's columns."""
        return [str(PART_WORDS[name]) for name in PARTS]

    def clean_service(self) -> Service:
        """Return the service instead of the id."""
        found: Service = self.services[self.cleaned_data["service"]]
        return found

    def clean_attendee(self) -> Attendee | None:
        """Return the booking instead of the id."""
        wanted = self.cleaned_data["attendee"]
        return next((each for each in self.places if str(each.pk) == wanted), None)

    def clean_until(self) -> date:
        """Refuse days that are past or too far."""
        until: date = self.cleaned_data["until"]
        today = clock.today(practice_zone())
        if not today <= until <= today + LONGEST:
            raise ValidationError(_("Choose a day that is still to come, within a year."))
        return until

    @property
    def terms(self) -> Terms:
        """What a valid form says."""
        told = self.cleaned_data
        return Terms(
            service=told["service"],
            until=told["until"],
            since=told["since"],
            windows=[*windows_from(told["parts"]), *self.kept],
            wishes=wishes_from(told["practitioners"], told["locations"]),
            is_urgent=told["is_urgent"],
            note=told["note"],
            attendee=told["attendee"],
        )


class PickForm(forms.Form):
    """Which client joins the list."""

    client = forms.UUIDField(required=False)
    find = forms.CharField(
        label=gettext_lazy("Find a client"),
        required=False,
        max_length=120,
        widget=forms.TextInput({"type": "search", "autocomplete": "off", "spellcheck": "false"}),
    )


class JoinForm(VisitorForm):
    """A person joins by themselves: who they are, and which days and times suit, in a few ticks."""

    given_name = forms.CharField(
        label=gettext_lazy("Given name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
        error_messages={
            "required": gettext_lazy("Enter your given name, so that we know who waits.")
        },
    )
    family_name = forms.CharField(
        label=gettext_lazy("Family name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
        error_messages={
            "required": gettext_lazy("Enter your family name, so that we know who waits.")
        },
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        help_text=gettext_lazy(
            "We write to you when a time is free. Without it we can’t tell you."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": gettext_lazy("Enter your e-mail address: free times are sent there."),
            "invalid": gettext_lazy(
                "Check the e-mail address: something in it is missing or mistyped."
            ),
        },
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=40,
        required=False,
        help_text=gettext_lazy(
            "Without it we can’t call you when something comes up at short notice."
        ),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    days = forms.MultipleChoiceField(
        label=gettext_lazy("Days that suit"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Tick none if any day suits."),
    )
    parts = forms.MultipleChoiceField(
        label=gettext_lazy("Times that suit"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Tick none if any time suits."),
    )
    until = forms.DateField(
        label=gettext_lazy("Until"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        help_text=gettext_lazy("You leave the list by yourself after this day."),
        error_messages={"required": gettext_lazy("Choose the last day that suits you.")},
    )
    note = forms.CharField(
        label=gettext_lazy("Anything we should know?"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Only what matters for this visit. Our messages never repeat it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, country: str, horizon: int, **kwargs: Any) -> None:
        super().__init__(*args, country=country, **kwargs)
        self.today = clock.today(practice_zone())
        self.fields["until"].initial = self.today + min(USUAL, timedelta(days=horizon))
        self.fields["days"].choices = [(str(day), weekday_word(day)) for day in WEEKDAYS]  # type: ignore[attr-defined]
        self.fields["parts"].choices = [(name, part_label(name)) for name in PARTS]  # type: ignore[attr-defined]

    def clean_until(self) -> date:
        """Refuse days that are past or too far."""
        until: date = self.cleaned_data["until"]
        if not self.today <= until <= self.today + LONGEST:
            raise ValidationError(_("Choose a day that is still to come, within a year."))
        return until

    @property
    def person(self) -> dict[str, str]:
        """Who a valid form says is waiting."""
        names = ("given_name", "family_name", "email", "phone")
        return {name: self.cleaned_data[name] for name in names}

    @property
    def windows(self) -> list[Window]:
        """The ticked parts of the ticked days."""
        days = self.cleaned_data["days"] or [str(day) for day in WEEKDAYS]
        parts = self.cleaned_data["parts"] or list(PARTS)
        return windows_from(f"{day}-{name}" for day in days for name in parts)


class ChoicesForm(forms.Form):
    """What the practice does with time that becomes free."""

    mode = forms.ChoiceField(
        label=gettext_lazy("When time becomes free"),
        choices=WaitingChoices.Mode.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what happens when time becomes free.")},
    )
    at_once = forms.TypedChoiceField(
        label=gettext_lazy("How many get an offer at once"),
        coerce=int,
        choices=[(number, str(number)) for number in range(1, 6)],
        help_text=gettext_lazy("Whoever takes it first has it. Only for automatic offers."),
        error_messages={"required": gettext_lazy("Choose how many get an offer at once.")},
    )
    minutes_held = forms.TypedChoiceField(
        label=gettext_lazy("How long an offer is held"),
        coerce=int,
        choices=[
            (30, gettext_lazy("30 minutes")),
            (60, gettext_lazy("1 hour")),
            (120, gettext_lazy("2 hours")),
            (240, gettext_lazy("4 hours")),
            (480, gettext_lazy("8 hours")),
            (1440, gettext_lazy("1 day")),
        ],
        help_text=gettext_lazy("It ends half an hour before the visit at the latest."),
        error_messages={"required": gettext_lazy("Choose how long an offer is held.")},
    )


def wishes_from(practitioners: list[str], locations: list[str]) -> list[Wish]:
    """Return every pair of a chosen practitioner and place; nothing chosen of a kind is anyone, anywhere."""
    if not practitioners and not locations:
        return []
    people: list[UUID | None] = [UUID(each) for each in practitioners]
    places: list[UUID | None] = [UUID(each) for each in locations]
    return [Wish(who, where) for who in people or [None] for where in places or [None]]


def booking_words(place: Attendee) -> str:
    """Return a booking in one line: when, what, with whom."""
    appointment = place.appointment
    return _("%(when)s, %(service)s with %(name)s") % {
        "when": when(appointment.starts_at, appointment.time_zone),
        "service": appointment.service_name,
        "name": appointment.practitioner.name,
    }
