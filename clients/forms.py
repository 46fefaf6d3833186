"""What people type to find a client, and about alerts and files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from clients import documents
from clients.models import Alert


class SearchForm(forms.Form):
    """Words that a client is looked for by; they travel by POST, never in an address."""

    q = forms.CharField(
        label=gettext_lazy("Name, phone, e-mail or birth date"),
        max_length=120,
        error_messages={"required": gettext_lazy("Enter what you are looking for.")},
    )


class AlertForm(forms.Form):
    """An alert."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is it about?"),
        choices=Alert.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what the alert is about.")},
    )
    severity = forms.ChoiceField(
        label=gettext_lazy("How grave is it?"),
        choices=Alert.Severity.choices,
        initial=Alert.Severity.CARE,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how grave it is.")},
    )
    text = forms.CharField(
        label=gettext_lazy("What must people know?"),
        max_length=300,
        help_text=gettext_lazy(
            "One short sentence. It shows on the client, in the diary and beside notes."
        ),
        error_messages={"required": gettext_lazy("Write what people must know.")},
    )


class FileForm(forms.Form):
    """A file for a client."""

    forgets = True  # no browser shows a chosen file again

    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=1000,
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose a file.")},
    )

    def __init__(self, *args: Any, content_length: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A file above the upload limit never reaches the form: its length alone tells what happened
        if content_length > documents.LARGEST:
            self.fields["file"].error_messages["required"] = documents.too_large(content_length)

    def clean_file(self) -> Any:
        """Refuse what can't be kept, by its content."""
        documents.checked(self.cleaned_data["file"])
        return self.cleaned_data["file"]
