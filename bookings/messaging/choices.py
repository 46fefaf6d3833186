"""The form field by which whoever books, moves or cancels chooses whether the client is told (features G5)."""

from __future__ import annotations

from typing import Literal

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.messaging.preferences import practice_choices

Event = Literal["booking", "change", "cancelling"]


def tell_field(event: Event) -> forms.BooleanField:
    """Return the field "Tell the client", ticked as the practice's settings say; its value is the verbs' `tell`.

    Made inside the account: `self.fields["tell"] = tell_field("change")` in a form's `__init__`. A form without the
    field gives the verbs `tell=None`.
    """
    chosen = practice_choices()
    ticked = {
        "booking": chosen.tells_of_booking,
        "change": chosen.tells_of_change,
        "cancelling": chosen.tells_of_cancelling,
    }
    return forms.BooleanField(label=_("Tell the client"), required=False, initial=ticked[event])
