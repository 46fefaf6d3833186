"""The rows of a file of text, one at a time, however long the file is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

from clients.importing.reading.encodings import UTF_8

MOST_ROWS = 250_000
MOST_COLUMNS = 200
LONGEST_CELL = 500_000
DELIMITERS = (",", ";", "\t", "|")
# What spreadsheets take for the beginning of a formula, see `guarded`
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

csv.field_size_limit(LONGEST_CELL)


class Misread(ValueError):
    """A file can't be read as it was said to be written; `code` says why, `row` where."""

    def __init__(self, code: str, row: int) -> None:
        super().__init__(f"{code} in row {row}")
        self.code, self.row = code, row


@dataclass(frozen=True, slots=True)
class Writing:
    """How a table is written. `header` is the number of the row with the headings, 0 where there is none."""

    encoding: str = UTF_8
    delimiter: str = ","
    header: int = 1

    def as_json(self) -> dict[str, Any]:
        """Return it for keeping."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a spreadsheet counts, and its cells."""

    number: int
    cells: list[str]

    def cell(self, column: int) -> str:
        """Return a cell without outer space; "" beyond the end of a short row."""
        return self.cells[column].strip() if column < len(self.cells) else ""


def all_rows(source: BinaryIO, writing: Writing) -> Iterator[Row]:
    """Yield every row that has something in it, those above the headings too. Raises `Misread`."""
    # The reader of a stored file is no io class of text; newlines inside quotes belong to their cell
    text = io.TextIOWrapper(source, writing.encoding, newline="")
    number = 0
    try:
        for cells in csv.reader(text, delimiter=writing.delimiter):
            number += 1
            if number == 1 and cells:
                cells[0] = cells[0].removeprefix("\ufeff")
            if number > MOST_ROWS + writing.header:
                raise Misread("too_many_rows", number)
            if any(cells) and any(cell.strip() for cell in cells):
                yield Row(number, [unguarded(cell) for cell in cells])
    except UnicodeError:
        raise Misread("encoding", number + 1) from None
    except csv.Error:
        raise Misread("quotation", number + 1) from None
    finally:
        text.detach()


def rows(source: BinaryIO, writing: Writing) -> Iterator[Row]:
    """Yield the rows below the headings."""
    return (row for row in all_rows(source, writing) if row.number > writing.header)


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def unguarded(cell: str) -> str:
    """Return a cell without the sign that `guarded`, or another program, put in front."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA) else cell
