"""Rows of tables to be, as the cells that PostgreSQL takes: sealed where the field is, else in its own writing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connections, models

from clients.importing.kinds import Built
from privacy.vocabulary import keyring, scope, sealing
from privacy.vocabulary.fields import BlindIndexField, EncryptedField

Cells = list[bytes | None]


class _Plain(NamedTuple):
    place: int
    name: str
    default: Callable[[], Any]
    is_json: bool


class _Sealed(NamedTuple):
    place: int
    name: str
    key: bytes
    field: EncryptedField
    may_be_null: bool


class _Blind(NamedTuple):
    place: int
    name: str
    source: str
    index_of: Callable[[str], bytes]


class Table:
    """How the rows of one model are written."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        fields: list[Any] = list(model._meta.concrete_fields)
        self.columns = [str(field.column) for field in fields]
        self.width = len(fields)
        self.plain = [
            _Plain(place, field.attname, field.get_default, isinstance(field, models.JSONField))
            for place, field in enumerate(fields)
            if not isinstance(field, EncryptedField | BlindIndexField)
        ]
        self.sealed = [
            _Sealed(place, field.attname, field.attname.encode(), field, field.null)
            for place, field in enumerate(fields)
            if isinstance(field, EncryptedField)
        ]
        self.blind = [
            _Blind(place, field.attname, field.source, field.index_of)
            for place, field in enumerate(fields)
            if isinstance(field, BlindIndexField)
        ]
        self.keys = [each.key for each in self.sealed]

    def cells(self, built: Built) -> Cells:
        """Return the cells of a row in the order of `columns`."""
        active, given = scope.current(), built.values
        cells: Cells = [None] * self.width
        own = {"id": built.pk, "account_id": active.account_id}
        for place, name, default, is_json in self.plain:
            value = own[name] if name in own else given[name] if name in given else default()
            cells[place] = json.dumps(value).encode() if is_json else written(value)
        if self.sealed:
            stem = sealing.place(
                active.region,
                active.account_id,
                built.client_id,
                self.model._meta.label,
                built.pk,
                "",
            )
            key = keyring.sealing_key(built.client_id)
            texts = [_text(each, given) for each in self.sealed]
            for each, value in zip(
                self.sealed, sealing.seal_row(texts, key, stem, self.keys), strict=True
            ):
                cells[each.place] = value
        for place, name, source, index_of in self.blind:
            value = given.get(source)
            cells[place] = given.get(name) or (index_of(str(value)) if value else None)
        return cells

    def values(self, alias: str, instead: Mapping[str, str]) -> str:
        """Return the SQL that reads the cells again, column by column; `instead` gives SQL for some."""
        connection, parts = connections[alias], []
        for number, field in enumerate(self.model._meta.concrete_fields, 1):
            kind = str(field.db_type(connection))
            if field.column in instead:
                parts.append(instead[str(field.column)])
            elif kind == "bytea":
                parts.append(f"s.cells[{number}]")
            else:
                parts.append(f"convert_from(s.cells[{number}], 'UTF8')::{kind}")
        return ", ".join(parts)


@cache
def table_of(model: type[models.Model]) -> Table:
    """Return how the rows of a model are written."""
    return Table(model)


def written(value: Any) -> bytes | None:
    """Return a value as PostgreSQL reads it; bytes as they are."""
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, bool):
        return b"t" if value else b"f"
    if isinstance(value, datetime | date | time):
        return value.isoformat().encode()
    if isinstance(value, str | int | float | UUID):
        return str(value).encode()
    raise TypeError(f"{type(value).__name__} can't be written")


def _text(each: _Sealed, given: Mapping[str, Any]) -> str | None:
    """Return what is sealed for a field: nothing where it may be empty and is."""
    value = given[each.name] if each.name in given else each.field.get_default()
    if value is None or (value == "" and each.may_be_null):
        return None
    return each.field.to_text(value)
