"""The forms of another time or length: a start, and where that is taken, why it may stand beside what is there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Practitioner
from accounts.places import is_theirs
from bookings.messaging.preferences import practice_choices
from privacy.vocabulary.prepared import Prepared

WALL = "%Y-%m-%dT%H:%M"
_ACTIVE = Prepared[Practitioner](lambda: Practitioner.objects.filter(deactivated_at=None))


def with_start(posted: QueryDict) -> QueryDict:
    """Return posted values with `starts` ("2026-11-24T10:15", what a drag sends) taken apart into `day` and `time`."""
    starts = posted.get("starts", "")
    if not starts:
        return posted
    values = posted.copy()
    values["day"], _t, values["time"] = starts.partition("T")
    return values


class WhenForm(forms.Form):
    """A start on the wall of the location, with one of the active practitioners."""

    practitioner = forms.ChoiceField(
        label=gettext_lazy("With"),
        error_messages={"required": gettext_lazy("Choose who it is with.")},
    )
    day = forms.DateField(
        label=gettext_lazy("Day"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        error_messages={"required": gettext_lazy("Choose the day.")},
    )
    time = forms.TimeField(
        label=gettext_lazy("Starts at"),
        widget=forms.TimeInput({"type": "time", "step": 300}, "%H:%M"),
        error_messages={"required": gettext_lazy("Enter when it starts.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.practitioners = {str(each.pk): each for each in _ACTIVE() if is_theirs(each)}
        self.fields["practitioner"].choices = [  # type: ignore[attr-defined]
            (pk, str(each.name)) for pk, each in self.practitioners.items()
        ]

    def clean_practitioner(self) -> Practitioner:
        """Return the practitioner instead of the id."""
        found: Practitioner = self.practitioners[self.cleaned_data["practitioner"]]
        return found

    @property
    def starts_local(self) -> datetime:
        """The start as naive wall time."""
        return datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"])


class BesideForm(forms.Form):
    """What a change of time may ask: to stand beside another appointment, why, and whether the client is told.

    A drag sends none of it: then the practice's settings say who is told, and nothing stands beside anything.
    """

    overbook = forms.BooleanField(
        label=gettext_lazy("Overbook: put it beside the other appointment"), required=False
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Kept in the audit with your name."),
    )
    seen = forms.CharField(required=False, max_length=600, widget=forms.HiddenInput)
    tell = forms.BooleanField(label=gettext_lazy("Tell the client"), required=False)
    is_asked = forms.BooleanField(required=False, initial=True, widget=forms.HiddenInput)
    diary = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tell"].initial = practice_choices().tells_of_change

    def clean(self) -> dict[str, Any]:
        """Ask for a reason to overbook."""
        values = super().clean() or self.cleaned_data
        if values.get("overbook") and not values.get("reason"):
            self.add_error("reason", _("Say in a few words why."))
        return values

    def because(self, in_the_way: set[str]) -> str:
        """Return why it may stand beside others; "" unless all that is in the way was shown before."""
        values = self.cleaned_data
        knows = in_the_way <= set(values["seen"].split())
        return str(values["reason"]) if values["overbook"] and knows else ""

    @property
    def tells(self) -> bool | None:
        """Whether the client is told; None: as the practice's settings say."""
        return bool(self.cleaned_data["tell"]) if self.cleaned_data["is_asked"] else None


class MoveForm(BesideForm, WhenForm):
    """Another start or practitioner."""


class LengthForm(BesideForm):
    """Another length."""

    minutes = forms.IntegerField(
        label=gettext_lazy("Length"),
        widget=forms.NumberInput(attrs={"step": 5}),
        min_value=5,
        max_value=720,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            gettext_lazy("Choose a length from 5 minutes to 12 hours."),
        ),
    )
