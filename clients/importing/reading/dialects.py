"""What stands between the cells of a table, and which row has its headings: told by its first rows."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Collection, Sequence

from clients.importing.reading.tables import DELIMITERS
from clients.words import fold

_LOOKED_AT = 200
_HEADINGS_WITHIN = 10
_VALUE = re.compile(r".*@.*\..*|\+?[\d\s()./:,-]*\d[\d\s()./:,-]*")

Table = Sequence[tuple[int, list[str]]]


def delimiter_of(sample: str) -> str:
    """Return the sign that parts most rows into the same number of cells, the comma when none does."""
    return max(DELIMITERS, key=lambda sign: (_evenness(sample, sign), -DELIMITERS.index(sign)))


def header_of(sample: str, delimiter: str, known: Collection[str]) -> int:
    """Return the number of the row with the headings, 0 where there is none.

    Titles may stand above it ("Clients as of March"). Headings are words, each different, as many as the rows below have
    cells, and some are `known` (as `plain` writes them) or stand above values that are none themselves.
    """
    table = _parsed(sample, delimiter)
    width = _usual_width(table)
    for place, (number, cells) in enumerate(table[:_HEADINGS_WITHIN]):
        words = [cell.strip() for cell in cells if cell.strip()]
        if len(words) < max(1, width * 0.6):
            continue
        names = [plain(word) for word in words]
        if any(_VALUE.fullmatch(word) for word in words) or len(set(names)) < len(names):
            return 0
        hits = sum(name in known for name in names)
        below = [each for _number, each in table[place + 1 :]]
        return number if hits * 3 >= len(names) or _stands_above_values(below, width) else 0
    return 0


def plain(heading: str) -> str:
    """Return a heading as headings are compared: its letters and digits alone, without case and accents."""
    return "".join(sign for sign in fold(heading) if sign.isalnum())


def _stands_above_values(below: Sequence[Sequence[str]], width: int) -> bool:
    """Tell whether some column below holds mostly dates, numbers or addresses, which the row above does not."""
    for column in range(width):
        filled = [row[column].strip() for row in below if len(row) > column and row[column].strip()]
        if filled and sum(bool(_VALUE.fullmatch(cell)) for cell in filled) > len(filled) * 0.8:
            return True
    return False


def _evenness(sample: str, sign: str) -> float:
    table = _parsed(sample, sign)
    width = _usual_width(table)
    if width < 2:
        return 0.0
    fitting = sum(len(cells) == width for _number, cells in table)
    return fitting / len(table) * (2 - 1 / width)


def _usual_width(table: Table) -> int:
    if not table:
        return 0
    return Counter(len(cells) for _number, cells in table).most_common(1)[0][0]


def _parsed(sample: str, sign: str) -> list[tuple[int, list[str]]]:
    """Return the whole rows of the sample with their numbers; it may end within one, which is left out."""
    table: list[tuple[int, list[str]]] = []
    try:
        for number, cells in enumerate(
            csv.reader(sample.splitlines(keepends=True), delimiter=sign), 1
        ):
            table.append((number, cells))
            if number > _LOOKED_AT:
                break
    except csv.Error:
        pass
    whole = table if sample.endswith(("\n", "\r")) or len(table) < 2 else table[:-1]
    return [(number, cells) for number, cells in whole if any(cells)]
