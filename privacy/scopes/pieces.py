"""A plan of an export: which kinds, which of their rows, which of their fields, and why the rest stays out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from privacy.export.archive import Field
from privacy.export.stored import Stored
from privacy.inventory import Kind
from privacy.records import FILE, Gap, fields_of, left_out_fields, rows, stored_of

IDS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Piece:
    """The rows of one kind: those of a condition, or those of a list of ids; with some of their fields, or with all."""

    kind: Kind
    where: Q = field(default_factory=Q)
    ids: Sequence[UUID] | None = None
    only: frozenset[str] = frozenset()

    @property
    def fields(self) -> list[Field]:
        """What the archive says of its columns."""
        return fields_of(self.kind, self.only)

    @property
    def left_out(self) -> dict[str, str]:
        """The fields that stay out, each with the reason."""
        return left_out_fields(self.kind, self.only)

    def found(self) -> Iterator[QuerySet[Any]]:
        """Yield the rows in the order of their keys: one query, or one for every thousand ids."""
        every: QuerySet[Any] = self.kind.model._default_manager.order_by("pk")
        if self.ids is None:
            yield every.filter(self.where)
            return
        for some in batched(sorted(self.ids), IDS_AT_ONCE, strict=False):
            yield every.filter(self.where, pk__in=some)

    def stored(self) -> Stored:
        """Count the rows and sum up, in the database, what of them isn't sealed (EX-2)."""
        return stored_of(self.kind, self.found(), self.only)

    def rows(self, gap: Gap) -> Iterator[dict[str, object]]:
        """Yield the rows, opened."""
        return rows(self.kind, gap, found=self.found(), only=self.only)

    @property
    def has_files(self) -> bool:
        """Whether its rows come with their files."""
        return self.kind.declared.file is not None and (not self.only or FILE in self.only)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an export holds. `about`: what its manifest says of it; `whole`: no reference leads out of it."""

    about: Mapping[str, object]
    pieces: list[Piece]
    left_out: dict[str, str]
    whole: bool = False


def without(kinds: Iterable[Kind], pieces: Iterable[Piece], reason: str) -> dict[str, str]:
    """Return why each kind that is in none of the pieces stays out: its own reason, else this one."""
    here = {piece.kind.name for piece in pieces}
    return {
        kind.name: kind.left_out
        or (reason if kind.is_exported else "lives outside the account's region")
        for kind in kinds
        if kind.name not in here
    }
