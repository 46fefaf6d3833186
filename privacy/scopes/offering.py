"""What can be chosen for a set of data: kinds by part of the product, and the fields of those that were chosen."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.apps import apps
from django.utils.text import capfirst

from accounts.terminology import said, word
from privacy.records import fields_of
from privacy.scopes.choosing import offered


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind that can be chosen, with its fields once it is: what they are called, and in words."""

    name: str
    words: str
    is_chosen: bool
    fields: list[tuple[str, str]]


def choice_groups(chosen: Collection[str]) -> list[tuple[str, list[Choice]]]:
    """Return the kinds that an export can hold, in the order of their names, by the app that they belong to."""
    groups: dict[str, list[Choice]] = {}
    for kind in offered():
        is_chosen = kind.name in chosen
        # Of most models Django would make the plural up
        words = _own(str(kind.model._meta.verbose_name))
        some = fields_of(kind) if is_chosen else []
        fields = [(each.name, _own(each.description)) for each in some]
        app = apps.get_app_config(kind.model._meta.app_label)
        groups.setdefault(_own(str(app.verbose_name)), []).append(
            Choice(kind.name, words, is_chosen, fields)
        )
    return [(name, sorted(some, key=lambda each: each.words)) for name, some in groups.items()]


def _own(text: str) -> str:
    """Return a name as this practice says it: models are named once, whatever a practice calls its clients."""
    return capfirst(said(text, word()))
