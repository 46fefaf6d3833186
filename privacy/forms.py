"""Forms of this app."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Practitioner
from privacy.export import age
from privacy.exporting import Envelope, Wanted

SHORTEST_PASSPHRASE = 12


class EnvelopeForm(forms.Form):
    """To whom an archive is encrypted; that it is to nobody has to be said."""

    encryption = forms.ChoiceField(
        label=_("Encryption"),
        choices=[
            ("passphrase", _("By a passphrase: who knows it can open the file")),
            ("recipient", _("To an age key: who has the key can open the file")),
            ("none", _("Not encrypted: whoever gets hold of the file reads everything in it")),
        ],
        initial="passphrase",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how the file is encrypted, or that it isn’t.")},
    )
    passphrase = forms.CharField(
        label=_("Passphrase"),
        required=False,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_(
            "At least 12 characters; a few words that have nothing to do with each other. Keepwell doesn’t keep it: "
            "without it nobody can open the file, we included."
        ),
    )
    again = forms.CharField(
        label=_("The passphrase once more"),
        required=False,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    recipient = forms.CharField(
        label=_("Public key"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("It begins with age1. Only who has the matching secret key opens the file."),
    )
    whole = forms.BooleanField(
        label=_("Also the words of restricted notes"),
        required=False,
        help_text=_(
            "Notes such as a psychologist's process notes stand apart from the record. "
            "Without this the copy says only that they are there."
        ),
    )

    def __init__(self, *args: Any, apart: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not apart:
            del self.fields["whole"]

    def clean(self) -> dict[str, Any]:
        """Ask for the passphrase or the key that the choice needs."""
        given: dict[str, Any] = super().clean() or {}
        sort = given.get("encryption")
        if sort == "passphrase":
            words = given.get("passphrase", "")
            if len(words) < SHORTEST_PASSPHRASE:
                self.add_error("passphrase", _("Use at least 12 characters."))
            elif words != given.get("again"):
                self.add_error("again", _("This isn’t the same passphrase."))
        if sort == "recipient":
            try:
                age.public_key(given.get("recipient", ""))
            except ValueError:
                self.add_error("recipient", _("Enter an age key: it begins with age1."))
        return given

    @property
    def envelope(self) -> Envelope:
        """To whom it is encrypted."""
        given = self.cleaned_data
        sort = given["encryption"]
        return Envelope(
            recipient=given["recipient"] if sort == "recipient" else "",
            passphrase=given["passphrase"] if sort == "passphrase" else "",
        )

    @property
    def is_whole(self) -> bool:
        """Whether also what is set apart was asked for."""
        return bool(self.cleaned_data.get("whole"))


class DaysForm(forms.Form):
    """From when to when."""

    since = forms.DateField(
        label=_("From"),
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        help_text=_("Appointments by when they begin, everything else by when it was written."),
    )
    until = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )


class ExportForm(EnvelopeForm):
    """What an Owner can have a copy of."""

    scope = forms.ChoiceField(
        label=_("What"),
        choices=[
            ("account", _("Everything in this account")),
            (
                "practitioner",
                _("What a practitioner who leaves takes along: their notes and clients"),
            ),
        ],
        initial="account",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the copy holds.")},
    )
    practitioner = forms.ChoiceField(label=_("Practitioner"), required=False)

    field_order = ("scope", "practitioner")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["practitioner"]
        people = [(str(each.pk), str(each)) for each in Practitioner.objects.all()]
        chosen.choices = [("", _("Choose")), *people]

    def clean(self) -> dict[str, Any]:
        """Ask for the practitioner whose work is wanted."""
        given = super().clean()
        if given.get("scope") == "practitioner" and not given.get("practitioner"):
            self.add_error("practitioner", _("Choose a practitioner."))
        return given

    @property
    def wanted(self) -> Wanted:
        """What is asked for."""
        given = self.cleaned_data
        if given["scope"] != "practitioner":
            return Wanted()
        return Wanted(practitioner=Practitioner.objects.get(pk=given["practitioner"]))


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


class ArchiveForm(forms.Form):
    """An export that is given back, and what opens it where it is encrypted."""

    forgets = True  # no browser shows a chosen file again

    file = forms.FileField(
        label=_("Your copy"),
        max_length=1000,
        allow_empty_file=True,
        error_messages={"required": _("Choose the file of a copy.")},
    )
    secret = forms.CharField(
        label=_("Passphrase or key"),
        max_length=1000,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("If the copy is encrypted. It is used once, and kept nowhere."),
    )


class BringForm(forms.Form):
    """Who of the copy's members the Owner is, and whether they know who signed it."""

    was = forms.ChoiceField(
        label=_("Which of its members are you?"),
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose one of the members on the list.")},
    )
    knows_signer = forms.BooleanField(label=_("I know who signed this copy"), required=False)

    def __init__(self, *args: Any, people: list[dict[str, Any]], ours: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(each["id"], each["name"] or each["email"]) for each in people]
        self.fields["was"].choices = [*named, ("", _("None of them"))]  # type: ignore[attr-defined]
        if ours:
            del self.fields["knows_signer"]


class MoveForm(forms.Form):
    """Where an account should move, and who asks for it."""

    region = forms.ChoiceField(
        label=_("Move to"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a region.")},
    )
    document = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("For your records: a decision, a contract, where you practise now."),
        error_messages={"required": _("Say why, in a few words.")},
    )

    def __init__(self, *args: Any, regions: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = regions  # type: ignore[attr-defined]
