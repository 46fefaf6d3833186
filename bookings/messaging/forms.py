"""What people enter about messages: the words of a kind, the practice's choices, what the log shows."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.messaging.wording import NEEDED, Words, unknown
from bookings.models import Message, MessageSettings

LONGEST_TEXT = 480  # three or four parts of a text message
MOST_HOURS = 336


class WordsForm(forms.Form):
    """The subject and text of one kind of message, with placeholders of its own list."""

    subject = forms.CharField(
        label=gettext_lazy("Subject"),
        max_length=150,
        error_messages={"required": gettext_lazy("Enter a subject.")},
    )
    body = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 14}),
        error_messages={"required": gettext_lazy("Enter the text.")},
    )

    def __init__(self, *args: Any, category: str, channel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.category = category
        if channel == Message.Channel.SMS:
            del self.fields["subject"]
            self.fields["body"].widget.attrs["rows"] = 5
            self.fields["body"].validators.append(MaxLengthValidator(LONGEST_TEXT))

    def clean_subject(self) -> str:
        """Refuse unknown placeholders; return the subject in one line."""
        return self._known(" ".join(str(self.cleaned_data["subject"]).split()))

    def clean_body(self) -> str:
        """Refuse unknown placeholders, and a text without those that it can't do without."""
        text = self._known("\n".join(str(self.cleaned_data["body"]).splitlines()))
        missing = [name for name in NEEDED[self.category] if f"{{{name}}}" not in text]
        if missing:
            raise forms.ValidationError(
                _("Put %(name)s into the text: without it nobody knows what it is about.")
                % {"name": f"{{{missing[0]}}}"}
            )
        return text

    def _known(self, text: str) -> str:
        strange = unknown(text, self.category)
        if strange:
            raise forms.ValidationError(
                _("There is no placeholder {%(name)s}. Choose from the list.")
                % {"name": strange[0][:40]}
            )
        return text

    @property
    def words(self) -> Words:
        """What was entered."""
        return Words(self.cleaned_data.get("subject", ""), self.cleaned_data["body"])

    @property
    def draft(self) -> Words:
        """What stands in the fields, faulty or not, for the preview."""
        return Words(
            str(self["subject"].value()) if "subject" in self.fields else "",
            str(self["body"].value() or ""),
        )


class ChoicesForm(forms.Form):
    """When the practice writes to its clients, and what it tells them of."""

    reminder_hours = forms.IntegerField(
        label=gettext_lazy("First reminder"),
        min_value=0,
        max_value=MOST_HOURS,
        help_text=gettext_lazy("Hours before the appointment. 0: none."),
        error_messages={"required": gettext_lazy("Enter the hours, 0 for no reminder.")},
    )
    second_reminder_hours = forms.IntegerField(
        label=gettext_lazy("Second reminder"),
        min_value=1,
        max_value=MOST_HOURS,
        required=False,
        help_text=gettext_lazy("Hours before the appointment. Empty: none."),
    )
    quiet_from = forms.TimeField(
        label=gettext_lazy("Quiet from"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": gettext_lazy("Enter when the quiet hours begin.")},
    )
    quiet_until = forms.TimeField(
        label=gettext_lazy("Quiet until"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": gettext_lazy("Enter when the quiet hours end.")},
    )
    tells_of_booking = forms.BooleanField(label=gettext_lazy("Bookings"), required=False)
    tells_of_change = forms.BooleanField(label=gettext_lazy("Changes"), required=False)
    tells_of_cancelling = forms.BooleanField(label=gettext_lazy("Cancellations"), required=False)


def initial_of(chosen: MessageSettings) -> dict[str, Any]:
    """Return the practice's choices as the form shows them."""
    return {name: getattr(chosen, name) for name in ChoicesForm.base_fields}


class FilterForm(forms.Form):
    """What the log shows: codes and a day, nothing personal, so that it may stand in the address."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=[("", gettext_lazy("Every state")), *Message.State.choices],
        required=False,
    )
    category = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[("", gettext_lazy("Every kind")), *Message.Category.choices],
        required=False,
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"),
        choices=[("", gettext_lazy("Every channel")), *Message.Channel.choices],
        required=False,
    )
    day = forms.DateField(
        label=gettext_lazy("Day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    @property
    def chosen(self) -> dict[str, str | date]:
        """Return the filters that were chosen; what can't be read filters nothing."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
