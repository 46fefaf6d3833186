"""The form of the set-up's first step; the others are the forms of hours and services."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.forms import LocationForm


class PlaceForm(LocationForm):
    """The first place where the practice works."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["is_online"]
        self.fields["name"].label = _("Name of the place")
