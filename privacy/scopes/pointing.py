"""The rows that other rows point at: the service of an appointment, the template of a note, so that a part stands alone.

Rows about other clients never come along; of the people who work in the practice only what they are called.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import batched
from typing import Any
from uuid import UUID

from accounts.models import Member
from privacy.inventory import Kind, kind_of
from privacy.scopes.pieces import IDS_AT_ONCE, Piece
from privacy.vocabulary.classification import DataClass, Subject

NAMED = ("name",)


def with_pointed_at(pieces: list[Piece], people: Iterable[UUID] = ()) -> list[Piece]:
    """Return the pieces, and behind them the rows they lead to, by kind; `people`: ids of members to be named, too."""
    held = {piece.kind.name for piece in pieces}
    found: dict[str, Piece] = {}
    waiting = list(pieces)
    _add(found, waiting, kind_of(Member), set(people), held)
    while waiting:
        piece = waiting.pop()
        for each in _references(piece):
            target = kind_of(each.related_model)
            if target.is_exported and target.declared.subject != Subject.CLIENT:
                _add(found, waiting, target, _values(piece, each.attname), held)
    return pieces + [found[name] for name in sorted(found)]


def _add(
    found: dict[str, Piece], waiting: list[Piece], kind: Kind, ids: set[UUID], held: set[str]
) -> None:
    """Note rows that are pointed at; those that are new are looked at themselves, too."""
    known = set(found[kind.name].ids or ()) if kind.name in found else set()
    new = ids - known
    if kind.name in held or not new:
        return
    piece = Piece(kind, ids=sorted(known | new), only=_only(kind))
    found[kind.name] = piece
    waiting.append(replace(piece, ids=sorted(new)))


def _references(piece: Piece) -> list[Any]:
    kept = {field.name for field in piece.fields}
    return [
        each.field
        for each in piece.kind.fields
        if each.field.is_relation and each.field.attname in kept
    ]


def _values(piece: Piece, name: str) -> set[UUID]:
    values: set[Any] = set()
    for rows in piece.found():
        values.update(rows.order_by().values_list(name, flat=True).distinct())
    return values - {None}


def _only(kind: Kind) -> frozenset[str]:
    """Return the fields of a row that is pointed at: all, but of somebody who works here what they are called."""
    if kind.declared.subject == Subject.CONTACT:
        return frozenset(
            each.field.attname
            for each in kind.fields
            if each.mark and each.mark.data_class != DataClass.SENSITIVE
        )
    if kind.declared.subject != Subject.USER:
        return frozenset()
    return frozenset(
        each.field.attname
        for each in kind.fields
        if each.field.primary_key
        or each.name in NAMED
        or (each.mark and each.mark.data_class == DataClass.PUBLIC)
    )


def rows_of(kind: Kind, path: str, values: Iterable[UUID]) -> list[UUID]:
    """Return the ids of a kind's rows where `path` leads to one of these values, in order."""
    found: list[UUID] = []
    for some in batched(values, IDS_AT_ONCE, strict=False):
        rows = kind.model._default_manager.filter(**{f"{path}__in": some})
        found += rows.order_by().values_list("pk", flat=True)
    return sorted(found)
