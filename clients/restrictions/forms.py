"""What is typed when a client objects, when their data are restricted, and when either is lifted."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.restrictions.standing import Area, Use

_REASON = forms.Textarea({"rows": 3})


class ObjectionForm(forms.Form):
    """What a client objects to."""

    uses = forms.MultipleChoiceField(
        label=_("They object to"),
        choices=Use.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick what they object to.")},
    )
    reason = forms.CharField(
        label=_("How and why they told you"),
        max_length=1000,
        widget=_REASON,
        help_text=_("For example: by phone today, wants no more text messages."),
        error_messages={"required": _("Write how they told you.")},
    )


class RestrictionForm(forms.Form):
    """Why a client's data are only stored, and what goes on all the same."""

    allows = forms.MultipleChoiceField(
        label=_("What goes on, because the client wants it to"),
        choices=Area.choices,
        initial=[Area.BOOKING],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=1000,
        widget=_REASON,
        help_text=_("For example: says the report is wrong, until that is looked into."),
        error_messages={"required": _("Write why.")},
    )


class LiftingForm(forms.Form):
    """Why something is lifted."""

    because = forms.CharField(
        label=_("Why it is lifted"),
        max_length=300,
        error_messages={"required": _("Write why it is lifted.")},
    )
