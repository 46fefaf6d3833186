"""What the database itself counts and sums up of a kind's rows, so that the file can be held against it (EX-2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections, models

from privacy.vocabulary import scope

_MOMENT = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
# How the database writes a value so that it reads as in the file; what is sealed, it can't know
_WRITTEN = (
    (models.UUIDField, "{0}::text"),
    (models.ForeignKey, "{0}::text"),
    (models.BooleanField, "{0}::text"),
    (models.DateTimeField, f"to_char({{0}} AT TIME ZONE 'UTC', '{_MOMENT}')"),
    (models.DateField, "to_char({0}, 'YYYY-MM-DD')"),
    (models.IntegerField, "{0}::text"),
    (models.CharField, "{0}"),
    (models.TextField, "{0}"),
)
_WORDS = 8  # a hash is summed up as eight numbers of 32 bits: PostgreSQL has no wider ones


@dataclass(frozen=True, slots=True)
class Stored:
    """How many rows the database counts, and the sum of their hashes over `fields`, as 64 hexadecimal digits."""

    rows: int
    fields: tuple[str, ...]
    sum: str


def summable(field: Any) -> str:
    """Return how the database writes a field as the file has it; empty for what is sealed or has many forms."""
    if getattr(field, "is_sealed", False) or field.get_internal_type() == "BinaryField":
        return ""
    return next((sql for cls, sql in _WRITTEN if isinstance(field, cls)), "")


def sum_up(found: Iterable[models.QuerySet[Any]], fields: Sequence[Any]) -> Stored:
    """Count rows and sum up their hashes in the active database, in the snapshot that is open there."""
    shown = sorted((f for f in fields if summable(f)), key=lambda f: str(f.attname))
    count, total = 0, 0
    for rows in found:
        inner, params = (
            rows.order_by().values_list(*(f.attname for f in shown)).query.sql_with_params()
        )
        sql = _STATEMENT.format(
            joined=", ".join(
                f"coalesce({summable(f).format(f'c{n}')}, E'\\x1e')" for n, f in enumerate(shown)
            ),
            sums=", ".join(
                f"sum(('x' || substr(h, {1 + 8 * n}, 8))::bit(32)::bigint)" for n in range(_WORDS)
            ),
            inner=inner,
            names=", ".join(f"c{n}" for n in range(len(shown))),
        )
        with connections[scope.current().database].cursor() as cursor:
            cursor.execute(sql, params)
            some, *words = cursor.fetchone() or (0,)
        count += some
        total += sum(int(word or 0) << 32 * (_WORDS - 1 - n) for n, word in enumerate(words))
    return Stored(count, tuple(str(f.attname) for f in shown), f"{total % 2**256:064x}")


_STATEMENT = """
SELECT count(*), {sums} FROM (
  SELECT encode(sha256(convert_to(concat_ws(E'\\x1f', {joined}), 'UTF8')), 'hex') AS h
  FROM ({inner}) AS rows ({names})
) AS hashed
"""
