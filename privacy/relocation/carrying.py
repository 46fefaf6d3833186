"""Which rows of an account are carried to another region, read here as they will be written there."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any
from uuid import UUID

from accounts.models import AccountAnchor, AuditEvent, AuditHead, AuditQueue, OutboxJob
from accounts.tenancy import AccountRef, acting_in
from privacy import records
from privacy.arrival import order
from privacy.export.table import plain
from privacy.export.verify_export import canonical
from privacy.inventory import Kind
from privacy.models import CarriedDetail, Export
from privacy.vocabulary.fields import BlindIndexField, Sealed, is_unreadable
from privacy.vocabulary.scope import Purpose

# These have ways of their own
_APART = (AccountAnchor, AuditEvent, AuditHead, AuditQueue, CarriedDetail, OutboxJob)
CHUNK, FILES_AT_ONCE = 500, 20
UNREADABLE = "unreadable"

Values = dict[str, Any]


@cache
def carried() -> tuple[Kind, ...]:
    """Return the kinds whose rows are carried, each after those that it points at."""
    return tuple(
        kind for kind in order.in_order() if kind.model not in _APART and not left_behind(kind)
    )


def left_behind(kind: Kind) -> bool:
    """Tell whether rows of a kind are passing, and are made again where they are missed: sessions, pictures, pieces."""
    return not kind.is_exported and kind.declared.deletable


def read(
    account: AccountRef, kind: Kind, *, after: UUID | None = None, ids: Iterable[UUID] | None = None
) -> list[Values]:
    """Return the next rows of a kind in the order of their keys, opened; what can't be opened stays sealed as it is."""
    size = FILES_AT_ONCE if kind.declared.file else CHUNK
    with acting_in(account, purpose=Purpose.MAINTENANCE) as active:
        rows = kind.model._default_manager.order_by("pk")
        rows = rows.filter(pk__gt=after) if after else rows
        rows = rows.filter(pk__in=list(ids)) if ids is not None else rows
        chunk = list(rows[:size])
        records.fetch_keys(kind, chunk)
        found = [_values(kind, row) for row in chunk]
        active.reads.clear()  # one event tells of the whole move
        active.unreadable.clear()
        return found


def _values(kind: Kind, row: Any) -> Values:
    values: Values = {}
    for each in kind.fields:
        field: Any = each.field
        if isinstance(field, BlindIndexField):
            continue  # made anew from what it stands for
        value = getattr(row, field.attname)
        if getattr(field, "is_sealed", False) and is_unreadable(value):
            value = Sealed(row.__dict__["_kept_sealed"][field.attname][0].payload)
        values[field.attname] = value
    return _without_archive(row, values) if isinstance(row, Export) else values


def _without_archive(export: Export, values: Values) -> Values:
    """An archive isn't carried, as it is a copy: what is ready counts as deleted, what is being made as interrupted."""
    if export.is_ready:
        values |= {"state": Export.State.DELETED}
    elif export.is_under_way:
        values |= {"state": Export.State.FAILED, "problem": "interrupted"}
    return {**values, "storage_key": "", "file_key": ""}


def line(kind: Kind, values: Values) -> bytes:
    """Return the bytes by which a row is compared: all that an export would say of it."""
    names = [each.field.attname for each in records.held_fields(kind)]
    return canonical({name: _plain(values[name]) for name in names})


def _plain(value: Any) -> object:
    return UNREADABLE if isinstance(value, Sealed) else plain(value)
