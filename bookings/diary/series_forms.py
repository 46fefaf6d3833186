"""The forms of a series at the desk: how far a change or a cancellation reaches."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from bookings.diary.cancelling_forms import CancelForm
from bookings.diary.moving_forms import WhenForm
from bookings.messaging.preferences import practice_choices
from bookings.series.reach import Scope

HOW_FAR = [
    (Scope.THIS, gettext_lazy("Only this one")),
    (Scope.LATER, gettext_lazy("This and the later ones")),
    (Scope.ALL, gettext_lazy("All that are still to come")),
]


class SeriesCancelForm(CancelForm):
    """How far a cancellation in a series reaches, who cancels and why."""

    how_far = forms.ChoiceField(
        label=gettext_lazy("Which ones?"),
        choices=HOW_FAR,
        initial=Scope.THIS,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose which ones.")},
    )


class SeriesChangeForm(WhenForm):
    """How far a change in a series reaches, and what this one becomes."""

    how_far = forms.ChoiceField(
        label=gettext_lazy("Which ones?"),
        choices=HOW_FAR,
        initial=Scope.THIS,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose which ones.")},
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Length"),
        min_value=5,
        max_value=720,
        widget=forms.NumberInput({"step": 5, "inputmode": "numeric"}),
        error_messages={"required": gettext_lazy("Enter how many minutes it takes.")},
    )
    tell = forms.BooleanField(label=gettext_lazy("Tell the client"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tell"].initial = practice_choices().tells_of_change
