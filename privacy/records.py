"""The rows of a kind as an export writes them: opened, in chunks, with what stays out and why (EX-1, EX-4)."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import batched, chain
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import QuerySet

from accounts import audit
from accounts.models import AuditEvent
from privacy.export.archive import Field
from privacy.export.container import file_path
from privacy.export.stored import Stored, sum_up
from privacy.inventory import Kind, KindField
from privacy.models import CarriedDetail, Erasure
from privacy.vocabulary import keyring, scope, sealing
from privacy.vocabulary.classification import DataClass
from privacy.vocabulary.fields import (
    BlindIndexField,
    EncryptedCharField,
    EncryptedDateField,
    EncryptedField,
    EncryptedJSONField,
    is_unreadable,
)

CHUNK = 500
KEYS_HELD = 5_000
FILE = "file"
OPENED = "detail_opened"

Gap = Callable[[str, str], object]

_TYPES = (
    (EncryptedDateField, "date"),
    (EncryptedJSONField, "json"),
    (EncryptedField, "text"),
    (models.UUIDField, "uuid"),
    (models.ForeignKey, "uuid"),
    (models.BooleanField, "boolean"),
    (models.DateTimeField, "datetime"),
    (models.DateField, "date"),
    (models.TimeField, "time"),
    (models.DurationField, "duration"),
    (models.DecimalField, "decimal"),
    (models.IntegerField, "integer"),
    (models.BinaryField, "hex"),
    (models.CharField, "text"),
    (models.TextField, "text"),
)


def fields_of(kind: Kind, only: Collection[str] = ()) -> list[Field]:
    """Return the columns of a kind in an export, by name, type, class and purpose; of those in `only`, if it has any."""
    found = [_column(field) for field in held_fields(kind, only)]
    if _has_file(kind, only):
        words = "the file itself, below files/"
        found.append(Field(FILE, "file", DataClass.SENSITIVE, "care", words))
    if _is_opened(kind, only):
        words = "what `detail` says, opened; empty when its client was erased"
        found.append(Field(OPENED, "json", DataClass.SENSITIVE, "operations", words))
    return found


def key_of(kind: Kind) -> str:
    """Return the name of the column that tells the rows of a kind apart."""
    return str(kind.model._meta.pk.attname)


def left_out_fields(kind: Kind, only: Collection[str] = ()) -> dict[str, str]:
    """Return the fields of a kind that an export leaves out, each with the reason."""
    return {f.name: reason for f in kind.fields if (reason := _reason_to_leave(kind, f, only))}


def stored_of(kind: Kind, found: Iterable[QuerySet[Any]], only: Collection[str] = ()) -> Stored:
    """Return what the database counts of these rows, and the sum of their hashes over what isn't sealed (EX-2)."""
    return sum_up(found, [field.field for field in held_fields(kind, only)])


def set_apart(among: Iterable[Kind]) -> dict[str, QuerySet[Any]]:
    """Return by kind the rows that stand apart from the ordinary record."""
    return {
        kind.name: kind.model._default_manager.filter(**{kind.declared.apart: True})
        for kind in among
        if kind.declared.apart
    }


def rows(
    kind: Kind,
    gap: Gap,
    *,
    found: Iterable[QuerySet[Any]] | None = None,
    only: Collection[str] = (),
) -> Iterator[dict[str, object]]:
    """Yield the rows of a kind, or those `found`, opened; what can't be read becomes a gap, never a word."""
    kept = [(field.field.attname, field.field) for field in held_fields(kind, only)]
    held, erased = 0, _erased() if kind.declared.client else set()
    each_of = found if found is not None else [kind.model._default_manager.order_by("pk")]
    streams = chain.from_iterable(some.iterator(chunk_size=CHUNK) for some in each_of)
    for chunk in batched(streams, CHUNK, strict=False):
        held += fetch_keys(kind, chunk)
        for row in chunk:
            yield _row(kind, row, kept, gap if _whose(kind, row) not in erased else _no_gap, only)
        scope.current().reads.clear()  # one event tells of the whole export
        if held > KEYS_HELD:
            keyring.forget()
            held = 0


