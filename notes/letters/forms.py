"""The forms of letters: where one begins, what is typed into it, where it is sent, what templates and paper say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.models import Client, Contact, Disclosure
from notes.letters import addressing, fields
from notes.letters.shown import CHOICES, clean
from notes.models import Addressee, Letter, LetterTemplate


class BeginForm(forms.Form):
    """Which template a letter begins with, and to whom it goes."""

    template = forms.ChoiceField(
        label=gettext_lazy("Begin with"), required=False, widget=forms.RadioSelect
    )
    to = forms.ChoiceField(
        label=gettext_lazy("To"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose to whom the letter goes.")},
    )
    contact = forms.ChoiceField(label=gettext_lazy("Which contact"), required=False)
    recipient = forms.CharField(
        label=gettext_lazy("Name and address"),
        required=False,
        max_length=600,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("As they stand on the letter, line by line."),
    )

    def __init__(self, client: Client, templates: list[LetterTemplate], *args: Any) -> None:
        super().__init__(*args)
        self._templates = {str(each.pk): each for each in templates}
        self._contacts = {str(each.pk): each for each in addressing.contacts()}
        self.near = addressing.near(client)
        named: Any = self.fields
        named["template"].choices = [
            *((key, each.name) for key, each in self._templates.items()),
            ("", _("An empty page")),
        ]
        named["template"].initial = next(iter(self._templates), "")
        named["to"].choices = [
            (Addressee.CLIENT.value, client.full_name),
            *(
                (f"contact:{each.contact.pk}", f"{each.contact.name} · {each.role}")
                for each in self.near
            ),
            *([(Addressee.CONTACT.value, _("Another contact"))] if self._contacts else []),
            (Addressee.OTHER.value, _("Somebody else")),
        ]
        named["to"].initial = named["to"].choices[min(1, len(self.near))][0]
        named["contact"].choices = [
            ("", "–"),
            *((key, _line(each)) for key, each in self._contacts.items()),
        ]

    def clean(self) -> dict[str, Any]:
        """Turn the choices into a template, an addressee and a contact."""
        said: dict[str, Any] = self.cleaned_data
        to = said.get("to", "")
        kind, _colon, named = to.partition(":")
        if kind == Addressee.CONTACT:
            said["contact"] = self._contacts.get(named or said.get("contact", ""))
            if said["contact"] is None:
                self.add_error("contact", _("Choose a contact, or add one first."))
        else:
            said["contact"] = None
        if kind == Addressee.OTHER and not said.get("recipient", "").strip():
            self.add_error("recipient", _("Enter the name, at least."))
        said["addressee"] = kind
        said["template"] = self._templates.get(said.get("template", ""))
        return said


class LetterForm(forms.ModelForm[Letter]):
    """What is typed into a letter."""

    version = forms.IntegerField(
        widget=forms.HiddenInput,
        error_messages={"required": gettext_lazy("Open the letter once more and try again.")},
    )
    shows = forms.MultipleChoiceField(
        label=gettext_lazy("Printed about the client"),
        choices=CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Letter
        fields = ("recipient", "dated_on", "subject", "body", "shows")
        widgets = {
            "recipient": forms.Textarea({"rows": 5}),
            "dated_on": forms.DateInput({"type": "date"}, "%Y-%m-%d"),
            "body": forms.Textarea({"rows": 22}),
        }
        error_messages = {"dated_on": {"required": gettext_lazy("Enter the date of the letter.")}}

    def clean_shows(self) -> list[str]:
        """Return the names in the order in which they are printed."""
        return clean(self.cleaned_data["shows"])

    def values(self) -> dict[str, Any]:
        """Return what `writing.save` takes."""
        kept = self.instance
        return {
            "addressee": kept.addressee,
            "contact": kept.contact,
            **{name: self.cleaned_data[name] for name in self.Meta.fields},
        }

    def _post_clean(self) -> None:
        """Leave the row as it is: `writing.save` changes it."""


class LinkForm(forms.Form):
    """To which address a link is sent."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        error_messages={"required": gettext_lazy("Enter the address to send the link to.")},
    )


class HandedForm(forms.Form):
    """How a printed letter was given."""

    way = forms.ChoiceField(
        choices=[(way.value, way.label) for way in (Disclosure.Way.POST, Disclosure.Way.HAND)],
        error_messages={"required": gettext_lazy("Say how the letter was given.")},
    )


class TemplateForm(forms.ModelForm[LetterTemplate]):
    """A template's words."""

    shows = forms.MultipleChoiceField(
        label=gettext_lazy("Printed about the client"),
        choices=CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = LetterTemplate
        fields = ("name", "subject", "body", "shows")
        widgets = {"body": forms.Textarea({"rows": 18})}
        error_messages = {
            "name": {"required": gettext_lazy("Enter a name for the template.")},
            "body": {"required": gettext_lazy("Enter the text of the letter.")},
        }

    def clean_subject(self) -> str:
        """Refuse fields that there are not."""
        return _checked(self.cleaned_data["subject"])

    def clean_body(self) -> str:
        """Refuse fields that there are not."""
        return _checked(self.cleaned_data["body"])

    def clean_shows(self) -> list[str]:
        """Return the names in the order in which they are printed."""
        return clean(self.cleaned_data["shows"])

    def _post_clean(self) -> None:
        """Leave the row as it is: `templates.keep` changes it."""


class LetterheadForm(forms.Form):
    """What the practice's paper says."""

    name = forms.CharField(
        label=gettext_lazy("Name on letters"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Empty: the practice’s name."),
    )
    lines = forms.CharField(
        label=gettext_lazy("Beside the name"),
        max_length=400,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Address, phone, web. Empty: those of your first location."),
    )
    foot = forms.CharField(
        label=gettext_lazy("At the foot of each page"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("For example a business number or bank details."),
    )


def _checked(text: str) -> str:
    fields.check(text)
    return text


def _line(contact: Contact) -> str:
    return ", ".join(part for part in (contact.name, str(contact.organisation)) if part)
