"""The rows that can't be imported as a file of their own: each as it was, with what is wrong, to be corrected."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django.utils.translation import gettext as _

from clients.importing import files, trying
from clients.importing.kinds import Found
from clients.importing.reading.tables import Row, Writing, all_rows, guarded
from clients.importing.words import said
from clients.models import ImportBatch

_MARK = "\ufeff"  # without it Excel takes UTF-8 for the system's old code page


def lines(batch: ImportBatch) -> Iterator[bytes]:
    """Return the lines of the file; what was found is read at once, inside the account, the rows as they stream."""
    found = dict(trying.found_in(batch, only_bad=True))
    headings = [column["name"] for column in batch.survey["columns"]]
    opening = files.opened(batch)
    source = opening.__enter__()

    def stream() -> Iterator[bytes]:
        try:
            writing = Writing(**batch.writing)
            yield (_MARK + _line([*headings, REASON])).encode()
            for row in all_rows(source, writing):
                if row.number in found:
                    yield _line(_with_reason(row, headings, found[row.number])).encode()
        finally:
            opening.__exit__(None, None, None)

    return stream()


# The heading is known when the file comes back: that column is left out
REASON = "Why it was not imported"


def reason(found: list[Found], headings: list[str]) -> str:
    """Return in words what keeps a row out."""
    parts = []
    for each in found:
        if each.is_error:
            wrong, advice = said(each.code)
            parts.append(f"{column_name(each.column, headings)} {wrong}. {advice}")
    return " ".join(parts)


def column_name(place: int | None, headings: list[str]) -> str:
    """Return what a column is called."""
    if place is None or place >= len(headings):
        return _("The row")
    return headings[place] or _("Column %(n)d") % {"n": place + 1}


def _with_reason(row: Row, headings: list[str], found: list[Found]) -> list[str]:
    cells = [*row.cells, *[""] * (len(headings) - len(row.cells))][: len(headings)]
    return [*(guarded(cell) for cell in cells), reason(found, headings)]


def _line(cells: list[str]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue()
