"""The forms of a service: the few facts of the first one, and all of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Practitioner
from bookings.models import Service
from bookings.offering.keeping import OwnTerms
from bookings.offering.prices import SIGNS, amount, decimals, minor_units

# The names of the ten service colours of static/css/tokens.css
COLOURS = (
    gettext_lazy("Green"),
    gettext_lazy("Blue"),
    gettext_lazy("Orange"),
    gettext_lazy("Violet"),
    gettext_lazy("Yellow"),
    gettext_lazy("Pink"),
    gettext_lazy("Cyan"),
    gettext_lazy("Lime"),
    gettext_lazy("Slate"),
    gettext_lazy("Crimson"),
)
HOUR, DAY = 60, 1440
BUFFERS = [0, 5, 10, 15, 20, 30, 45, 60]
REQUEST_HOURS = [4, 12, 24, 48, 72, 168]
HORIZONS = [14, 30, 60, 90, 180, 365]
# What there is to choose from, in minutes
_STEPS = {
    "buffer_before": BUFFERS,
    "buffer_after": BUFFERS,
    "grid_minutes": [5, 10, 15, 20, 30, 45, 60],
    "notice_minutes": [0, 30, HOUR, 2 * HOUR, 4 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY],
    "cancel_notice_minutes": [0, 2 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 3 * DAY, 7 * DAY],
}
# More than any service costs, and far below what the column holds
MOST = Decimal(1_000_000)
CHOOSE = {"required": gettext_lazy("Choose one of the list.")}


class FirstServiceForm(forms.Form):
    """What a client can book, how long it takes and what it costs."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        error_messages={"required": gettext_lazy("Enter the name that clients choose it by.")},
    )
    duration_minutes = forms.IntegerField(
        label=gettext_lazy("Length"),
        min_value=5,
        max_value=720,
        widget=forms.NumberInput({"step": 5, "inputmode": "numeric"}),
        error_messages={
            "required": gettext_lazy("Enter how many minutes it takes."),
            "invalid": gettext_lazy("Enter whole minutes, such as 45."),
            "min_value": gettext_lazy("An appointment takes five minutes at least."),
            "max_value": gettext_lazy("An appointment takes twelve hours at most."),
        },
    )
    price = forms.DecimalField(
        label=gettext_lazy("Price"),
        required=False,
        min_value=0,
        max_value=MOST,
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("A sentence that helps clients to choose."),
    )
    is_online = forms.BooleanField(
        label=gettext_lazy("Clients can book it online"), required=False, initial=True
    )

    def __init__(self, *args: Any, currency: str, this: Service | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.currency, self.this = currency, this
        digits = decimals(currency)
        # Made anew, because a field takes its decimal places only when it is made
        self.fields["price"] = forms.DecimalField(
            label=_("Price"),
            required=False,
            min_value=0,
            max_value=MOST,
            decimal_places=digits,
            widget=forms.NumberInput({"inputmode": "decimal"}),
            error_messages=_price_words(digits),
        )

    @property
    def sign(self) -> str:
        """How the currency is written before an amount."""
        return SIGNS.get(self.currency, self.currency)

    def clean_name(self) -> str:
        """Return a name that no other service in use has."""
        name: str = self.cleaned_data["name"]
        same = Service.objects.filter(name__iexact=name, archived_at=None)
        if same.exclude(pk=self.this.pk if self.this else None).exists():
            raise forms.ValidationError(_("Another service has this name."))
        return name

    @property
    def values(self) -> dict[str, Any]:
        """The service's fields as cleaned."""
        values = {name: value for name, value in self.cleaned_data.items() if name in _FIELDS}
        written = self.cleaned_data["price"] or Decimal()
        return {
            **values,
            "price_minor": minor_units(written, self.currency),
            "currency": self.currency,
        }


class ServiceForm(FirstServiceForm):
    """Everything about a service."""

    colour = forms.TypedChoiceField(
        label=gettext_lazy("Colour in the diary"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a colour.")},
    )
    practitioners = forms.MultipleChoiceField(
        label=gettext_lazy("Who offers it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    buffer_before = forms.TypedChoiceField(
        label=gettext_lazy("Kept free before"), coerce=int, error_messages=CHOOSE
    )
    buffer_after = forms.TypedChoiceField(
        label=gettext_lazy("Kept free after"), coerce=int, error_messages=CHOOSE
    )
    grid_minutes = forms.TypedChoiceField(
        label=gettext_lazy("Offer a start every"),
        coerce=int,
        help_text=gettext_lazy("Counted from the beginning of the hours."),
        error_messages=CHOOSE,
    )
    notice_minutes = forms.TypedChoiceField(
        label=gettext_lazy("Shortest notice"),
        coerce=int,
        help_text=gettext_lazy("Reception can always book."),
        error_messages=CHOOSE,
    )
    horizon_days = forms.TypedChoiceField(
        label=gettext_lazy("Bookable ahead"), coerce=int, error_messages=CHOOSE
    )
    cancel_notice_minutes = forms.TypedChoiceField(
        label=gettext_lazy("Notice to cancel online"), coerce=int, error_messages=CHOOSE
    )

    category = forms.CharField(
        label=gettext_lazy("Category"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Services of one category stand together online."),
    )
    capacity = forms.IntegerField(
        label=gettext_lazy("Places"),
        required=False,
        min_value=1,
        max_value=200,
        initial=1,
        widget=forms.NumberInput({"inputmode": "numeric"}),
        help_text=gettext_lazy("More than one makes it a group, whose times you set."),
        error_messages={
            "invalid": gettext_lazy("Enter a whole number, such as 8."),
            "min_value": gettext_lazy("There is one place at least."),
            "max_value": gettext_lazy("There are 200 places at most."),
        },
    )
    by_request = forms.BooleanField(
        label=gettext_lazy("Staff confirm each booking made online"), required=False
    )
    request_hours = forms.TypedChoiceField(
        label=gettext_lazy("Time to answer a request"),
        coerce=int,
        required=False,
        empty_value=None,
        help_text=gettext_lazy("The time is held so long."),
    )
    most_shown = forms.TypedChoiceField(
        label=gettext_lazy("Most times shown online"),
        coerce=int,
        required=False,
        empty_value=None,
        help_text=gettext_lazy("For each morning, afternoon and evening."),
    )

    def __init__(self, *args: Any, practitioners: Sequence[Practitioner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(each.pk): each for each in practitioners}
        hours = sorted({*REQUEST_HOURS, *([self.this.request_hours] if self.this else [])})
        self._offer("request_hours", [(n, length_words(n * HOUR)) for n in hours])
        self._offer("most_shown", [("", _("all of them")), *((n, str(n)) for n in range(1, 7))])
        for pk in self.people:
            self.fields[f"minutes-{pk}"] = forms.IntegerField(
                label=_("Length"),
                required=False,
                min_value=5,
                max_value=720,
                widget=_own("numeric"),
            )
            self.fields[f"price-{pk}"] = forms.DecimalField(
                label=_("Price"),
                required=False,
                min_value=0,
                max_value=MOST,
                decimal_places=decimals(self.currency),
                widget=_own("decimal"),
                error_messages=_price_words(decimals(self.currency)),
            )
        self._offer("practitioners", [(pk, str(each.name)) for pk, each in self.people.items()])
        self._offer("colour", [(n, swatch(n)) for n in range(1, len(COLOURS) + 1)])
        for name, steps in _STEPS.items():
            self._offer(name, [(n, length_words(n)) for n in self._steps(name, steps)])
        horizons = self._steps("horizon_days", HORIZONS)
        self._offer("horizon_days", [(n, length_words(n * DAY)) for n in horizons])

    @property
    def chosen(self) -> list[Practitioner]:
        """The practitioners who offer it."""
        return [self.people[pk] for pk in self.cleaned_data["practitioners"]]

    @property
    def own_fields(self) -> list[tuple[str, Any, Any]]:
        """Each practitioner with the fields of their own length and price."""
        return [
            (str(each.name), self[f"minutes-{pk}"], self[f"price-{pk}"])
            for pk, each in self.people.items()
        ]

    @property
    def own_terms(self) -> dict[UUID, OwnTerms]:
        """Length and price of each practitioner who offers it, None where they are the service's."""
        found = {}
        for each in self.chosen:
            minutes = self.cleaned_data[f"minutes-{each.pk}"]
            written = self.cleaned_data[f"price-{each.pk}"]
            price = None if written is None else minor_units(written, self.currency)
            found[each.pk] = OwnTerms(minutes, price)
        return found

    @property
    def values(self) -> dict[str, Any]:
        """The service's fields as cleaned; what was left empty is as for any service."""
        values = super().values
        for name, usual in (("capacity", 1), ("request_hours", 48)):
            values[name] = values[name] or usual
        return values

    def _offer(self, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _steps(self, name: str, steps: Sequence[int]) -> list[int]:
        """The steps to choose from and what the service has now, which may be another."""
        own = [getattr(self.this, name)] if self.this else []
        return sorted({*steps, *own})


def _price_words(digits: int) -> dict[str, str]:
    """What is said beside a price that can't be: written with `digits` behind the point, as the currency has them."""
    figures = _("Write the price in figures, such as %(example)s.") % {
        "example": number_format(95, decimal_pos=digits)
    }
    return {
        "invalid": figures,
        "max_decimal_places": figures,
        "min_value": _("A price can’t be below zero. Leave it empty if there is none."),
        "max_value": _("That is more than can be charged here. Check the figures."),
    }


def _own(inputmode: str) -> forms.NumberInput:
    return forms.NumberInput({"inputmode": inputmode, "placeholder": _("as above")})


_FIELDS = frozenset(
    {
        *("category", "capacity", "by_request", "request_hours", "most_shown"),
        *("name", "description", "duration_minutes", "is_online", "colour", "buffer_before"),
        *("buffer_after", "grid_minutes", "notice_minutes", "horizon_days"),
        "cancel_notice_minutes",
    }
)


def initial_of(service: Service) -> dict[str, Any]:
    """Return a form's initial values for a service."""
    values: dict[str, Any] = {name: getattr(service, name) for name in _FIELDS}
    if service.price_minor:
        values["price"] = amount(service.price_minor, service.currency)
    return values


def new_initial(practitioners: Sequence[Practitioner], position: int) -> dict[str, Any]:
    """Return a form's initial values for a further service: the model's defaults, the next colour, everybody."""
    fresh = initial_of(Service(name="", colour=position % len(COLOURS) + 1))
    return {**fresh, "practitioners": [str(each.pk) for each in practitioners]}


def own_initial(service: Service) -> dict[str, Any]:
    """Return the initial values of practitioners' own lengths and prices."""
    values: dict[str, Any] = {}
    for offer in service.offers.all():
        values[f"minutes-{offer.practitioner_id}"] = offer.duration_minutes
        if offer.price_minor is not None:
            price = amount(offer.price_minor, service.currency)
            values[f"price-{offer.practitioner_id}"] = price
    return values


def offered_by(service: Service) -> list[UUID]:
    """Return who offers a service."""
    return [offer.practitioner_id for offer in service.offers.all()]


def swatch(colour: int) -> SafeString:
    """Return a colour's name beside the colour."""
    return format_html('<span class="svc-word svc-{}">{}</span>', colour, COLOURS[colour - 1])


def length_words(minutes: int) -> str:
    """Return "15 minutes", "2 hours" or "1 day"; "none" for nothing."""
    if not minutes:
        return _("none")
    if minutes % DAY == 0:
        days = minutes // DAY
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    if minutes % HOUR == 0:
        hours = minutes // HOUR
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
