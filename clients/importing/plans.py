"""A mapping at work: what each column is and how it is read, so that rows become records."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from accounts import practice_settings
from accounts.models.practice import current_anchor
from clients.importing.kinds import KINDS, Field, Found, Kind, Record, Type
from clients.importing.reading.dialects import plain
from clients.importing.reading.tables import Row
from clients.importing.values import GUESSED, How, Refused, read
from clients.models import ImportBatch
from privacy.vocabulary import clock, keyring

ALIKE_ADD, ALIKE_SKIP = "add", "skip"
# Somebody of the file whom the practice does not have: kept under the name in the file
FORMER = "former"
_DATES = (Type.DATE, Type.MOMENT, Type.TIME)


@dataclass(frozen=True, slots=True)
class Column:
    """One column that is read: its place, what it is, and how."""

    place: int
    heading: str
    field: Field
    how: How


@dataclass(slots=True)
class Plan:
    """How one file is read and what its rows are taken for."""

    batch_id: UUID
    kind: Kind
    source: str
    columns: list[Column]
    zone: str
    country: str
    today: date
    now: datetime
    alike: str = ALIKE_ADD
    defaults: Mapping[str, str] = field(default_factory=dict)
    places: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        # Asked for with every row
        self.places = {column.field.name: column.place for column in reversed(self.columns)}

    def read(self, row: Row) -> Record:
        """Return a row as it is understood by itself."""
        record = Record(row.number, {})
        for column in self.columns:
            cell = row.cell(column.place)
            if cell:
                self._take(record, column, cell)
        for name, value in self.defaults.items():
            record.values.setdefault(name, value)
        for place in self._missing(record):
            record.found.append(Found(place, "needed"))
        record.reference = str(record.values.get("reference") or "")
        record.source_hash = hashlib.sha256("\x1f".join(row.cells).encode()).hexdigest()
        record.row_index = self._index(row)
        return record

    def place_of(self, *names: str) -> int | None:
        """Return the first column that is one of these fields."""
        found = [self.places[name] for name in names if name in self.places]
        return min(found, default=None)

    def count_of(self, name: str) -> int:
        """Return how many columns are this field."""
        return sum(column.field.name == name for column in self.columns)

    def has(self, name: str) -> bool:
        """Tell whether a column is this field."""
        return self.place_of(name) is not None

    def _take(self, record: Record, column: Column, cell: str) -> None:
        field, name = column.field, column.field.name
        try:
            found = read(field, cell, column.how)
        except Refused as refused:
            record.found.append(Found(column.place, refused.code, cell))
            return
        if found.remark:
            record.found.append(Found(column.place, found.remark, cell, is_error=False))
        value, before = found.value, record.values.get(name)
        if field.choices is not None:
            record.values[f"{name}:told"] = cell
        if field.has_heading and value and self.count_of(name) > 1:
            value = f"{column.heading}\n{value}"
        if field.joins and before and value:
            value = f"{before}{field.joins}{value}"
        if value not in (None, ""):
            record.values[name] = value

    def _missing(self, record: Record) -> Iterable[int | None]:
        refused = {each.column for each in record.found if each.is_error}
        for each in self.kind.fields:
            if each.is_needed and each.name not in record.values:
                place = self.places.get(each.name)
                if place not in refused:
                    yield place

    def _index(self, row: Row) -> bytes:
        """Return the keyed hash by which the same row is known again, in whichever file it stands."""
        told = sorted(f"{column.field.name}={row.cell(column.place)}" for column in self.columns)
        words = "\x1f".join((self.kind.name, self.source, *told))
        return keyring.lasting_index("clients.ImportedRow.row", words)


def plan_of(batch: ImportBatch) -> Plan:
    """Return how a batch is read, by its mapping."""
    kind, mapping = KINDS[batch.kind], batch.mapping
    anchor = current_anchor()
    zone = mapping.get("zone") or practice_settings.zone()
    now = clock.now()
    today = clock.today(zone)
    headings = [str(column["name"]) for column in batch.survey.get("columns", ())]
    columns = []
    for place, name in enumerate(mapping.get("columns", ())):
        found = kind.field(name) if name else None
        if found is not None:
            order = mapping.get("orders", {}).get(str(place)) or order_of(batch, place)
            matched = matched_words(found, mapping.get("values", {}).get(name, {}))
            columns.append(
                Column(place, headings[place], found, How(order, matched, today, anchor.country))
            )
    return Plan(
        batch.pk,
        kind,
        batch.source,
        columns,
        zone,
        anchor.country,
        today,
        now,
        mapping.get("alike", ALIKE_ADD),
        {name: value for name, value in mapping.get("defaults", {}).items() if value},
    )


def order_of(batch: ImportBatch, place: int) -> str:
    """Return the order of a column's dates that its rows prove, else the one that all other columns prove; "" for none.

    A program writes all its dates one way; rows of the column that contradict each other are nobody's proof.
    """
    columns: Sequence[Mapping[str, Any]] = batch.survey.get("columns", ())
    if place >= len(columns):
        return ""
    own = columns[place]["dates"]
    if own["order"] or own["proofs"]:
        return str(own["order"])
    proven = {order for each in columns for order in each["dates"]["proofs"]}
    return proven.pop() if len(proven) == 1 else ""


def asks_order(field: Field) -> bool:
    """Tell whether a field's values hang on the order of day and month."""
    return field.type in _DATES


def matched_words(field: Field, chosen: Mapping[str, str]) -> dict[str, str]:
    """Return what each value of a column stands for: what was chosen for it, and what its words say by themselves."""
    if field.choices is None:
        return {}
    found: dict[str, str] = {}
    for choice in field.choices():
        for word in (choice.label, *choice.words, choice.value):
            found.setdefault(GUESSED + plain(word), choice.value)
    return found | dict(chosen)
