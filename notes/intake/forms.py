"""What staff choose about forms: which ones a client gets, what is asked for alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import Service
from notes.models import FormTemplate, FormTrigger

BY_LINK, HERE, PAPER = "link", "here", "paper"


class NewFormForm(forms.Form):
    """Which form a client gets, and how."""

    template = forms.ChoiceField(
        label=gettext_lazy("Form"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a form.")},
    )
    way = forms.ChoiceField(
        label=gettext_lazy("How do they get it?"),
        choices=[
            (BY_LINK, gettext_lazy("Send them a link")),
            (HERE, gettext_lazy("Show a code, or fill it in here")),
            (PAPER, gettext_lazy("Print it, to be filled in by hand")),
        ],
        initial=BY_LINK,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how they get it.")},
    )

    def __init__(self, templates: Iterable[FormTemplate], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.templates = {str(each.pk): each for each in templates}
        choice = self.fields["template"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(pk, each.name) for pk, each in self.templates.items()]

    @property
    def chosen(self) -> FormTemplate:
        """The template that was chosen, once the form is valid."""
        return self.templates[self.cleaned_data["template"]]

    @property
    def sends(self) -> bool:
        """Whether it is sent."""
        return bool(self.cleaned_data["way"] == BY_LINK)

    @property
    def is_for_paper(self) -> bool:
        """Whether it is only printed; what comes back is typed in then."""
        return bool(self.cleaned_data["way"] == PAPER)


class AskForm(forms.Form):
    """Which consents a client is asked for by a link, out of (id, name and state), and whether for the notice too."""

    purposes = forms.MultipleChoiceField(
        label=gettext_lazy("Ask them to agree to"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    notice = forms.BooleanField(
        label=gettext_lazy("Ask for an answer to the privacy notice"), required=False
    )

    def __init__(
        self, purposes: Iterable[tuple[str, str]], *args: Any, has_notice: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["purposes"]
        assert isinstance(choice, forms.MultipleChoiceField)
        choice.choices = list(purposes)
        if not has_notice:
            del self.fields["notice"]

    @property
    def wanted(self) -> list[UUID]:
        """The purposes, once the form is valid."""
        return [UUID(pk) for pk in self.cleaned_data["purposes"]]


ONCE, EACH = "once", "each"
SCORES = [
    ("", gettext_lazy("None")),
    ("sum", gettext_lazy("Sum of scales and choices")),
    ("mean", gettext_lazy("Average of scales and choices")),
]


class TemplateForm(forms.Form):
    """What is said of a form beside its questions."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("Clients see it above the form."),
        error_messages={"required": gettext_lazy("Give the form a name.")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What is it?"),
        choices=FormTemplate.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what it is.")},
    )
    intro = forms.CharField(
        label=gettext_lazy("Introduction"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    valid_days = forms.IntegerField(
        label=gettext_lazy("The link works for"),
        min_value=1,
        max_value=365,
        help_text=gettext_lazy("Days."),
        error_messages={"required": gettext_lazy("Enter how many days the link works.")},
    )
    remind_days = forms.IntegerField(
        label=gettext_lazy("Remind once after"),
        min_value=0,
        max_value=60,
        help_text=gettext_lazy("Days. 0: never."),
        error_messages={"required": gettext_lazy("Enter the days, 0 for no reminder.")},
    )
    score = forms.ChoiceField(label=gettext_lazy("Score"), choices=SCORES, required=False)
    best = forms.ChoiceField(
        label=gettext_lazy("Better is"),
        choices=[("low", gettext_lazy("a low score")), ("high", gettext_lazy("a high score"))],
        required=False,
    )
    services = forms.MultipleChoiceField(
        label=gettext_lazy("Sent by itself when one of these is booked"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    again = forms.ChoiceField(
        label=gettext_lazy("How often?"),
        choices=[
            (ONCE, gettext_lazy("Once for each client")),
            (EACH, gettext_lazy("With each booking")),
            ("3", gettext_lazy("Again after 3 months")),
            ("6", gettext_lazy("Again after 6 months")),
            ("12", gettext_lazy("Again after a year")),
        ],
        required=False,
    )

    def __init__(self, *args: Any, services: Iterable[Service], keeps: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["services"]
        assert isinstance(choice, forms.MultipleChoiceField)
        choice.choices = [(str(each.pk), each.name) for each in services]
        if keeps:
            score = self.fields["score"]
            assert isinstance(score, forms.ChoiceField)
            score.choices = [*SCORES, ("keep", _("As the measure counts it"))]

    @property
    def again_months(self) -> int | None:
        """When it is sent again: None for never, 0 with each booking."""
        chosen = self.cleaned_data["again"]
        return {ONCE: None, "": None, EACH: 0}.get(
            chosen, int(chosen) if chosen.isdigit() else None
        )


def initial_of(template: FormTemplate, triggers: Iterable[FormTrigger]) -> dict[str, Any]:
    """Return a template as its form shows it."""
    found = list(triggers)
    months = found[0].again_months if found else None
    names = ("name", "kind", "intro", "valid_days", "remind_days")
    scoring = template.scoring
    return {
        **{name: getattr(template, name) for name in names},
        "score": "keep" if has_own_rule(template) else scoring.get("by", ""),
        "best": scoring.get("best", "low"),
        "services": [str(each.service_id) for each in found],
        "again": ONCE if months is None else EACH if months == 0 else str(months),
    }


def has_own_rule(template: FormTemplate | None) -> bool:
    """Whether a template counts in a way that the page can't say: by some questions, with words for its bands."""
    return template is not None and bool(set(template.scoring) - {"by", "best"})
