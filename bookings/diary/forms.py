"""Forms of the diary's drags: another time or length, and, where that is taken, why it may stand beside what is there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.forms import WhenForm
from bookings.messaging.preferences import practice_choices


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
