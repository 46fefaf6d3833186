"""What people type about a case, and to which case a visit belongs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.cases.keeping import EDITABLE
from bookings.models import Service
from bookings.offering.prices import amount, minor_units
from clients import choosing
from clients.models import Case, Contact
from privacy.vocabulary.fields import is_unreadable

DATE = {"type": "date"}


class CaseForm(forms.Form):
    """An episode of care with its caps; the referrer is found by typing."""

    name = forms.CharField(
        label=gettext_lazy("Name of the case"),
        max_length=120,
        help_text=gettext_lazy("“Left knee, after surgery”, “Work injury 2026”."),
        error_messages={"required": gettext_lazy("Give the case a name.")},
    )
    referral = forms.ChoiceField(
        label=gettext_lazy("Referral"),
        required=False,
        choices=[("", gettext_lazy("No referral")), *Case.Kind.choices],
    )
    find = forms.CharField(required=False)
    referrer = forms.CharField(required=False)
    number = forms.CharField(
        label=gettext_lazy("Referral or claim number"), max_length=60, required=False
    )
    issued_on = forms.DateField(
        label=gettext_lazy("Issued on"), required=False, widget=forms.DateInput(DATE, "%Y-%m-%d")
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Expires on"), required=False, widget=forms.DateInput(DATE, "%Y-%m-%d")
    )
    max_sessions = forms.IntegerField(
        label=gettext_lazy("Most sessions"), required=False, min_value=1, max_value=1000
    )
    max_amount = forms.DecimalField(
        label=gettext_lazy("Highest amount"),
        required=False,
        min_value=Decimal("0.01"),
        max_digits=9,
        decimal_places=2,
    )
    counts_cancelled = forms.BooleanField(
        label=gettext_lazy("Cancelled visits count"), required=False
    )
    counts_missed = forms.BooleanField(label=gettext_lazy("Missed visits count"), required=False)
    notes = forms.CharField(
        label=gettext_lazy("Notes"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, *args: Any, case: Case | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = Service.objects.filter(archived_at=None).order_by("position", "pk").first()
        self.currency: str = (case.currency if case else "") or (first.currency if first else "AUD")
        self.kept: list[choosing.Choice] = []
        if case is not None:
            self.initial.update(self._initial(case))
        self.picked = str(self["referrer"].value() or "")
        self.by: Contact | None = None

    def _initial(self, case: Case) -> dict[str, Any]:
        values = {name: getattr(case, name) for name in EDITABLE}
        values = {name: "" if is_unreadable(value) else value for name, value in values.items()}
        if case.max_amount_minor:
            values["max_amount"] = amount(case.max_amount_minor, self.currency)
        if case.referrer is not None:
            self.kept = [choosing.of(case.referrer)]
        return values | {"referrer": self.kept[0].value if self.kept else ""}

    def clean_referrer(self) -> str:
        """Find the contact who was chosen."""
        value: str = self.cleaned_data["referrer"]
        somebody = choosing.chosen(value)
        self.by = somebody if isinstance(somebody, Contact) else None
        if value and self.by is None:
            raise forms.ValidationError(_("Choose somebody from the list."))
        return value

    def clean(self) -> dict[str, Any]:
        """Refuse a referral that ended before it began."""
        issued, expires = self.cleaned_data.get("issued_on"), self.cleaned_data.get("expires_on")
        if issued and expires and expires < issued:
            self.add_error("expires_on", _("Enter a day after the one it was issued on."))
        return self.cleaned_data

    @property
    def values(self) -> dict[str, Any]:
        """What the verbs take."""
        written = self.cleaned_data["max_amount"]
        return {name: self.cleaned_data[name] for name in EDITABLE if name in self.cleaned_data} | {
            "referrer": self.by,
            "max_amount_minor": minor_units(written, self.currency) if written else None,
            "currency": self.currency if written else "",
        }
