"""What people say about files as they add them, and afterwards."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy

from clients.documents import keeping
from clients.documents.keeping import About
from clients.models import Document


class Files(forms.ClearableFileInput):
    """A chooser of several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each fit to be kept."""

    widget = Files

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[bytes]]:
        """Return the files; refuse all when one can't be kept, by its content, and name it."""
        chosen = data if isinstance(data, list | tuple) else [data] if data else []
        if not chosen:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        cleaned, refused = [], []
        for each in chosen:
            try:
                cleaned.append(super().clean(each, initial))
                keeping.checked(each)
            except forms.ValidationError as error:
                name = f"{keeping.name_of(each)}: " if len(chosen) > 1 else ""
                refused += [f"{name}{words}" for words in error.messages]
        if refused:
            raise forms.ValidationError(refused)
        return cleaned


class AboutForm(forms.Form):
    """What is said about a file, or about several that are added together."""

    category = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=Document.Category.choices,
        initial=Document.Category.OTHER,
        required=False,
    )
    dated_on = forms.DateField(
        label=gettext_lazy("Date on it"),
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("For example: MRI of the left knee."),
    )

    visibility = forms.ChoiceField(
        label=gettext_lazy("Who sees it"),
        choices=Document.Visibility.choices,
        initial=Document.Visibility.CLINICIANS,
        required=False,
    )

    def about(self, visibility: str = Document.Visibility.CLINICIANS) -> About:
        """Return what was said; `visibility` is what holds where nothing was."""
        said = self.cleaned_data
        category = said["category"] or Document.Category.OTHER
        return About(
            said["description"],
            category,
            said["dated_on"],
            said.get("visibility") or visibility,
        )


def _be_for_the_desk(form: AboutForm) -> None:
    """Offer what somebody can choose who reads no clinical records: a file of their own would be kept from them."""
    field: Any = form.fields["visibility"]
    seen = Document.Visibility
    field.choices = [(each.value, each.label) for each in (seen.EVERYONE, seen.CLINICIANS)]
    field.initial = seen.EVERYONE
    field.help_text = gettext_lazy("What is for those who read notes, you won’t see any more.")


class FilesForm(AboutForm):
    """Files for a client, and what is said about all of them."""

    forgets = True  # no browser shows a chosen file again

    files = FilesField(  # type: ignore[assignment]  # the form’s own `files` is set on instances
        label=gettext_lazy("Files"),
        max_length=1000,
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose a file.")},
    )
    keep_original = forms.BooleanField(
        label=gettext_lazy("Keep the originals of pictures and films, too"),
        required=False,
        help_text=gettext_lazy(
            "They tell where, when and with which camera they were taken. Otherwise only a copy without all that is kept."
        ),
    )
    field_order = ("files", "category", "dated_on", "visibility", "description", "keep_original")

    def __init__(
        self, *args: Any, reads_records: bool = True, content_length: int = 0, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if not reads_records:
            _be_for_the_desk(self)
        # Files above the limit never reach the form: its length alone tells what happened
        if content_length > settings.FORM_LARGEST:
            words = keeping.too_large(content_length)
            self.fields["files"].error_messages["required"] = words


class DetailsForm(AboutForm):
    """What is said about a file that is kept, its name included."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=255,
        error_messages={"required": gettext_lazy("Enter a name for the file.")},
    )
    field_order = ("name", "category", "dated_on", "description", "visibility")

    def __init__(self, *args: Any, may_share: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_share:
            del self.fields["visibility"]


class AnnouncedForm(forms.Form):
    """A file that is about to come in parts."""

    name = forms.CharField(
        max_length=1000, error_messages={"required": gettext_lazy("The file has no name.")}
    )
    size = forms.IntegerField(
        min_value=0, error_messages={"required": gettext_lazy("The file has no size.")}
    )
    mark = forms.CharField(max_length=60, required=False)
