"""What staff enter about consents: an answer they were given, and what the practice asks in which words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.time_zones import zone_info
from clients.consents.giving import Given
from clients.consents.purposes import Words
from clients.models import ByWhom, Consent, ConsentPurpose, ConsentText, How, NoticeAnswer
from privacy.vocabulary import clock

STAFF_WAYS = [(way.value, way.label) for way in (How.PERSON, How.PAPER, How.PHONE)]
Kind = ConsentPurpose.Kind


class WayForm(forms.Form):
    """By which way something was said, and by whom. `zone` is the practice's."""

    how = forms.ChoiceField(
        label=gettext_lazy("How did you get it?"),
        choices=STAFF_WAYS,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how you got the answer.")},
    )
    by_whom = forms.ChoiceField(
        label=gettext_lazy("Who said it?"),
        choices=ByWhom.choices,
        initial=ByWhom.CLIENT,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose who said it.")},
    )
    by_name = forms.CharField(
        label=gettext_lazy("Their name"),
        max_length=160,
        required=False,
        help_text=gettext_lazy("Of a parent, guardian, relative or carer."),
    )
    evidence = forms.CharField(
        label=gettext_lazy("Evidence"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Where the signed sheet is, who was there."),
    )

    def __init__(self, *args: Any, zone: str = "UTC", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone

    def clean(self) -> dict[str, Any]:
        """Ask for the name of somebody who speaks for the client."""
        told = self.cleaned_data
        if told.get("by_whom", ByWhom.CLIENT) != ByWhom.CLIENT and not told.get("by_name"):
            self.add_error("by_name", _("Enter the name of whoever spoke for the client."))
        return told

    @property
    def given(self) -> Given:
        """How the answer was given, once the form is valid."""
        told = self.cleaned_data
        return Given(
            how=told["how"],
            by_whom=told["by_whom"],
            by_name=told["by_name"] if told["by_whom"] != ByWhom.CLIENT else "",
            evidence=told["evidence"],
            at=self._instant(told.get("on")),
            until=self._instant(told.get("until")),
        )

    def _instant(self, day: date | None) -> datetime | None:
        """Return when a day begins at the practice; today is this moment."""
        if day is None or day == clock.today(self.zone):
            return None
        return datetime.combine(day, time(), tzinfo=zone_info(self.zone))


class ConsentForm(WayForm):
    """An answer to one purpose that staff were given."""

    decision = forms.ChoiceField(
        label=gettext_lazy("What did they say?"),
        choices=Consent.Decision.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what they said.")},
    )
    text = forms.ChoiceField(
        label=gettext_lazy("In which language did they read it?"),
        error_messages={"required": gettext_lazy("Choose the language they read.")},
    )
    on = forms.DateField(
        label=gettext_lazy("On which day?"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": gettext_lazy("Enter the day on which they said it.")},
    )
    until = forms.DateField(
        label=gettext_lazy("Ends on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Empty: as long as the purpose says."),
    )
    field_order = ["decision", "how", "by_whom", "by_name", "on", "text", "until", "evidence"]

    def __init__(self, *args: Any, texts: Sequence[ConsentText], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.texts = {str(text.pk): text for text in texts}
        names = dict(settings.LANGUAGES)
        choice = self.fields["text"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [
            (pk, names.get(text.language, text.language)) for pk, text in self.texts.items()
        ]
        self.fields["on"].initial = clock.today(self.zone)

    def clean_on(self) -> date:
        """Refuse days to come."""
        day: date = self.cleaned_data["on"]
        if day > clock.today(self.zone):
            raise forms.ValidationError(_("Enter a day that is not in the future."))
        return day

    @property
    def chosen(self) -> ConsentText:
        """The words that were shown."""
        return self.texts[self.cleaned_data["text"]]


class WithdrawalForm(WayForm):
    """That somebody takes an agreement back."""


class NoticeAnswerForm(WayForm):
    """What somebody said to the privacy notice."""

    answer = forms.ChoiceField(
        label=gettext_lazy("What did they say?"),
        choices=NoticeAnswer.Answer.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what they said.")},
    )
    evidence = None  # type: ignore[assignment]
    by_name = None  # type: ignore[assignment]
    field_order = ["answer", "how", "by_whom"]

    def clean(self) -> dict[str, Any]:
        """Nothing more is asked for."""
        return self.cleaned_data

    @property
    def given(self) -> Given:
        """How the answer was given, once the form is valid."""
        return Given(how=self.cleaned_data["how"], by_whom=self.cleaned_data["by_whom"])


class PurposeForm(forms.Form):
    """A purpose and its words in each language; a language without words is left out."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is it about?"),
        help_text=gettext_lazy(
            "The software itself keeps to what people say about news and sharing."
        ),
        error_messages={"required": gettext_lazy("Choose what it is about.")},
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("As your team sees it."),
        error_messages={"required": gettext_lazy("Enter a name for it.")},
    )
    lasts_months = forms.IntegerField(
        label=gettext_lazy("Ask again after"),
        required=False,
        min_value=1,
        max_value=120,
        widget=forms.NumberInput({"inputmode": "numeric"}),
        help_text=gettext_lazy("Months. Empty: an agreement holds until it is withdrawn."),
    )

    def __init__(
        self, *args: Any, kinds: Sequence[tuple[str, Any]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if kinds is None:
            del self.fields["kind"]
        else:
            choice = self.fields["kind"]
            assert isinstance(choice, forms.ChoiceField)
            choice.choices = list(kinds)
        for language, _name in settings.LANGUAGES:
            self.fields[f"title_{language}"] = forms.CharField(
                label=_("What people are asked"), max_length=120, required=False
            )
            self.fields[f"text_{language}"] = forms.CharField(
                label=_("Text"),
                max_length=5000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 5}),
            )

    def clean(self) -> dict[str, Any]:
        """Ask for both, the line and the text, in each language that has one of them; one language at least."""
        told = self.cleaned_data
        written = False
        for language, _name in settings.LANGUAGES:
            title, text = (f"title_{language}", f"text_{language}")
            written = written or bool(told.get(title) or told.get(text))
            if told.get(title) and not told.get(text):
                self.add_error(text, _("Write the text that people agree to."))
            if told.get(text) and not told.get(title):
                self.add_error(title, _("Write in a line what people are asked."))
        if not written:
            self.add_error(
                f"title_{settings.LANGUAGE_CODE}", _("Write what people are asked to agree to.")
            )
        return told

    @property
    def texts(self) -> dict[str, Words]:
        """The words by language, once the form is valid."""
        told = self.cleaned_data
        return {
            language: Words(told[f"title_{language}"], _lines(told[f"text_{language}"]))
            for language, _name in settings.LANGUAGES
            if told[f"title_{language}"]
        }

    def languages(self) -> list[tuple[str, Any, Any]]:
        """Return each language's name with its two fields."""
        return [
            (str(name), self[f"title_{language}"], self[f"text_{language}"])
            for language, name in settings.LANGUAGES
        ]


def initial_of(purpose: ConsentPurpose, texts: Mapping[str, Words]) -> dict[str, Any]:
    """Return a purpose and the words in force as the form shows them."""
    values: dict[str, Any] = {"name": purpose.name, "lasts_months": purpose.lasts_months}
    for language, words in texts.items():
        values[f"title_{language}"], values[f"text_{language}"] = words
    return values


def _lines(text: str) -> str:
    return "\n".join(text.splitlines())
