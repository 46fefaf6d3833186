"""The forms of rooms and equipment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Location
from bookings.models import Resource, Service


class ResourceForm(forms.Form):
    """A room's name, and which services can use it; where it is and what it is are chosen once."""

    location = forms.ChoiceField(
        label=gettext_lazy("Location"),
        error_messages={"required": gettext_lazy("Choose where it is.")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What it is"),
        choices=Resource.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a room or equipment.")},
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        error_messages={"required": gettext_lazy("Enter a name, such as Room 1.")},
    )
    services = forms.MultipleChoiceField(
        label=gettext_lazy("Services that can use it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "A service needs one room of those that it can use here, and one piece of equipment of those. It is then"
            " offered only when one is free."
        ),
    )

    def __init__(
        self,
        *args: Any,
        locations: Sequence[Location],
        services: Sequence[Service],
        this: Resource | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.this = this
        self.places = {str(each.pk): each for each in locations}
        self.offered = {str(each.pk): each for each in services}
        if this is None:
            self._offer("location", [(pk, str(each.name)) for pk, each in self.places.items()])
        else:
            del self.fields["location"], self.fields["kind"]
        self._offer("services", [(pk, str(each.name)) for pk, each in self.offered.items()])

    def clean(self) -> dict[str, Any]:
        """Refuse a name that another has at the same location, also one that is out of use."""
        values: dict[str, Any] = super().clean() or {}
        place = self.this.location_id if self.this else values.get("location")
        same = Resource.objects.filter(location=place, name__iexact=values.get("name"))
        if (
            place
            and "name" in values
            and same.exclude(pk=self.this.pk if self.this else None).exists()
        ):
            self.add_error("name", _("Another one here has this name."))
        return values

    @property
    def chosen(self) -> list[Service]:
        """The services that can use it."""
        return [self.offered[pk] for pk in self.cleaned_data["services"]]

    @property
    def place(self) -> Location:
        """Where a new one is."""
        return self.places[self.cleaned_data["location"]]

    def _offer(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]