def _row(
    kind: Kind, row: Any, kept: Iterable[tuple[str, Any]], gap: Gap, only: Collection[str]
) -> dict[str, object]:
    values: dict[str, object] = {}
    for name, field in kept:
        value = getattr(row, name)
        if getattr(field, "is_sealed", False) and is_unreadable(value):
            gap(f"{kind.name}/{row.pk}/{name}", "the value can't be read")
            value = "" if gap is _no_gap and isinstance(field, EncryptedCharField) else None
        values[name] = value
    stored = kind.declared.file
    if stored and _has_file(kind, only):
        name = getattr(row, stored.name)
        is_here = bool(getattr(row, stored.storage_key))
        values[FILE] = (
            file_path(row.pk, "file" if is_unreadable(name) else name) if is_here else None
        )
    if _is_opened(kind, only):
        values[OPENED] = detail_of(row)
    return values


def _erased() -> set[UUID]:
    """Return the ids of clients who were erased: what stands of their rows is empty, and nothing is missing."""
    return set(Erasure.objects.values_list("client_id", flat=True))


def _whose(kind: Kind, row: Any) -> UUID | None:
    path = kind.declared.client
    return getattr(row, path) if path else None


def _no_gap(_name: str, _reason: str) -> None:
    """Stands for the list of gaps where none is one."""


def detail_of(event: Any) -> object:
    """Return an event's opened detail; None when it has none or its key was destroyed on purpose.

    What was sealed before the account moved here is found beside the event, sealed anew.
    """
    if event.detail is None:
        return None
    payload = bytes(event.detail)
    try:
        key = keyring.opening_key(sealing.key_id(payload), event.client_id)
        return json.loads(sealing.unseal(payload, key, audit.detail_place(event)))
    except sealing.Unreadable:
        carried = CarriedDetail.objects.filter(pk=event.pk).first()
        return None if carried is None or is_unreadable(carried.detail) else carried.detail


def fetch_keys(kind: Kind, chunk: Iterable[Any]) -> int:
    """Load the keys of the clients whom these rows are about, at once; return how many clients."""
    path = "client_id" if kind.model is AuditEvent else kind.declared.client
    if not path:
        return 0
    ids: set[UUID] = {getattr(row, path) for row in chunk} - {None}
    keyring.prefetch(ids)
    return len(ids)


def held_fields(kind: Kind, only: Collection[str] = ()) -> list[KindField]:
    """Return the fields of a kind that an export holds; of those in `only`, if it has any."""
    return [field for field in kind.fields if not _reason_to_leave(kind, field, only)]


def _has_file(kind: Kind, only: Collection[str]) -> bool:
    return kind.declared.file is not None and (not only or FILE in only)


def _is_opened(kind: Kind, only: Collection[str]) -> bool:
    return kind.model is AuditEvent and (not only or OPENED in only)


def _reason_to_leave(kind: Kind, field: KindField, only: Collection[str]) -> str:
    stored = kind.declared.file
    if only and field.field.attname not in only:
        return "not asked for"
    if isinstance(field.field, BlindIndexField):
        return "a keyed hash for look-ups, made again from its source"
    if stored and field.name == stored.file_key:
        return "the key of a file that is here in plain"
    if stored and field.name == stored.storage_key:
        return "where the file lay; here it is under `file`"
    return ""


def _column(each: KindField) -> Field:
    field: Any = each.field
    kind = next(name for cls, name in _TYPES if isinstance(field, cls)) if _typed(field) else "json"
    words = str(field.help_text or field.verbose_name)
    target = field.related_model._meta.label_lower if field.is_relation else None
    if each.mark is None:
        raise LookupError(f"{each.name} has no class.")
    return Field(field.attname, kind, each.mark.data_class, each.mark.purpose, words, target)


def _typed(field: Any) -> bool:
    return isinstance(field, tuple(cls for cls, _ in _TYPES))
