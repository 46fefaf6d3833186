"""Forms about people, practices and places."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts import places, terminology
from accounts.jurisdiction import countries, subdivisions
from accounts.models import AccountAnchor, Location, Role
from accounts.rights import MATRIX, Area, Level, Row
from accounts.time_zones import zone_names, zones_of
from privacy.vocabulary import scope

NAME = forms.TextInput(attrs={"autocomplete": "name", "maxlength": 150})
# Emergency and service numbers of some countries are this short
FEWEST_DIGITS = 3
# Regions whose names mean nothing as a place of work
NOT_PLACES = ("Etc/", "SystemV/", "posix", "right")


def likely_country(accepted: str) -> str:
    """Return the country that an Accept-Language header hints at ("en-AU,en;q=0.9" gives "AU"), or an empty text."""
    known = {country.code for country in countries()}
    for language in accepted.split(","):
        code = language.partition(";")[0].strip()[-2:]
        if "-" in language and code in known:
            return code
    return ""


class PracticeForm(forms.Form):
    """What a new practice is called, where it works and who opens it."""

    name = forms.CharField(
        label=_("Name of the practice"),
        max_length=120,
        help_text=_("As your clients know it."),
        error_messages={"required": _("Enter the practice's name.")},
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    country = forms.ChoiceField(
        label=_("Country you practise in"),
        help_text=_("It decides in which region your data lives."),
        error_messages={"required": _("Choose the country you practise in.")},
    )
    subdivision = forms.ChoiceField(label=_("State, province or territory"), required=False)
    person = forms.CharField(
        label=_("Your name"),
        max_length=150,
        widget=NAME,
        error_messages={"required": _("Enter your name.")},
    )
    is_practitioner = forms.BooleanField(
        label=_("I see clients myself"),
        required=False,
        help_text=_("Then you can be booked and write notes. You can change this later."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everywhere = [("", _("Choose a country")), *((c.code, c.name) for c in countries())]
        self.fields["country"].choices = everywhere  # type: ignore[attr-defined]
        chosen = self.data.get("country") if self.is_bound else self.initial.get("country")
        parts = subdivisions(chosen or "")
        if parts:
            listed = [("", _("Choose")), *((part.code, part.name) for part in parts)]
            self.fields["subdivision"].choices = listed  # type: ignore[attr-defined]
            self.fields["subdivision"].required = True
            self.fields["subdivision"].error_messages["required"] = _(
                "Choose where in the country you practise. It decides which region is closest."
            )
        else:
            del self.fields["subdivision"]

    def clean(self) -> dict[str, Any]:
        """Return the values, with an empty subdivision where none is asked for."""
        return {"subdivision": "", **self.cleaned_data}


class AcceptForm(forms.Form):
    """Acceptance of the agreements."""

    accept = forms.BooleanField(
        label=_("I accept both for the practice"),
        error_messages={"required": _("We need your acceptance to open the account.")},
    )


class InvitationForm(forms.Form):
    """Whom to invite and as what."""

    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        error_messages={"required": _("Enter the name of the person you invite.")},
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        error_messages={"required": _("Enter the address the invitation goes to.")},
    )
    role = forms.ChoiceField(
        label=_("Role"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what they may see and do.")},
    )
    is_practitioner = forms.BooleanField(
        label=_("Stands in the diary and can be booked"), required=False
    )
    location = forms.ChoiceField(label=_("Sees the clients of"), required=False)

    def __init__(self, *args: Any, roles: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(roles)  # type: ignore[attr-defined]
        _offer_places(self)

    def clean_location(self) -> Location | None:
        """Return the location instead of the id."""
        return _place(self)


def role_choices(roles: Collection[str]) -> list[tuple[str, Any]]:
    """Return these roles, each with what it may do; there is one Owner, who hands the role over."""
    words = [
        (Role.MANAGER, _("Manager: diary, clients, settings and team, no notes")),
        (Role.PRACTITIONER, _("Practitioner: diary, clients and clinical notes")),
        (Role.RECEPTION, _("Reception: diary and clients, no notes")),
        (Role.BOOKKEEPER, _("Bookkeeper: clients' contact details only")),
    ]
    return [(role, each) for role, each in words if role in roles]


class MemberForm(forms.Form):
    """What a member may do, and whether they see clients."""

    role = forms.ChoiceField(
        label=_("Role"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what they may see and do.")},
    )
    location = forms.ChoiceField(label=_("Sees the clients of"), required=False)

    def __init__(self, *args: Any, roles: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(roles)  # type: ignore[attr-defined]
        _offer_places(self)

    def clean_location(self) -> Location | None:
        """Return the location instead of the id."""
        return _place(self)


class RightsForm(forms.Form):
    """How far a member goes in each area: one field for each."""

    def __init__(self, *args: Any, role: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in MATRIX:
            self.fields[row.area] = forms.ChoiceField(
                label=row.title,  # type: ignore[arg-type]
                help_text=row.about,  # type: ignore[arg-type]
                choices=[(each.name, _level_words(row, each, role)) for each in row.offered(role)],
                error_messages={"required": _("Choose how far they go.")},
            )

    def clean(self) -> dict[str, Any]:
        """Ask for more of clients where the diary, notes or files are given: they tell of them."""
        values = super().clean() or self.cleaned_data
        told = {values.get(each) for each in (Area.DIARY, Area.NOTES, Area.FILES)} - {"no", None}
        if values.get(Area.CLIENTS) == "reach" and told:
            words = _("Who sees the diary, notes or files has to see the record, too.")
            self.add_error(Area.CLIENTS, words)
        return values


def _level_words(row: Row, level: Level, role: str) -> Any:
    if level.name != row.usual[role]:
        return level.words
    return format_lazy("{} ({})", level.words, _("usual"))


def _offer_places(form: Any) -> None:
    """Offer to confine somebody to one of the practice's places; of a single one there is nothing to choose."""
    form.places = {str(place.pk): place for place in places.offered()}
    is_confined = scope.current().location is not None
    form.has_places = len(form.places) > 1 or is_confined
    choices = [(pk, place.name) for pk, place in form.places.items()]
    # Whoever is confined to a location gives nobody more than that
    form.fields["location"].choices = (
        choices if is_confined else [("", _("Every location")), *choices]
    )
    form.fields["location"].required = is_confined
    form.fields["location"].error_messages["required"] = _("Choose the location.")
    form.fields["location"].help_text = _(
        "Of one location: its clients and those at none. Clients of other locations aren’t there for them."
    )


