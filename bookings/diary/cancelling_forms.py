"""The forms of cancelling: a place, a session, a request. Who does, and why in a coded word."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from bookings.messaging.preferences import practice_choices
from bookings.models import Attendee


class CancelForm(forms.Form):
    """Who cancels, and why in a coded word."""

    side = forms.ChoiceField(
        label=gettext_lazy("Who cancelled?"),
        choices=[
            (Attendee.Side.CLIENT, gettext_lazy("The client")),
            (Attendee.Side.PRACTICE, gettext_lazy("The practice")),
        ],
        initial=Attendee.Side.CLIENT,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say who cancelled.")},
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Why?"),
        choices=Attendee.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a reason.")},
    )
    note = forms.CharField(
        label=gettext_lazy("Note for colleagues"),
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("Never sent to the client."),
    )
    tell = forms.BooleanField(label=gettext_lazy("Tell the client"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tell"].initial = practice_choices().tells_of_cancelling


class SessionCancelForm(CancelForm):
    """Why a session doesn't take place; it is always the practice that says so."""

    side = None  # type: ignore[assignment]
    tell = forms.BooleanField(label=gettext_lazy("Tell everybody who has a place"), required=False)


class DeclineForm(CancelForm):
    """Why a request can't be met."""

    side = None  # type: ignore[assignment]
    reason = forms.ChoiceField(
        label=gettext_lazy("Why?"),
        choices=[
            (Attendee.Reason.PRACTITIONER_AWAY, Attendee.Reason.PRACTITIONER_AWAY.label),
            (Attendee.Reason.BOOKED_IN_ERROR, Attendee.Reason.BOOKED_IN_ERROR.label),
            (Attendee.Reason.OTHER, Attendee.Reason.OTHER.label),
        ],
        initial=Attendee.Reason.OTHER,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Kept here. The client is not told the reason."),
        error_messages={"required": gettext_lazy("Choose a reason.")},
    )
