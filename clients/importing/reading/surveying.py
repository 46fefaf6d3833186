"""What each column of a table holds, told by all of its rows: the proof of how its dates are written among it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from clients.importing.reading.amounts import SignEvidence
from clients.importing.reading.dates import NO_DATE, Evidence
from clients.importing.reading.tables import MOST_COLUMNS, Misread, Row

MOST_VALUES = 200
LONGEST_VALUE = 100
_JUDGED_BY = 2000
_SAMPLES = 3
_SAMPLE_LENGTH = 80
_TICK = 2000
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE = re.compile(r"\+?[\d\s().\-/]{6,24}")
_AMOUNT = re.compile(r"\(?-?\s?(?:[A-Z]{2,3}\s?)?\D{0,2}\d[\d.,'\s]*\D{0,3}\)?")
_MARKUP = re.compile(
    r"</?(?:p|br|div|span|b|i|u|ul|ol|li|strong|em|h\d|table)\b[^>]*>", re.IGNORECASE
)


@dataclass(slots=True)
class Column:
    """What one column holds. `values` are its different ones with how often each stands there, None when too many."""

    name: str
    filled: int = 0
    longest: int = 0
    samples: list[str] = field(default_factory=list)
    mails: int = 0
    phones: int = 0
    amounts: int = 0
    markup: int = 0
    judged: int = 0
    values: dict[str, int] | None = field(default_factory=dict)
    dates: Evidence = field(default_factory=Evidence)
    signs: SignEvidence = field(default_factory=SignEvidence)

    def look(self, cell: str, row: int) -> None:
        """Look at one more cell that is not empty."""
        self.filled += 1
        self.longest = max(self.longest, len(cell))
        if len(self.samples) < _SAMPLES and cell[:_SAMPLE_LENGTH] not in self.samples:
            self.samples.append(cell[:_SAMPLE_LENGTH])
        if self.values is not None:
            self._count(cell)
        if self.judged < _JUDGED_BY:
            self._judge(cell)
        # A column of dates is looked at to its end: one row in a thousand may prove their order
        is_judged = self.filled <= _JUDGED_BY
        if (is_judged or self.dates.dates * 2 > self.judged) and cell.casefold() not in NO_DATE:
            self.dates.look(cell, row)
        if is_judged or self.amounts * 2 > self.judged:
            self.signs.look(cell, row)

    def _count(self, cell: str) -> None:
        assert self.values is not None
        self.values[cell] = self.values.get(cell, 0) + 1
        if len(self.values) > MOST_VALUES or len(cell) > LONGEST_VALUE:
            self.values = None

    def _judge(self, cell: str) -> None:
        self.judged += 1
        self.mails += bool(_MAIL.fullmatch(cell))
        self.phones += bool(_PHONE.fullmatch(cell))
        self.amounts += bool(_AMOUNT.fullmatch(cell))
        self.markup += bool(_MARKUP.search(cell))

    def as_json(self) -> dict[str, Any]:
        """Return it for keeping; shares are of the filled cells that were judged."""
        judged = max(self.judged, 1)
        return {
            "name": self.name,
            "filled": self.filled,
            "longest": self.longest,
            "samples": self.samples,
            "mail": self.mails / judged,
            "phone": self.phones / judged,
            "amount": self.amounts / judged,
            "markup": self.markup / judged,
            "date": min(self.dates.dates / max(min(self.filled, _JUDGED_BY), 1), 1.0),
            "values": self.values,
            "dates": self.dates.as_json(),
            "signs": self.signs.as_json(),
        }


@dataclass(frozen=True, slots=True)
class Survey:
    """What a table holds: its columns, how many rows, and the first rows that are longer than the headings."""

    columns: list[dict[str, Any]]
    rows: int
    too_long: list[int]

    def as_json(self) -> dict[str, Any]:
        """Return it for keeping."""
        return {"columns": self.columns, "rows": self.rows, "too_long": self.too_long}


def survey(
    table: Iterable[Row], header: int, beat: Callable[[int], None] = lambda rows: None
) -> Survey:
    """Look at every row of a table, those above `header` left out; `beat` is told of rows every now and then.

    Raises `Misread` for a table that is too wide, and whatever reading it raises.
    """
    columns: list[Column] = []
    has_names, counted, too_long = False, 0, []
    for row in table:
        if row.number < header:
            continue
        if row.number == header:
            columns, has_names = [Column(name.strip()) for name in row.cells], True
            continue
        counted += 1
        if len(row.cells) > len(columns):
            if has_names and any(row.cells[len(columns) :]):
                too_long.append(row.number)
            elif not has_names:
                columns += [Column("") for _more in row.cells[len(columns) :]]
        if len(columns) > MOST_COLUMNS:
            raise Misread("too_wide", row.number)
        _look(columns, row)
        if counted % _TICK == 0:
            beat(counted)
    return Survey([column.as_json() for column in columns], counted, too_long[:5])


def _look(columns: Sequence[Column], row: Row) -> None:
    for column, cell in zip(columns, row.cells, strict=False):
        cell = cell.strip()
        if cell:
            column.look(cell, row.number)
