"""What people type about a client: the form of a record."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import zone_choices
from accounts.jurisdiction import countries
from accounts.models import AccountAnchor, Location
from clients import health_numbers, phones, reaching
from clients.contact_rows import LinesField
from clients.custom import definitions
from clients.custom.forms import fields_of, values_of
from clients.models import Client
from clients.reaching import FIELDS, Kind
from clients.records import CUSTOM, EDITABLE
from privacy.vocabulary import clock, scope
from privacy.vocabulary.fields import is_unreadable

FIRST_BIRTH = date(1890, 1, 1)


class ClientForm(forms.Form):
    """A client's record. `seen_at` carries the version that the editor saw."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"list": "titles", "autocomplete": "off"}),
    )
    given_name = forms.CharField(
        label=gettext_lazy("Given name"),
        max_length=80,
        error_messages={"required": gettext_lazy("Enter the client’s given name.")},
    )
    family_name = forms.CharField(label=gettext_lazy("Family name"), max_length=80, required=False)
    preferred_name = forms.CharField(
        label=gettext_lazy("Likes to be called"),
        max_length=80,
        required=False,
    )
    pronouns = forms.CharField(label=gettext_lazy("Pronouns"), max_length=40, required=False)
    sex = forms.ChoiceField(
        label=gettext_lazy("Sex"),
        required=False,
        choices=[("", gettext_lazy("Not asked")), *Client.Sex.choices],
        help_text=gettext_lazy("As it matters for care."),
    )
    gender_identity = forms.CharField(
        label=gettext_lazy("Gender"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("In their own words."),
    )
    birth_date = forms.DateField(
        label=gettext_lazy("Birth date"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    phone_use = forms.ChoiceField(
        label=gettext_lazy("Kind of phone"),
        choices=Client.PhoneUse.choices,
        initial=Client.PhoneUse.MOBILE,
        required=False,
    )
    more_phones = LinesField(kind=Kind.PHONE, label=gettext_lazy("More phones"))
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        required=False,
    )
    more_emails = LinesField(kind=Kind.EMAIL, label=gettext_lazy("More e-mail addresses"))
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
    emergency_contact = forms.CharField(
        label=gettext_lazy("Emergency contact"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Name, how they are related, phone. A line for each person."),
    )
    occupation = forms.CharField(label=gettext_lazy("Occupation"), max_length=120, required=False)
    health_number = forms.CharField(
        label=gettext_lazy("Health insurance number"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    old_reference = forms.CharField(
        label=gettext_lazy("Number in an earlier system"), max_length=60, required=False
    )
    booking_notes = forms.CharField(
        label=gettext_lazy("Notes for bookings"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "Shown wherever somebody books for them: “mornings only”, “needs the room at the front”."
        ),
    )
    admin_notes = forms.CharField(
        label=gettext_lazy("Notes for the front desk"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Everyone who sees clients reads these. Health information belongs in notes."
        ),
    )
    reminders = forms.ChoiceField(
        label=gettext_lazy("Reminders"),
        choices=Client.Reminders.choices,
        initial=Client.Reminders.EMAIL,
        error_messages={"required": gettext_lazy("Choose how reminders reach the client.")},
    )
    confirmations = forms.BooleanField(
        label=gettext_lazy("Tell of bookings and changes"), required=False, initial=True
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        required=False,
        help_text=gettext_lazy("Messages keep to the client’s own night."),
    )
    location = forms.ChoiceField(label=gettext_lazy("Usual location"), required=False)
    seen_at = forms.CharField(widget=forms.HiddenInput, required=False)
    anyway = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, account: AccountAnchor, client: Client | None = None, **kwargs: Any
    ) -> None:
        kwargs.setdefault("initial", initial_of(client, account) if client else None)
        super().__init__(*args, **kwargs)
        self.account = account
        kept = client.location_id if client else None
        self.locations = {
            str(location.pk): location
            for location in Location.objects.order_by("name")
            if location.archived_at is None or location.pk == kept
        }
        choices = [(pk, location.name) for pk, location in self.locations.items()]
        self.fields["location"].choices = [("", _("Not set")), *choices]  # type: ignore[attr-defined]
        if (
            scope.current().own_sight.location is not None
        ):  # theirs to see, not to give to another location
            del self.fields["location"]
            self.locations = {}
        practices = ("", _("The practice’s"))
        self.fields["language"].choices = [practices, *settings.LANGUAGES]  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = [practices, *zone_choices(account.country)]  # type: ignore[attr-defined]
        named = [(each.code, each.name) for each in countries()]
        self.fields["country"].choices = [practices, *named]  # type: ignore[attr-defined]
        self.fields["health_number"].label = health_numbers.label(account.country)
        self.fields["more_phones"].country = account.country  # type: ignore[attr-defined]
        self.custom = definitions.sections()
        own, begins, self.groups = fields_of(self.custom, client)
        self.fields.update(own)
        for name, value in begins.items():
            self.initial.setdefault(name, value)
        self.has_languages = len(settings.LANGUAGES) > 1

    def clean_birth_date(self) -> date | None:
        """Refuse days that nobody living was born on."""
        born: date | None = self.cleaned_data["birth_date"]
        if born and not FIRST_BIRTH <= born <= clock.now().date():
            raise forms.ValidationError(_("Enter a day in the past, after 1890."))
        return born

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

    def clean_phone_use(self) -> str:
        """Return the kind of phone; a form that doesn't ask for it means a mobile."""
        return self.cleaned_data["phone_use"] or Client.PhoneUse.MOBILE

    def clean_location(self) -> Location | None:
        """Return the chosen location."""
        return self.locations.get(self.cleaned_data["location"])

    def clean(self) -> dict[str, Any]:
        """Ask for an address that reminders can reach."""
        cleaned = self.cleaned_data
        needs = {Client.Reminders.SMS: ("phone",), Client.Reminders.BOTH: ("email", "phone")}
        for name in needs.get(cleaned.get("reminders", ""), ()):
            if name in cleaned and not cleaned[name]:
                self.add_error(name, _("Needed for the reminders you chose."))
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """What `records.add` and `records.change` take."""
        return {
            name: self.cleaned_data[name] for name in (*EDITABLE, *FIELDS) if name in self.fields
        } | ({CUSTOM: own} if (own := values_of(self.cleaned_data)) else {})

    @property
    def own_fields(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The practice's own fields, section by section."""
        return [(title, [self[name] for name in names]) for title, names in self.groups]


def initial_of(client: Client, account: AccountAnchor) -> dict[str, Any]:
    """Return a record as the form shows it."""
    values = {name: getattr(client, name) for name in EDITABLE}
    values = {name: "" if is_unreadable(value) else value for name, value in values.items()}
    more = {
        name: [line._replace(value=_shown(line.value, account)) for line in lines]
        for name, lines in reaching.of_record(client).items()
    }
    return values | {
        **more,
        "phone": phones.shown(values["phone"], account.country),
        "location": str(client.location_id or ""),
        "seen_at": client.updated_at.isoformat(),
    }


def _shown(value: str, account: AccountAnchor) -> str:
    return phones.shown(value, account.country) if value.startswith("+") else value
