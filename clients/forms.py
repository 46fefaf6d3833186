"""What people type about clients, alerts and files."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import zone_choices
from accounts.models import AccountAnchor, Location
from clients import documents, phones
from clients.models import Alert, Client
from clients.records import EDITABLE
from privacy.vocabulary import clock
from privacy.vocabulary.fields import is_unreadable

FIRST_BIRTH = date(1890, 1, 1)


class SearchForm(forms.Form):
    """Words that a client is looked for by; they travel by POST, never in an address."""

    q = forms.CharField(
        label=gettext_lazy("Name, phone, e-mail or birth date"),
        max_length=120,
        error_messages={"required": gettext_lazy("Enter what you are looking for.")},
    )


class ClientForm(forms.Form):
    """A client's record. `seen_at` carries the version that the editor saw."""

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
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254, required=False)
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Street, town, postcode."),
    )
    emergency_contact = forms.CharField(
        label=gettext_lazy("Emergency contact"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Name, how they are related, phone."),
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
        practices = ("", _("The practice’s"))
        self.fields["language"].choices = [practices, *settings.LANGUAGES]  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = [practices, *zone_choices(account.country)]  # type: ignore[attr-defined]
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
        return {name: self.cleaned_data[name] for name in EDITABLE}


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


class FileForm(forms.Form):
    """A file for a client."""

    forgets = True  # no browser shows a chosen file again

    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=1000,
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose a file.")},
    )

    def __init__(self, *args: Any, content_length: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A file above the upload limit never reaches the form: its length alone tells what happened
        if content_length > documents.LARGEST:
            self.fields["file"].error_messages["required"] = documents.too_large(content_length)

    def clean_file(self) -> Any:
        """Refuse what can't be kept, by its content."""
        documents.checked(self.cleaned_data["file"])
        return self.cleaned_data["file"]


def initial_of(client: Client, account: AccountAnchor) -> dict[str, Any]:
    """Return a record as the form shows it."""
    values = {name: getattr(client, name) for name in EDITABLE}
    values = {name: "" if is_unreadable(value) else value for name, value in values.items()}
    return values | {
        "phone": phones.shown(values["phone"], account.country),
        "location": str(client.location_id or ""),
        "seen_at": client.updated_at.isoformat(),
    }
