"""Two records in words, field beside field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from clients import phones
from clients.merging import as_text
from clients.models import Client
from clients.records import EDITABLE
from clients.views.showing import birth_day
from privacy.vocabulary.fields import is_unreadable


@dataclass(frozen=True, slots=True)
class Field:
    """One field in both records; `takes` says whether the other's value is proposed."""

    name: str
    label: str
    own: str
    other: str
    differs: bool
    takes: bool


def of(client: Client, other: Client, country: str) -> list[Field]:
    """Return the fields of which either record says something; those that differ first, in the order of the form."""
    found = []
    for name in EDITABLE:
        own, theirs = getattr(client, name), getattr(other, name)
        if not (_says(own) or _says(theirs)):
            continue
        differs = as_text(own) != as_text(theirs)
        takes = differs and not _says(own) and not is_unreadable(theirs)
        words = (shown(name, own, country), shown(name, theirs, country))
        found.append(Field(name, label(name), *words, differs, takes))
    return sorted(found, key=lambda each: not each.differs)


def going_back(
    client: Client, values: Iterable[tuple[str, Any, Any]], country: str
) -> list[tuple[str, str, str]]:
    """Return in words what undoing a merge would set back: field, what it says now, what it will say."""
    return [
        (label(name), shown(name, now, country), shown(name, before, country))
        for name, before, now in values
    ]


def label(name: str) -> str:
    """Return what a field is called."""
    return capfirst(str(Client._meta.get_field(name).verbose_name))  # type: ignore[union-attr]


def shown(name: str, value: Any, country: str) -> str:
    """Return a field's value as people read it; a dash for nothing."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, date):
        return birth_day(value)
    if isinstance(value, models.Model) or not value:
        return str(value or "–")
    if name == "phone":
        return phones.shown(value, country)
    choices = Client._meta.get_field(name).choices  # type: ignore[union-attr]
    named: dict[Any, Any] = dict(settings.LANGUAGES if name == "language" else choices or ())
    return str(named.get(value, value))


def _says(value: Any) -> bool:
    return bool(value) or value is False
