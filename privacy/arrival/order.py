"""Which kinds come into an account, in which order, and which rows of them must wait for others of the same kind."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from accounts.wall import tenant_foreign_keys
from privacy.inventory import Kind, kinds_in
from privacy.vocabulary.placement import Placement


@cache
def in_order() -> tuple[Kind, ...]:
    """Return every kind that lives in regions, each after those that its rows point at."""
    waiting = {kind.name: kind for kind in kinds_in(Placement.REGION)}
    found: list[Kind] = []
    while waiting:
        free = sorted(name for name, kind in waiting.items() if not targets(kind) & waiting.keys())
        if not free:
            raise RuntimeError("Kinds point at each other in a circle.")
        found += [waiting.pop(name) for name in free]
    return tuple(found)


def references(kind: Kind) -> dict[str, str]:
    """Return column → the kind that its values point at, of rows of the same account."""
    return _references(kind.model)


@cache
def _references(model: Any) -> dict[str, str]:
    keys = tenant_foreign_keys(model)
    return {key.attname: key.remote_field.model._meta.label_lower for key in keys}


def targets(kind: Kind) -> set[str]:
    """Return the other kinds that rows of this one point at."""
    return set(references(kind).values()) - {kind.name}


def own(kind: Kind) -> tuple[str, ...]:
    """Return the columns by which rows of a kind point at others of it."""
    return tuple(column for column, target in references(kind).items() if target == kind.name)


def ready(
    kind: Kind, rows: Iterable[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the rows that can be placed now, and those whose own kind's rows are still to come."""
    rows, columns = list(rows), own(kind)
    held: list[dict[str, Any]] = []
    if not columns:
        return rows, []
    wanted = {row[column] for row in rows for column in columns} - {None}
    known = set(kind.model._default_manager.filter(pk__in=wanted).values_list("pk", flat=True))
    going = rows
    while True:
        here = known | {row["id"] for row in going}
        late = [row for row in going if any(row[c] not in here for c in columns if row[c])]
        if not late:
            return going, held
        held += late
        going = [row for row in going if row not in late]
