"""What is typed about a request: by whoever asks, and by staff at each of its turns."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.restrictions.standing import Area, Use
from privacy.cases import DeskCase
from privacy.desk.packs import PACKS, WAITS
from privacy.vocabulary import clock

_DAY = forms.DateInput({"type": "date"}, "%Y-%m-%d")


class NotedForm(forms.Form):
    """A request that came by letter, by phone, or in person; staff note it in the words of whoever asks."""

    right = forms.ChoiceField(
        label=gettext_lazy("What they want"),
        choices=DeskCase.Right.choices,
        error_messages={"required": gettext_lazy("Choose what they want.")},
    )
    way = forms.ChoiceField(
        label=gettext_lazy("How it came"),
        choices=[each for each in DeskCase.Way.choices if each[0] in ("letter", "mail", "call")],
        widget=forms.RadioSelect,
        initial=DeskCase.Way.CALL,
        error_messages={"required": gettext_lazy("Choose how it came.")},
    )
    on = forms.DateField(
        label=gettext_lazy("When it came"),
        widget=_DAY,
        help_text=gettext_lazy("The clock began on that day."),
        error_messages={"required": gettext_lazy("Enter the day on which it came.")},
    )
    asker = forms.ChoiceField(
        label=gettext_lazy("Who asks"),
        choices=DeskCase.Asker.choices,
        widget=forms.RadioSelect,
        initial=DeskCase.Asker.SELF,
        error_messages={"required": gettext_lazy("Choose who asks.")},
    )
    name = forms.CharField(
        label=gettext_lazy("Their name"),
        max_length=160,
        error_messages={"required": gettext_lazy("Enter the name of who asks.")},
    )
    about = forms.CharField(
        label=gettext_lazy("Whom it is about, if somebody else"), max_length=160, required=False
    )
    contact = forms.CharField(
        label=gettext_lazy("Where the answer goes"),
        max_length=254,
        required=False,
        help_text=gettext_lazy("An e-mail address, a phone number or a postal address."),
    )
    words = forms.CharField(
        label=gettext_lazy("What they said or wrote"),
        max_length=4000,
        required=False,
        widget=forms.Textarea({"rows": 4}),
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        self.zone = zone
        kwargs["initial"] = {"on": clock.today(zone), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def clean_on(self) -> date:
        """Return the day; one to come is refused."""
        day: date = self.cleaned_data["on"]
        if day > clock.today(self.zone):
            raise forms.ValidationError(_("This is still to come."))
        return day

    def values(self) -> dict[str, Any]:
        """Return what `taking.take` takes."""
        given = dict(self.cleaned_data)
        on = given.pop("on")
        noon = datetime.combine(on, time(12), ZoneInfo(self.zone))
        return {**given, "received_at": min(noon, clock.now())}


class SortingForm(forms.Form):
    """What a request is about."""

    right = forms.ChoiceField(
        label=gettext_lazy("What they want"),
        choices=[each for each in DeskCase.Right.choices if each[0] != DeskCase.Right.OTHER],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what they want.")},
    )


class ProofForm(forms.Form):
    """How whoever asks proved who they are; of a document its sort and last four signs, never the document."""

    how = forms.ChoiceField(
        label=gettext_lazy("How they proved who they are"),
        choices=[
            (DeskCase.Identity.DOCUMENT, DeskCase.Identity.DOCUMENT.label),
            (DeskCase.Identity.KNOWN, DeskCase.Identity.KNOWN.label),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how they proved it.")},
    )
    sort = forms.CharField(
        label=gettext_lazy("Kind of document"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("For example: passport, driver licence. Keep no copy of it."),
    )
    last = forms.CharField(
        label=gettext_lazy("Its last four characters"), max_length=4, required=False
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the document's kind and end where one was seen."""
        given = super().clean() or {}
        seen = given.get("how") == DeskCase.Identity.DOCUMENT
        if seen and not given.get("sort", "").strip():
            self.add_error("sort", _("Write which kind of document you saw."))
        if seen and len(given.get("last", "").strip()) != 4:
            self.add_error("last", _("Write its last four characters, no more."))
        return given

    @property
    def document(self) -> str:
        """The document as it is kept."""
        given = self.cleaned_data
        if given["how"] != DeskCase.Identity.DOCUMENT:
            return ""
        return f"{given['sort'].strip()} …{given['last'].strip()}"


class AuthorityForm(forms.Form):
    """By what right somebody asks for another person."""

    authority = forms.CharField(
        label=gettext_lazy("By what right they ask"),
        max_length=200,
        help_text=gettext_lazy("For example: mother, has custody; power of attorney of 3 May."),
        error_messages={"required": gettext_lazy("Write by what right they ask.")},
    )
    until = forms.DateField(
        label=gettext_lazy("Holds until, if it ends"), required=False, widget=_DAY
    )
    is_mature_minor = forms.BooleanField(
        label=gettext_lazy("The child is old enough to decide about this themself"), required=False
    )


class WaitForm(forms.Form):
    """What a request waits for."""

    what = forms.ChoiceField(
        label=gettext_lazy("It waits for"),
        choices=list(WAITS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what it waits for.")},
    )


class MoreTimeForm(forms.Form):
    """More time, and why: whoever asks is told both."""

    until = forms.DateField(
        label=gettext_lazy("Until"),
        widget=_DAY,
        error_messages={"required": gettext_lazy("Enter until when.")},
    )
    because = forms.CharField(
        label=gettext_lazy("Why, as you tell them"),
        max_length=300,
        error_messages={"required": gettext_lazy("Write why: they have to be told.")},
    )


class GrantForm(forms.Form):
    """What is granted, for the rights that leave something to choose."""

    allows = forms.MultipleChoiceField(
        label=gettext_lazy("What goes on, because they want it to"),
        choices=Area.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    uses = forms.MultipleChoiceField(
        label=gettext_lazy("They object to"),
        choices=Use.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    keep_until = forms.DateField(
        label=gettext_lazy("A law has you keep the record until"),
        required=False,
        widget=_DAY,
        help_text=gettext_lazy("Until then it is only stored; on that day it is erased by itself."),
    )
    keep_law = forms.CharField(label=gettext_lazy("Which law"), max_length=120, required=False)
    _OF = {
        DeskCase.Right.RESTRICTION: ("allows",),
        DeskCase.Right.OBJECTION: ("uses",),
        DeskCase.Right.ERASURE: ("keep_until", "keep_law"),
    }

    def __init__(self, *args: Any, right: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - set(self._OF.get(DeskCase.Right(right), ())):
            del self.fields[name]


class RefusalForm(forms.Form):
    """Why a request is refused."""

    refusal = forms.ChoiceField(
        label=gettext_lazy("Why"),
        choices=DeskCase.Refusal.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose why.")},
    )
    answer = forms.CharField(
        label=gettext_lazy("In words, as you tell them"),
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        error_messages={"required": gettext_lazy("A refusal needs its reason in words.")},
    )


class StatementForm(forms.Form):
    """What a person says against an entry that is not changed; it stands beside their record from then on."""

    statement = forms.CharField(
        label=gettext_lazy("Their statement, in their words"),
        max_length=4000,
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("Shown on their page for as long as the record is kept."),
    )


class LawForm(forms.Form):
    """Which law requests are answered under."""

    pack = forms.ChoiceField(
        label=gettext_lazy("You answer under"),
        error_messages={"required": gettext_lazy("Choose a law.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["pack"]
        field.choices = [(pack.code, pack.name) for pack in PACKS]
