"""Forms of the diary: booking at the desk, moving, cancelling. Choices come from the open account."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Location, Practitioner
from bookings.models import Attendee, Service, ServiceOffer
from clients.models import Client

WALL = "%Y-%m-%dT%H:%M"


def with_start(posted: QueryDict) -> QueryDict:
    """Return posted values with `starts` ("2026-11-24T10:15", what a drag sends) taken apart into `day` and `time`."""
    starts = posted.get("starts", "")
    if not starts:
        return posted
    values = posted.copy()
    values["day"], _t, values["time"] = starts.partition("T")
    return values


class WhenForm(forms.Form):
    """A start on the wall of the location, with one of the active practitioners."""

    practitioner = forms.ChoiceField(
        label=gettext_lazy("With"),
        error_messages={"required": gettext_lazy("Choose who it is with.")},
    )
    day = forms.DateField(
        label=gettext_lazy("Day"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        error_messages={"required": gettext_lazy("Choose the day.")},
    )
    time = forms.TimeField(
        label=gettext_lazy("Starts at"),
        widget=forms.TimeInput({"type": "time", "step": 300}, "%H:%M"),
        error_messages={"required": gettext_lazy("Enter when it starts.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        active = Practitioner.objects.filter(deactivated_at=None)
        self.practitioners = {str(each.pk): each for each in active}
        self.fields["practitioner"].choices = [  # type: ignore[attr-defined]
            (pk, str(each.name)) for pk, each in self.practitioners.items()
        ]

    def clean_practitioner(self) -> Practitioner:
        """Return the practitioner instead of the id."""
        found: Practitioner = self.practitioners[self.cleaned_data["practitioner"]]
        return found

    @property
    def starts_local(self) -> datetime:
        """The start as naive wall time."""
        return datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"])


class BookForm(WhenForm):
    """A booking by staff: what, with whom, when, and a client who is known or new."""

    service = forms.ChoiceField(
        label=gettext_lazy("Service"),
        error_messages={"required": gettext_lazy("Choose a service.")},
    )
    location = forms.ChoiceField(
        label=gettext_lazy("Where"),
        error_messages={"required": gettext_lazy("Choose where it takes place.")},
    )
    client = forms.UUIDField(required=False, widget=forms.HiddenInput)
    find = forms.CharField(
        label=gettext_lazy("Find a client"),
        required=False,
        max_length=120,
        widget=forms.TextInput({"type": "search", "autocomplete": "off", "spellcheck": "false"}),
    )
    given_name = forms.CharField(
        label=gettext_lazy("Given name"),
        max_length=80,
        error_messages={
            "required": gettext_lazy("Pick a client, or write the given name of a new one.")
        },
    )
    family_name = forms.CharField(label=gettext_lazy("Family name"), required=False, max_length=80)
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        required=False,
        max_length=40,
        widget=forms.TextInput({"type": "tel", "autocomplete": "off"}),
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    overbook = forms.BooleanField(
        label=gettext_lazy("Book it all the same, beside the other appointment"), required=False
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Kept in the audit with your name."),
        error_messages={"required": gettext_lazy("Say in a few words why.")},
    )
    seen = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)

    use_required_attribute = False
    field_order = ["client", "find", "given_name", "family_name", "phone", "email", "service"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["given_name"].required = not (self.data or self.initial).get("client")
        services = Service.objects.filter(archived_at=None)
        locations = Location.objects.filter(archived_at=None).order_by("name")
        self.services = {str(each.pk): each for each in services}
        self.locations = {str(each.pk): each for each in locations}
        self.offers = set(ServiceOffer.objects.values_list("service_id", "practitioner_id"))
        self.fields["service"].choices = [  # type: ignore[attr-defined]
            (pk, _("%(name)s, %(n)d min") % {"name": each.name, "n": each.duration_minutes})
            for pk, each in self.services.items()
        ]
        self.fields["location"].choices = [  # type: ignore[attr-defined]
            (pk, each.name) for pk, each in self.locations.items()
        ]

    def clean_service(self) -> Service:
        """Return the service instead of the id."""
        found: Service = self.services[self.cleaned_data["service"]]
        return found

    def clean_location(self) -> Location:
        """Return the location instead of the id."""
        found: Location = self.locations[self.cleaned_data["location"]]
        return found

    def clean_client(self) -> Client | None:
        """Return the client who was picked; one of another account is nobody."""
        pk: UUID | None = self.cleaned_data["client"]
        if pk is None:
            return None
        found: Client | None = Client.objects.filter(pk=pk, archived_at=None).first()
        if found is None:
            raise forms.ValidationError(_("This client isn’t here any more. Pick another."))
        return found

    def clean(self) -> dict[str, Any]:
        """Ask for a practitioner who offers the service, and for a reason to overbook."""
        values = super().clean() or self.cleaned_data
        service, practitioner = values.get("service"), values.get("practitioner")
        if service and practitioner and (service.pk, practitioner.pk) not in self.offers:
            words = {"who": practitioner.name, "service": service.name}
            message = _("%(who)s doesn’t offer %(service)s. Choose somebody else.") % words
            self.add_error("practitioner", message)
        if values.get("overbook") and not values.get("reason"):
            self.add_error("reason", _("Say in a few words why."))
        return values

    @property
    def new_client(self) -> dict[str, Any]:
        """The details of a client who is new."""
        names = ("given_name", "family_name", "phone", "email")
        return {name: self.cleaned_data[name] for name in names}


class CancelForm(forms.Form):
    """Who cancels, and why in a coded word."""

    side = forms.ChoiceField(
        label=gettext_lazy("Who cancelled?"),
        choices=[
            (Attendee.Side.CLIENT, gettext_lazy("The client")),
            (Attendee.Side.PRACTICE, gettext_lazy("The practice")),
        ],
        initial=Attendee.Side.CLIENT,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say who cancelled.")},
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Why?"),
        choices=Attendee.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a reason.")},
    )
