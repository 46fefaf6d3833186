"""What is known of a client in the practice's own fields: checked against the definitions, kept by token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.templatetags.keepwell import day
from clients.custom import definitions
from clients.models import Client, CustomField, FieldSection
from privacy.vocabulary.fields import is_unreadable

Kind = CustomField.Kind
LONGEST = {Kind.TEXT: 200, Kind.PARAGRAPH: 4000}
EMPTY: tuple[Any, ...] = (None, "", [], False)


@dataclass(frozen=True, slots=True)
class Known:
    """One value in words; `is_archived`: its field is asked for no more."""

    name: str
    words: str
    is_archived: bool


def of_client(client: Client) -> dict[str, Any]:
    """Return a client's values by token; none for a record that can't be read."""
    kept = client.custom
    return {} if is_unreadable(kept) or not kept else dict(kept)


def checked(values: Mapping[str, Any], client: Client) -> dict[str, Any]:
    """Return a client's values with these in place of what was there; what is empty goes, what is not named stays.

    Raises `ValidationError` for a token that no field in use has, and for a value that its field can't hold.
    """
    live = {
        str(field.token): field
        for _section, fields in definitions.asked(definitions.sections())
        for field in fields
    }
    kept = of_client(client)
    for token, value in values.items():
        if token not in live:
            raise ValidationError(_("There is no such field."))
        clean = cleaned(live[token], value, kept.get(token))
        if clean in EMPTY:
            kept.pop(token, None)
        else:
            kept[token] = clean
    return kept


def cleaned(field: CustomField, value: Any, before: Any = None) -> Any:
    """Return a value as it is kept: text, an ISO date, digits, tokens, or True.

    An archived option stays where it was chosen before. Raises `ValidationError`.
    """
    if value in EMPTY:
        return None
    options = {str(each.token): each for each in field.options.all()}
    chosen = before if isinstance(before, list) else [before]
    live = {t for t, each in options.items() if each.archived_at is None or t in chosen}
    try:
        if field.kind == Kind.CHOICES:
            tokens = [str(each) for each in value]
            if isinstance(value, str) or not set(tokens) <= live:
                raise ValueError
            return [token for token in options if token in tokens]
        if field.kind == Kind.CHOICE:
            if str(value) not in live:
                raise ValueError
            return str(value)
        if field.kind == Kind.DATE:
            return (value if isinstance(value, date) else date.fromisoformat(value)).isoformat()
        if field.kind == Kind.NUMBER:
            return _digits(value)
        if field.kind == Kind.CHECKBOX:
            return bool(value)
        text = str(value).strip()
        if len(text) > LONGEST[Kind(field.kind)]:
            raise ValueError
    except (ValueError, TypeError, InvalidOperation):
        raise ValidationError(_("“%(name)s” can’t hold this.") % {"name": field.name}) from None
    return text


def told(client: Client, known: Sequence[FieldSection]) -> list[tuple[str, list[Known]]]:
    """Return what is known of a client, section by section, in words; archived fields with a value too."""
    kept = of_client(client)
    found = []
    for section in known:
        lines = [
            Known(
                field.name,
                words(field, kept[str(field.token)]),
                field.archived_at is not None or section.archived_at is not None,
            )
            for field in section.fields.all()
            if str(field.token) in kept
        ]
        if lines:
            found.append((section.name, lines))
    return found


def words(field: CustomField, value: Any) -> str:
    """Return a kept value as people read it."""
    labels = {str(each.token): each.label for each in field.options.all()}
    if field.kind == Kind.CHOICES:
        return ", ".join(labels.get(each, "?") for each in value)
    if field.kind == Kind.CHOICE:
        return labels.get(value, "?")
    if field.kind == Kind.DATE:
        return str(day(date.fromisoformat(value)))
    if field.kind == Kind.CHECKBOX:
        return _("Yes")
    return str(value)


def _digits(value: Any) -> str:
    number = Decimal(str(value))
    if not number.is_finite() or len(number.as_tuple().digits) > 20:
        raise ValueError
    return format(number, "f")
