"""What people type about a contact."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.jurisdiction import countries
from accounts.models import AccountAnchor
from clients import phones
from clients.contacts import EDITABLE
from clients.models import Contact
from privacy.vocabulary.fields import is_unreadable


class ContactForm(forms.Form):
    """A person or organisation outside the practice."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=Contact.Kind.choices,
        initial=Contact.Kind.GP,
        error_messages={"required": gettext_lazy("Choose what kind of contact it is.")},
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=30, required=False)
    given_name = forms.CharField(label=gettext_lazy("Given name"), max_length=80, required=False)
    family_name = forms.CharField(label=gettext_lazy("Family name"), max_length=80, required=False)
    organisation = forms.CharField(
        label=gettext_lazy("Organisation"), max_length=120, required=False
    )
    profession = forms.CharField(label=gettext_lazy("Profession"), max_length=80, required=False)
    number = forms.CharField(
        label=gettext_lazy("Provider or policy number"), max_length=40, required=False
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254, required=False)
    address = forms.CharField(
        label=gettext_lazy("Street and number"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    city = forms.CharField(label=gettext_lazy("Town or city"), max_length=80, required=False)
    state = forms.CharField(label=gettext_lazy("State or region"), max_length=80, required=False)
    post_code = forms.CharField(label=gettext_lazy("Postcode"), max_length=20, required=False)
    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    notes = forms.CharField(
        label=gettext_lazy("Notes"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("About the contact itself. What is about a client belongs there."),
    )

    def __init__(
        self, *args: Any, account: AccountAnchor, contact: Contact | None = None, **kwargs: Any
    ) -> None:
        if contact is not None:
            kwargs.setdefault("initial", _initial(contact, account))
        super().__init__(*args, **kwargs)
        self.account = account
        named = [(each.code, each.name) for each in countries()]
        self.fields["country"].choices = [("", _("The practice’s")), *named]  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        """Return the number in E.164."""
        try:
            return phones.normalised(self.cleaned_data["phone"], self.account.country)
        except ValueError:
            raise forms.ValidationError(
                _(
                    "Enter a whole phone number. Begin with + and the country code when it is from abroad."
                )
            ) from None

    def clean(self) -> dict[str, Any]:
        """Ask for a name of some sort."""
        names = ("given_name", "family_name", "organisation")
        if not any(self.cleaned_data.get(name) for name in names):
            self.add_error("organisation", _("Enter a person, an organisation or both."))
        return self.cleaned_data


def _initial(contact: Contact, account: AccountAnchor) -> dict[str, Any]:
    values = {name: getattr(contact, name) for name in EDITABLE}
    values = {name: "" if is_unreadable(value) else value for name, value in values.items()}
    return values | {"phone": phones.shown(values["phone"], account.country)}
