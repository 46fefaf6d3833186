"""Forms of this app."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class ObjectionForm(forms.Form):
    """Why an Owner doesn't want somebody new to handle their data."""

    words = forms.CharField(
        label=_("Why"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say what you object to.")},
    )


class ClosureForm(forms.Form):
    """The Owner types the practice's name and states whether they have a copy."""

    copy = forms.ChoiceField(
        label=_("Your copy"),
        choices=[("have", _("I have my copy")), ("none", _("I do not need one"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether you have a copy or need none.")},
    )
    name = forms.CharField(
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Type the name of the practice.")},
    )

    def __init__(self, *args: Any, practice: str, has_export: bool, **kwargs: Any) -> None:
        self.practice = practice
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Type “%(practice)s” to confirm") % {"practice": practice}
        if has_export:
            self.fields["copy"].initial = "have"

    def clean_name(self) -> str:
        """Return the typed name; refuse any other than the practice's, spaces and case apart."""
        typed = " ".join(self.cleaned_data["name"].split())
        if typed.casefold() != " ".join(self.practice.split()).casefold():
            raise forms.ValidationError(_("That isn't the name of this practice."))
        return typed

    @property
    def has_copy(self) -> bool:
        """What the Owner stated."""
        return bool(self.cleaned_data["copy"] == "have")
