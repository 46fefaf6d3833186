"""What people type to find a client, and about alerts and files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Practitioner
from clients import choosing, referring
from clients.alerts import Said
from clients.models import Alert, Referral


class SearchForm(forms.Form):
    """Words that a client is looked for by; they travel by POST, never in an address."""

    q = forms.CharField(
        label=gettext_lazy("Name, phone, e-mail or birth date"),
        max_length=120,
        error_messages={"required": gettext_lazy("Enter what you are looking for.")},
    )


class AlertForm(forms.Form):
    """An alert."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is it about?"),
        choices=Alert.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what the alert is about.")},
    )
    severity = forms.ChoiceField(
        label=gettext_lazy("How grave is it?"),
        choices=Alert.Severity.choices,
        initial=Alert.Severity.CARE,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how grave it is.")},
    )
    text = forms.CharField(
        label=gettext_lazy("What must people know?"),
        max_length=300,
        help_text=gettext_lazy(
            "One short sentence. It shows on the client, in the diary and beside notes."
        ),
        error_messages={"required": gettext_lazy("Write what people must know.")},
    )
    since = forms.DateField(
        label=gettext_lazy("Known since"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    review_on = forms.DateField(
        label=gettext_lazy("Look at it again on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("From that day on the client’s page asks whether it still holds."),
    )

    @property
    def said(self) -> Said:
        """What the alert says."""
        return Said(**self.cleaned_data)


class ReferralForm(forms.Form):
    """Who or what brought a client: one of the practice's own ways, a client or a contact."""

    source = forms.CharField(required=False)
    find = forms.CharField(required=False)
    note = forms.CharField(
        label=gettext_lazy("More about it"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("A campaign, a date, what they were told."),
    )

    def __init__(self, *args: Any, referral: Referral | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.types = {f"type:{each.pk}": each for each in referring.types()}
        self.kept_choices: list[choosing.Choice] = []
        if referral is not None:
            self.initial["note"] = referral.note
            self._keep(referral)
        self.picked = (
            self.data.get("source", "") if self.is_bound else self.initial.get("source", "")
        )
        self.brought_by: referring.Source | None = None

    def _keep(self, referral: Referral) -> None:
        """Offer again what was said, also a way that is off the list by now."""
        if referral.by_type is not None:
            value = f"type:{referral.by_type_id}"
            self.types.setdefault(value, referral.by_type)
        else:
            choice = choosing.of(referral.by_client or referral.by_contact)
            self.kept_choices, value = [choice], choice.value
        self.initial["source"] = value

    def clean_source(self) -> str:
        """Find what was chosen; nothing takes back what was said."""
        value: str = self.cleaned_data["source"]
        self.brought_by = self.types.get(value) or choosing.chosen(value)
        if value and self.brought_by is None:
            raise forms.ValidationError(_("Choose somebody from the list."))
        return value


class ReferralTypeForm(forms.Form):
    """One of the practice's own ways in which clients find it."""

    name = forms.CharField(
        label=gettext_lazy("Another way"),
        max_length=60,
        error_messages={"required": gettext_lazy("Write what you want to call it.")},
    )


class CarersForm(forms.Form):
    """Which practitioners look after a client."""

    who = forms.MultipleChoiceField(
        label=gettext_lazy("Who looks after them?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Whoever sees their own clients alone sees these. A booking or a note adds somebody by itself."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {
            str(each.pk): each for each in Practitioner.objects.filter(deactivated_at=None)
        }
        self.fields["who"].choices = [  # type: ignore[attr-defined]
            (pk, str(each.name)) for pk, each in self.people.items()
        ]

    def clean_who(self) -> list[Practitioner]:
        """Return the practitioners instead of their ids."""
        return [self.people[pk] for pk in self.cleaned_data["who"]]
