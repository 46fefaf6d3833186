"""What people type about recalls."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings.models import Recall, RecallType
from bookings.recalls import keeping
from privacy.vocabulary.fields import is_unreadable


class RecallForm(forms.Form):
    """What a client is called back for and by when."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What for"),
        error_messages={"required": gettext_lazy("Choose what they are called back for.")},
    )
    due_on = forms.DateField(
        label=gettext_lazy("Due on"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        error_messages={"required": gettext_lazy("Choose by which day.")},
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, recall: Recall | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = {str(each.pk): each for each in keeping.kinds()}
        if recall is not None:
            self.kinds.setdefault(str(recall.kind_id), recall.kind)
            note = "" if is_unreadable(recall.note) else recall.note
            self.initial.update(kind=str(recall.kind_id), due_on=recall.due_on, note=note)
        self.fields["kind"].choices = [(pk, _words(kind)) for pk, kind in self.kinds.items()]  # type: ignore[attr-defined]

    @property
    def values(self) -> dict[str, Any]:
        """What the verbs take."""
        return self.cleaned_data | {"kind": self.kinds[self.cleaned_data["kind"]]}


class RecallTypeForm(forms.Form):
    """Something that people are called back for."""

    name = forms.CharField(
        label=gettext_lazy("What people are called back for"),
        max_length=60,
        error_messages={"required": gettext_lazy("Write what it is for.")},
    )
    months = forms.IntegerField(
        label=gettext_lazy("After how many months"),
        min_value=1,
        max_value=120,
        initial=6,
        error_messages={"required": gettext_lazy("Enter after how many months.")},
    )


def after(day: date, months: int) -> date:
    """Return the day some months later; where the month is too short, its last day."""
    ahead = day.year * 12 + day.month - 1 + months
    year, month = ahead // 12, ahead % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days
    return date(year, month, min(day.day, last))


def _words(kind: RecallType) -> str:
    months = ngettext("after %(n)d month", "after %(n)d months", kind.months) % {"n": kind.months}
    return _("%(name)s, %(months)s") % {"name": kind.name, "months": months}
