"""The forms of booking at the desk: who, what, when, and how often. Choices come from the open account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import places
from accounts.models import Location
from bookings.diary.moving_forms import WhenForm
from bookings.messaging.preferences import practice_choices
from bookings.models import Recall, Series, Service, ServiceOffer
from bookings.series.recurrence import MOST, Repeat
from clients import identity
from clients.identity import of
from clients.models import Case, Client
from privacy.vocabulary.prepared import Prepared

_SERVICES = Prepared[Service](lambda: Service.objects.filter(archived_at=None))
_OFFERS = Prepared[Any](
    lambda: ServiceOffer.objects.order_by().values_list("service_id", "practitioner_id")
)


class WhoForm(forms.Form):
    """A client who is known, or the few details of one who is new."""

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
    tell = forms.BooleanField(label=gettext_lazy("Tell the client"), required=False)
    case = forms.UUIDField(required=False, widget=forms.HiddenInput)
    recall = forms.UUIDField(required=False, widget=forms.HiddenInput)

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["given_name"].required = not (self.data or self.initial).get("client")
        self.fields["tell"].initial = practice_choices().tells_of_booking

    def clean_client(self) -> Client | None:
        """Return the client who was picked; one of another account is nobody."""
        pk: UUID | None = self.cleaned_data["client"]
        if pk is None:
            return None
        found = identity.known(pk)
        if found is None:
            raise forms.ValidationError(_("This client isn’t here any more. Pick another."))
        if found.archived_at:
            raise forms.ValidationError(
                _("This client is archived. Take the record out of the archive to book again.")
            )
        return found

    def clean_case(self) -> Case | None:
        """Return the case the visit belongs to; one of another client is none."""
        client = self.cleaned_data.get("client")
        found: Case | None = (
            Case.objects.filter(of(client), pk=self.cleaned_data["case"], closed_at=None).first()
            if client and self.cleaned_data["case"]
            else None
        )
        return found

    def clean_recall(self) -> Recall | None:
        """Return the recall that the visit answers; one of another client is none."""
        client = self.cleaned_data.get("client")
        waiting = Recall.objects.filter(state__in=Recall.WAITING, pk=self.cleaned_data["recall"])
        found: Recall | None = waiting.filter(of(client)).first() if client else None
        return found

    @property
    def new_client(self) -> dict[str, Any]:
        """The details of a client who is new."""
        names = ("given_name", "family_name", "phone", "email")
        return {name: self.cleaned_data[name] for name in names}

    @property
    def names_somebody(self) -> bool:
        """Whether a client was picked or written down."""
        return bool(self.cleaned_data["client"] or self.cleaned_data["given_name"])


class BookForm(WhoForm, WhenForm):
    """A booking by staff: what, with whom, when, and a client who is known or new; a group may still be empty."""

    service = forms.ChoiceField(
        label=gettext_lazy("Service"),
        error_messages={"required": gettext_lazy("Choose a service.")},
    )
    location = forms.ChoiceField(
        label=gettext_lazy("Where"),
        error_messages={"required": gettext_lazy("Choose where it takes place.")},
    )
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
    seen = forms.CharField(required=False, max_length=600, widget=forms.HiddenInput)

    repeats = forms.ChoiceField(
        label=gettext_lazy("Repeats"),
        required=False,
        choices=[("", gettext_lazy("Doesn’t repeat")), *Series.Rule.choices],
    )
    every = forms.IntegerField(
        label=gettext_lazy("Every"),
        required=False,
        min_value=1,
        max_value=52,
        initial=1,
        help_text=gettext_lazy("1 is each week or month, 2 each second one."),
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )
    count = forms.IntegerField(
        label=gettext_lazy("How many times"),
        required=False,
        min_value=2,
        max_value=MOST,
        initial=10,
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )
    until = forms.DateField(
        label=gettext_lazy("Not after"),
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )

    field_order = ["client", "find", "given_name", "family_name", "phone", "email", "service"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.services = {str(each.pk): each for each in _SERVICES()}
        self.locations = {str(each.pk): each for each in places.offered()}
        self.offers = set(_OFFERS())
        self.fields["service"].choices = [  # type: ignore[attr-defined]
            (pk, _service_words(each)) for pk, each in self.services.items()
        ]
        self.fields["location"].choices = [  # type: ignore[attr-defined]
            (pk, each.name) for pk, each in self.locations.items()
        ]
        wanted = self.services.get(str(self.data.get("service", "")))
        if wanted is not None and wanted.capacity > 1:
            self.fields["given_name"].required = False

    def clean_service(self) -> Service:
        """Return the service instead of the id."""
        found: Service = self.services[self.cleaned_data["service"]]
        return found

    def clean_location(self) -> Location:
        """Return the location instead of the id."""
        found: Location = self.locations[self.cleaned_data["location"]]
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
        first, until = values.get("day"), values.get("until")
        if values.get("repeats") and first and until and until <= first:
            self.add_error("until", _("Choose a day after the first one."))
        return values

    @property
    def repeat(self) -> Repeat | None:
        """The rule by which it repeats, None for once."""
        values = self.cleaned_data
        if not values["repeats"]:
            return None
        return Repeat(
            rule=values["repeats"],
            every=values["every"] or 1,
            first=values["day"],
            count=values["count"] or MOST,
            until=values["until"],
        )

    @property
    def has_groups(self) -> bool:
        """Whether any service is for several people."""
        return any(each.capacity > 1 for each in self.services.values())


def _service_words(service: Service) -> str:
    words = {"name": service.name, "n": service.duration_minutes, "places": service.capacity}
    if service.capacity > 1:
        return _("%(name)s, %(n)d min, up to %(places)d people") % words
    return _("%(name)s, %(n)d min") % words