def _place(form: Any) -> Location | None:
    place: Location | None = form.places.get(form.cleaned_data["location"])
    return place


class PractitionerForm(forms.Form):
    """How clients see a practitioner."""

    name = forms.CharField(
        label=_("Name shown to clients"),
        max_length=150,
        error_messages={"required": _("Enter the name that clients see.")},
    )
    profession = forms.CharField(label=_("Profession"), max_length=80, required=False)
    registration = forms.CharField(
        label=_("Registration number"),
        max_length=40,
        required=False,
        help_text=_("Printed on letters and notes where the law asks for it."),
    )
    is_online = forms.BooleanField(label=_("Can be booked online"), required=False)


class PracticeNameForm(forms.Form):
    """The practice's name."""

    name = forms.CharField(
        label=_("Name of the practice"),
        max_length=120,
        error_messages={"required": _("Enter the practice's name.")},
    )
    word = forms.ChoiceField(
        label=_("What you call the people you treat"),
        choices=terminology.CHOICES,
        initial=terminology.USUAL,
        error_messages={"required": _("Choose what you call them.")},
        help_text=_("Every page of your practice then says so."),
    )


class OwnNameForm(forms.Form):
    """The name that colleagues see."""

    name = forms.CharField(
        label=_("Your name, as colleagues see it"),
        max_length=150,
        widget=NAME,
        error_messages={"required": _("Enter your name.")},
    )


class LocationForm(forms.Form):
    """A place where the practice works."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("Such as “Circular Quay”."),
        error_messages={"required": _("Enter a name for the place.")},
    )
    address = forms.CharField(
        label=_("Address"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
        help_text=_("In confirmations and calendar files."),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Appointments keep this place's wall time, whatever clocks do."),
        error_messages={"required": _("Choose the time zone of the place.")},
    )
    is_online = forms.BooleanField(label=_("Offered in online booking"), required=False)

    def __init__(
        self, *args: Any, account: AccountAnchor, this: Location | None = None, **kwargs: Any
    ):
        super().__init__(*args, **kwargs)
        self.this = this
        self.fields["time_zone"].choices = zone_choices(account.country)  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        """Return the number as it was written; words without a number in them help nobody who wants to call."""
        phone: str = self.cleaned_data["phone"]
        if phone and sum(sign.isdigit() for sign in phone) < FEWEST_DIGITS:
            raise forms.ValidationError(
                _("Enter a number that clients can call, or leave it empty.")
            )
        return phone

    def clean_name(self) -> str:
        """Return a name that no other location of the practice has."""
        name: str = self.cleaned_data["name"]
        others = Location.objects.filter(name=name)
        if self.this is not None:
            others = others.exclude(pk=self.this.pk)
        if others.exists():
            raise forms.ValidationError(_("Another location has this name."))
        return name


def zone_choices(country: str) -> list[tuple[Any, Any]]:
    """Return the zones of a country first, then all that are places."""
    own = zones_of(country)
    rest = [zone for zone in zone_names() if "/" in zone and not zone.startswith(NOT_PLACES)]
    label = {zone: zone.replace("_", " ") for zone in (*own, *rest)}
    listed: list[tuple[Any, Any]] = [
        (_("Elsewhere"), [(zone, label[zone]) for zone in rest if zone not in own])
    ]
    if own:
        listed.insert(0, (_("In your country"), [(zone, label[zone]) for zone in own]))
    return listed


class NoticeForm(forms.Form):
    """The privacy notice's text."""

    text = forms.CharField(
        label=_("Text of the notice"),
        max_length=40_000,
        widget=forms.Textarea(attrs={"rows": 22}),
        help_text=_(
            "Plain text. An empty line starts a new paragraph, a line that begins with # is a heading."
        ),
        error_messages={"required": _("Write the notice. Clients need to read something.")},
    )


class SecurityForm(forms.Form):
    """Whether everybody needs a second factor."""

    requires_second_factor = forms.BooleanField(
        label=_("Everybody needs a second factor"), required=False
    )
    days = forms.TypedChoiceField(
        label=_("Who has none yet sets it up"),
        choices=[
            (0, _("when they next come in")),
            (7, _("within a week")),
            (14, _("within two weeks")),
        ],
        coerce=int,
        error_messages={"required": _("Choose from when on.")},
    )
