"""The forms of the account's rules about notes, of supervision, and of how one's own notes begin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Member, Practitioner
from notes.models import Breaking, NoteSettings, Visibility, WritingProfile
from notes.printing import HEADS

MOST_HOURS = 720


class RulesForm(forms.Form):
    """The account's rules about notes."""

    authors_only = forms.BooleanField(
        label=gettext_lazy("Practitioners read only what they wrote themselves"), required=False
    )
    breaking = forms.ChoiceField(
        label=gettext_lazy("Who may open a note that is not meant for them, with a reason"),
        choices=Breaking.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose who may.")},
    )
    finish_hours = forms.IntegerField(
        label=gettext_lazy("A note is late after"),
        min_value=1,
        max_value=MOST_HOURS,
        error_messages={"required": gettext_lazy("Say after how many hours a note is late.")},
    )
    reminds = forms.BooleanField(
        label=gettext_lazy("Remind practitioners by mail each morning of what is late"),
        required=False,
    )

    print_head = forms.MultipleChoiceField(
        label=gettext_lazy("At the head of a printed note, beside name, day and author"),
        choices=list(HEADS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, rules: NoteSettings, data: Any = None) -> None:
        names = ("authors_only", "breaking", "finish_hours", "reminds", "print_head")
        super().__init__(data, initial={name: getattr(rules, name) for name in names})


class SupervisionForm(forms.Form):
    """Who co-signs a practitioner's notes."""

    supervisor = forms.ChoiceField(label=gettext_lazy("Co-signed by"), required=False)

    def __init__(
        self,
        profile: WritingProfile,
        people: Sequence[Practitioner],
        data: Any = None,
    ) -> None:
        author = profile.practitioner
        super().__init__(
            data,
            initial={"supervisor": str(profile.supervisor_id or "")},
            prefix=author.pk.hex,
        )
        self.profile = profile
        self.people = {str(each.pk): each for each in people if each.pk != author.pk}
        choice = self.fields["supervisor"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [
            ("", _("Nobody: they sign alone")),
            *((pk, each.name) for pk, each in self.people.items()),
        ]

    @property
    def chosen(self) -> Practitioner | None:
        """Whom the valid form names."""
        return self.people.get(self.cleaned_data["supervisor"])

    @property
    def is_changed(self) -> bool:
        """Whether the valid form says something else than what stands."""
        chosen = self.chosen
        return (chosen.pk if chosen else None) != self.profile.supervisor_id


class HabitForm(forms.Form):
    """Who reads a practitioner's notes from now on; `named` gives the members who were chosen."""

    visibility = forms.ChoiceField(
        label=gettext_lazy("Who may read my notes once they are signed"),
        choices=Visibility.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose who may read them.")},
    )
    members = forms.MultipleChoiceField(
        label=gettext_lazy("People I name"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, profile: WritingProfile, people: Sequence[Member], data: Any = None) -> None:
        super().__init__(data, initial={"visibility": profile.visibility, "members": profile.named})
        members = self.fields["members"]
        assert isinstance(members, forms.MultipleChoiceField)
        members.choices = [(str(each.pk), each.name) for each in people]

    @property
    def named(self) -> list[UUID]:
        """The members who were named."""
        return [UUID(pk) for pk in self.cleaned_data["members"]]

    def clean(self) -> dict[str, Any]:
        """Ask for a name where people are to be named."""
        values = self.cleaned_data
        if values.get("visibility") == Visibility.NAMED and not values.get("members"):
            self.add_error("members", _("Name at least one person, or choose “Only me”."))
        return values
