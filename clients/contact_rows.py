"""A form field for several phones or mail addresses: a row each with what it is for, and an empty one to add more."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from clients import phones
from clients.models import ContactPoint
from clients.reaching import MOST, Kind, Line


class Rows(forms.Widget):
    """A choice and an input for each line; named `<name>` and `<name>_use`, so that a plain form carries them."""

    use_fieldset = True

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        uses = ContactPoint.Use
        is_phone = kind == Kind.PHONE
        self.uses = [each for each in uses.choices if is_phone or each[0] != uses.MOBILE]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Line]:
        posted = data if isinstance(data, MultiValueDict) else MultiValueDict()
        values, uses = posted.getlist(name), posted.getlist(f"{name}_use")
        known = [key for key, _label in self.uses]
        uses += [known[0]] * len(values)
        return [
            Line(use if use in known else known[0], value.strip())
            for use, value in zip(uses, values, strict=False)
            if value.strip()
        ]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        lines: list[Line] = list(value or [])
        context = {
            "name": name,
            "id": (attrs or {}).get("id", f"id_{name}"),
            "rows": [*lines, Line(self.uses[0][0], "")][:MOST],
            "most": MOST,
            "uses": self.uses,
            "is_phone": self.kind == Kind.PHONE,
        }
        return render_to_string("components/contact_rows.html", context)


class LinesField(forms.Field):
    """Several phones or mail addresses, each checked."""

    def __init__(self, *, kind: str, **kwargs: Any) -> None:
        self.kind, self.country = kind, ""
        super().__init__(required=False, widget=Rows(kind), **kwargs)

    def clean(self, value: Any) -> list[Line]:
        lines: list[Line] = list(value or [])
        if len(lines) > MOST:
            raise ValidationError(_("At most %(n)d can be kept.") % {"n": MOST})
        faults = [fault for line in lines if (fault := self._fault(line.value))]
        if faults:
            raise ValidationError(faults)
        return lines

    def has_changed(self, initial: Any, data: Any) -> bool:
        def told(lines: Any) -> list[tuple[str, str]]:
            return [(each.use, self._plain(each.value)) for each in lines or []]

        return told(initial) != told(data)

    def words(self, value: Any) -> str:
        """Return lines as people read them."""
        names = dict(ContactPoint.Use.choices)
        return "\n".join(f"{line.value} ({names[line.use]})" for line in value or [])

    def _plain(self, value: str) -> str:
        return phones.kept(value, self.country) if self.kind == Kind.PHONE else value

    def _fault(self, value: str) -> str:
        try:
            phones.normalised(value, self.country) if self.kind == Kind.PHONE else validate_email(
                value
            )
        except (ValueError, ValidationError):
            if self.kind == Kind.PHONE:
                return _("“%(value)s” is no whole phone number.") % {"value": value}
            return _("“%(value)s” is no e-mail address.") % {"value": value}
        return ""
