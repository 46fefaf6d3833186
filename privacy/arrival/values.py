"""Turns a row of an archive into values of this account: of their types, with their ids, or with a word why not."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models

from privacy import records
from privacy.arrival import order
from privacy.inventory import Kind
from privacy.vocabulary.classification import Settled
from privacy.vocabulary.fields import EncryptedField, EncryptedJSONField
from privacy.vocabulary.former import Names
from privacy.vocabulary.placement import ControlRef

Values = dict[str, Any]


class Misfit(ValueError):
    """A value can't be one of its field; the text names the field and never the value."""


def is_brought(kind: Kind) -> bool:
    """Tell whether an archive brings rows of this kind."""
    return kind.is_exported and not isinstance(kind.declared.arrives, str)


def not_brought() -> dict[str, str]:
    """Return the kinds that are in an archive and are not brought, each with the reason."""
    return {
        kind.name: str(kind.declared.arrives)
        for kind in order.in_order()
        if kind.is_exported and not is_brought(kind)
    }


def values_of(kind: Kind, row: dict[str, Any], names: Names, brought: set[str]) -> Values:
    """Return a row of an archive as values of the model's fields; raise `Misfit`."""
    found: Values = {}
    targets = order.references(kind)
    for each in records.held_fields(kind):
        field = each.field
        name = field.attname
        if name == "account_id":
            continue
        if name not in row or (name in targets and targets[name] not in brought):
            found[name] = _empty(field)
            continue
        found[name] = _value(field, row[name], names)
    rule = kind.declared.arrives
    if isinstance(rule, Settled) and found[rule.field] in rule.waiting:
        found[rule.field] = rule.done
    return found


def _empty(field: Any) -> Any:
    """Return what a field holds that an older archive doesn't know, or whose value couldn't be read."""
    if field.null or field.has_default():
        return field.get_default()
    if isinstance(field, EncryptedJSONField):
        return {}
    if field.empty_strings_allowed:
        return ""
    raise Misfit(f"{field.attname} is missing")


def _value(field: Any, value: Any, names: Names) -> Any:
    if value is None:
        return None if field.null else _empty(field)
    try:
        found = _typed(field, value, names)
    except (ValueError, TypeError, ValidationError, ArithmeticError, RecursionError):
        raise Misfit(f"{field.attname} is not of its type") from None
    _fits(field, found)
    return found


def _typed(field: Any, value: Any, names: Names) -> Any:
    if isinstance(field, EncryptedJSONField | models.JSONField):
        return names.all_in(value)
    if isinstance(field, models.BinaryField) and not isinstance(field, EncryptedField):
        return bytes.fromhex(value)
    if isinstance(field, models.UUIDField | models.ForeignKey):
        return UUID(value if isinstance(field, ControlRef) else names.text(value))
    if isinstance(value, str) and isinstance(field, models.CharField | models.TextField):
        return names.text(value)
    if isinstance(value, str) and isinstance(field, EncryptedField):
        return field.to_python(names.text(value))
    found = field.to_python(value)
    if isinstance(found, datetime) and found.tzinfo is None:
        raise ValueError("a time without a zone")
    return found


def _fits(field: Any, value: Any) -> None:
    """Refuse what the database would refuse, and words that are none of those a field knows."""
    if isinstance(value, str):
        most = field.max_length
        if most is not None and len(value) > most:
            raise Misfit(f"{field.attname} is too long")
        if "\x00" in value:
            raise Misfit(f"{field.attname} holds what no text holds")
    if isinstance(field, models.JSONField) and "\\u0000" in json.dumps(value):
        raise Misfit(f"{field.attname} holds what no text holds")
    if field.choices and value not in ("", None, *(key for key, _ in field.flatchoices)):
        raise Misfit(f"{field.attname} is none of the words it knows")
    if isinstance(field, models.IntegerField):
        try:
            field.run_validators(value)
        except ValidationError:
            raise Misfit(f"{field.attname} is out of range") from None
