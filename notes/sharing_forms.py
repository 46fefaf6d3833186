"""The forms by which an author says who reads a note, and others say why they open one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notes import rules
from notes.models import Note, Visibility
from notes.sharing import REASON_LENGTH


class ReadersForm(forms.Form):
    """Who reads a note; `named` gives the members who were chosen."""

    visibility = forms.ChoiceField(
        label=gettext_lazy("Who may read it once it is signed"),
        choices=Visibility.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose who may read it.")},
    )
    members = forms.MultipleChoiceField(
        label=gettext_lazy("People I name"), widget=forms.CheckboxSelectMultiple, required=False
    )
    restricted = forms.BooleanField(
        label=gettext_lazy("Restricted: opened with a click and a reason, never shown by itself"),
        required=False,
    )

    def __init__(self, note: Note, data: Any = None) -> None:
        named = [str(pk) for pk in note.readers.values_list("member_id", flat=True)]
        initial = {
            "visibility": note.visibility,
            "restricted": note.is_restricted,
            "members": named,
        }
        super().__init__(data, initial=initial)
        members = self.fields["members"]
        assert isinstance(members, forms.MultipleChoiceField)
        members.choices = [
            (str(each.pk), each.name) for each in rules.clinicians(but=note.author.member_id)
        ]

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


class OpeningForm(forms.Form):
    """Why somebody opens a note that is kept from them."""

    reason = forms.CharField(
        label=gettext_lazy("Why do you open it?"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": REASON_LENGTH}),
        error_messages={"required": gettext_lazy("Give the reason: it stays on record.")},
    )
