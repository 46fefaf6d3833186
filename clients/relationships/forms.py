"""What people type about who stands by a client."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.models import Client, Contact, Relationship
from clients.relationships import adulthood
from clients.relationships.relating import OF_MINORS, About, Grants, Side
from privacy.vocabulary import clock
from privacy.vocabulary.fields import is_unreadable

GRANTS = [
    ("can_book", gettext_lazy("Book, move and cancel")),
    ("can_fill_forms", gettext_lazy("Fill in forms")),
    ("gets_messages", gettext_lazy("Get reminders and messages")),
    ("gets_receipts", gettext_lazy("Get receipts")),
]


class RelationshipForm(forms.Form):
    """What somebody is to a client, what they may do for them and until when; `back` is the other direction."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What they are to the client"),
        choices=Relationship.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what they are to the client.")},
    )
    grants = forms.MultipleChoiceField(
        choices=GRANTS, required=False, widget=forms.CheckboxSelectMultiple
    )
    back = forms.MultipleChoiceField(
        choices=GRANTS, required=False, widget=forms.CheckboxSelectMultiple
    )
    is_emergency = forms.BooleanField(label=gettext_lazy("Call in an emergency"), required=False)
    ends_at_adulthood = forms.BooleanField(required=False)
    ends_on = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("From this day on they may do nothing of it."),
    )
    note = forms.CharField(
        label=gettext_lazy("More about it"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("“Foster mother”, “lives with her on weekdays”."),
    )

    def __init__(
        self,
        *args: Any,
        client: Client,
        somebody: Client | Contact,
        sides: tuple[Side, Side | None] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.years = adulthood.age()
        names = {"who": _name(somebody), "client": client.called}
        self.fields["kind"].label = _("%(who)s is the client’s") % names
        self.fields["grants"].label = _("What %(who)s may do for %(client)s") % names
        self.fields["ends_at_adulthood"].label = _("Only until %(client)s is %(age)d") % (
            names | {"age": self.years}
        )
        if isinstance(somebody, Client):
            self.fields["back"].label = _("What %(client)s may do for %(who)s") % names
        else:
            del self.fields["back"]
        self.initial.update(_initial(*sides) if sides else _suggested(client, self.years))

    def clean_ends_on(self) -> Any:
        """Refuse a day that has passed: then it would never hold."""
        day, before = self.cleaned_data["ends_on"], self.initial.get("ends_on")
        if day and day != before and day <= clock.now().date():
            raise forms.ValidationError(_("Enter a day to come, or end it at once."))
        return day

    @property
    def about(self) -> About:
        """What is said of it besides the grants."""
        names = ("kind", "note", "is_emergency", "ends_at_adulthood", "ends_on")
        return About(**{name: self.cleaned_data[name] for name in names})

    @property
    def granted(self) -> Grants:
        """What they may do for the client."""
        return Grants(**dict.fromkeys(self.cleaned_data["grants"], True))

    @property
    def granted_back(self) -> Grants:
        """What the client may do for them."""
        return Grants(**dict.fromkeys(self.cleaned_data.get("back", []), True))


class FamilyForm(forms.Form):
    """From which age on nobody acts for a client as parent or guardian."""

    adult_age = forms.IntegerField(
        label=gettext_lazy("Clients speak for themselves from the age of"),
        min_value=12,
        max_value=25,
        required=False,
    )


def _name(somebody: Client | Contact) -> str:
    return somebody.called if isinstance(somebody, Client) else somebody.name


def _initial(side: Side, mirror: Side | None) -> dict[str, Any]:
    row = side.row
    return {
        "kind": row.kind,
        "note": row.note,
        "is_emergency": row.is_emergency,
        "ends_at_adulthood": row.ends_at_adulthood,
        "ends_on": None if is_unreadable(row.ends_on) else row.ends_on,
        "grants": [name for name, _label in GRANTS if getattr(row, name)],
        "back": [name for name, _label in GRANTS if mirror and getattr(mirror.row, name)],
    }


def _suggested(client: Client, years: int) -> dict[str, Any]:
    """Suggest for a child what a parent mostly is given; for an adult nothing."""
    born, today = client.birth_date, clock.now().date()
    is_minor = hasattr(born, "year") and adulthood.comes_of_age(born, years) > today
    if not is_minor:
        return {"kind": Relationship.Kind.PARTNER}
    every = [name for name, _label in GRANTS]
    return {"kind": OF_MINORS[0], "grants": every, "ends_at_adulthood": True, "is_emergency": True}
