"""What a pass over a file has seen before: the same row, the same number, in this file or in an earlier import."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from clients.importing.kinds import Found, Record
from clients.importing.plans import Plan
from clients.models import ImportedRow

_REFERENCE: Any = ImportedRow._meta.get_field("reference_index")


class Seen:
    """The rows and numbers of one pass, kept as keyed hashes; what earlier imports brought is asked for rows at a time."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.label = plan.kind.main._meta.label
        self._rows: set[bytes] = set()
        self._references: dict[bytes, bytes] = {}

    def look(self, records: Sequence[Record]) -> None:
        """Mark the records that say what is there already, and those whose number is taken."""
        rows = set(
            self._imported()
            .filter(row_index__in=[record.row_index for record in records])
            .values_list("row_index", flat=True)
        )
        rows = {bytes(each) for each in rows}
        wanted = {record.reference for record in records if record.reference}
        kept = set(imported_as(self.label, wanted, self.plan.source))
        for record in records:
            if record.row_index in rows or record.reference in kept:
                record.known = "imported"
            elif record.row_index in self._rows:
                record.known = "same_row"
            elif record.reference:
                self._look_at_number(record)
            self._rows.add(record.row_index)

    def _look_at_number(self, record: Record) -> None:
        index = reference_index(record.reference)
        first = self._references.setdefault(index, record.row_index)
        if first != record.row_index:
            place = self.plan.place_of("reference")
            record.found.append(Found(place, "twice_otherwise", record.reference))

    def _imported(self) -> Any:
        return ImportedRow.objects.filter(
            left_at=None, label=self.label, batch__source=self.plan.source
        )


def reference_index(reference: str) -> bytes:
    """Return the keyed hash by which a number of another system is found."""
    index: bytes = _REFERENCE.index_of(reference)
    return index


def imported_as(label: str, references: Iterable[str], source: str) -> dict[str, UUID]:
    """Return what numbers of another system became: number → id, for those that were imported and are still here."""
    by_index = {reference_index(each): each for each in references if each}
    if not by_index:
        return {}
    rows = ImportedRow.objects.filter(
        left_at=None, label=label, reference_index__in=list(by_index), batch__source=source
    )
    return {
        by_index[bytes(index)]: object_id
        for index, object_id in rows.values_list("reference_index", "object_id")
    }
