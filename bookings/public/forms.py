"""The form of a person who books: only what a booking needs, each with what can't be done without it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from bookings.models import Attendee
from bookings.public.self_booking import Person
from clients.phones import normalised


class VisitorForm(forms.Form):
    """What every form has that a visitor of the practice's pages fills in: a trap for machines, a phone's own rules."""

    # Nobody sees this one; whoever fills it in is a machine
    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    notice = forms.CharField(required=False, widget=forms.HiddenInput)
    key = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country

    def clean_website(self) -> str:
        """Refuse a filled trap, in words that help a person whose browser filled it."""
        if self.cleaned_data["website"]:
            raise ValidationError(_("Leave the hidden field empty, then try again."))
        return ""

    def clean_phone(self) -> str:
        """Return the number in E.164, or "" for none."""
        try:
            return normalised(str(self.cleaned_data["phone"]), self.country)
        except ValueError:
            raise ValidationError(
                _("Check the phone number: it seems too short, too long or cut off.")
            ) from None


class DetailsForm(VisitorForm):
    """Who comes. `country` reads phone numbers that are written without their country's code."""

    given_name = forms.CharField(
        label=_("Given name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
        error_messages={"required": _("Enter your given name, so that we know who is coming.")},
    )
    family_name = forms.CharField(
        label=_("Family name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
        error_messages={"required": _("Enter your family name, so that we know who is coming.")},
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_(
            "For your confirmation and the link to change or cancel. Without it we can’t book you online."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Enter your e-mail address: your confirmation goes there."),
            "invalid": _("Check the e-mail address: something in it is missing or mistyped."),
        },
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        help_text=_("Without it we can’t call you when something changes at short notice."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    comment = forms.CharField(
        label=_("Anything we should know?"),
        max_length=1000,
        required=False,
        help_text=_(
            "Only what matters for this visit. Your practitioner reads it; mails never repeat it."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    code = forms.CharField(
        label=_("Booking code"),
        max_length=20,
        required=False,
        help_text=_(
            "Only if the practice gave you one. Your confirmation then goes where they usually write to you."
        ),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    agrees = forms.BooleanField(
        label=_("I have read this and agree"),
        required=False,
        help_text=_("You can book without ticking this."),
    )
    accepts = forms.BooleanField(
        label=_("I have read the booking policy and accept it"),
        error_messages={"required": _("Accept the booking policy, or call us to talk about it.")},
    )
    policy = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        country: str,
        asks_phone: bool = False,
        has_policy: bool = False,
        has_notice: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, country=country, **kwargs)
        if asks_phone:
            self.fields["phone"].required = True
            self.fields["phone"].help_text = _("For changes at short notice.")
            self.fields["phone"].error_messages["required"] = _(
                "Enter a phone number: the practice needs one to book you online."
            )
        if not has_policy:
            del self.fields["accepts"]
        if not has_notice:
            del self.fields["agrees"]

    def person(self, language: str = "") -> Person:
        """Return who a valid form says is coming, and the language they read."""
        told = self.cleaned_data
        return Person(
            told["given_name"], told["family_name"], told["email"], told["phone"], language
        )


class CancelForm(forms.Form):
    """Why a person can't come, in one tap and no free text."""

    REASONS = (
        (Attendee.Reason.BETTER, _("I feel better")),
        (Attendee.Reason.SICK, _("I’m sick")),
        (Attendee.Reason.AWAY, _("I’m away")),
        (Attendee.Reason.WORK, _("Work or school")),
        (Attendee.Reason.OTHER, _("Another reason")),
    )
    reason = forms.ChoiceField(
        label=_("Why can’t you come?"),
        choices=REASONS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason. “Another reason” is fine.")},
    )


def read_start(text: str) -> datetime | None:
    """Return the instant of a chosen time ("2026-11-24T09:30+11:00"), None for anything else."""
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        return None
    return start if start.tzinfo else None
