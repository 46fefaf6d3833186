"""What is typed about a disclosure that happened without Keepwell, and how the ledger is filtered."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.jurisdiction import countries
from clients.disclosures.disclosing import BY_HAND, Recipient
from clients.disclosures.ledger import KINDS
from clients.models import Disclosure
from privacy.vocabulary import clock


class ByHandForm(forms.Form):
    """Something that was said or given without Keepwell."""

    on = forms.DateField(
        label=gettext_lazy("When"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        error_messages={"required": gettext_lazy("Enter the day on which it was given.")},
    )
    to = forms.ChoiceField(
        label=gettext_lazy("To whom"),
        choices=[each for each in Disclosure.To.choices if each[0] not in ("practice", "support")],
        initial=Disclosure.To.CLINICIAN,
        error_messages={"required": gettext_lazy("Choose who got it.")},
    )
    recipient = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Of the person or place; not needed for the client."),
    )
    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    way = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=[(way.value, way.label) for way in BY_HAND],
        initial=Disclosure.Way.CALL,
        error_messages={"required": gettext_lazy("Choose how it was given.")},
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("What"),
        choices=list(KINDS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Tick what was given.")},
    )
    words = forms.CharField(
        label=gettext_lazy("In words"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("For example: report on the knee, two pages."),
    )
    basis = forms.ChoiceField(
        label=gettext_lazy("Why"),
        choices=Disclosure.Basis.choices,
        initial=Disclosure.Basis.CONSENT,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose why it may be given.")},
    )

    def __init__(self, *args: Any, zone: str, country: str, **kwargs: Any) -> None:
        self.zone = zone
        today = clock.today(zone)
        kwargs["initial"] = {"on": today, "country": country, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        field: Any = self.fields["country"]
        field.choices = [("", _("Not known")), *((each.code, each.name) for each in countries())]

    def clean_on(self) -> Any:
        """Return the day; one to come is refused."""
        day = self.cleaned_data["on"]
        if day > clock.today(self.zone):
            raise forms.ValidationError(_("This is still to come. Note it once it has happened."))
        return day

    def clean_recipient(self) -> str:
        """Return the name, which only the client themself can go without."""
        name: str = self.cleaned_data["recipient"].strip()
        if not name and self.cleaned_data.get("to") != Disclosure.To.CLIENT:
            raise forms.ValidationError(_("Enter the name of the person or place."))
        return name

    def values(self) -> dict[str, Any]:
        """Return what `disclosing.note` takes: noon of a past day, now for today."""
        given = self.cleaned_data
        zone = ZoneInfo(self.zone)
        noon = datetime.combine(given["on"], time(12), zone)
        return {
            "at": min(noon, clock.now()) if given["on"] < clock.today(self.zone) else clock.now(),
            "kinds": given["kinds"],
            "to": Recipient(given["to"], given["recipient"], country=given["country"]),
            "way": given["way"],
            "basis": given["basis"],
            "words": given["words"],
        }
