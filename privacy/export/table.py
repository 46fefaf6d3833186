"""The plain form of a row's values, and tables of them that are safe to open in a spreadsheet."""

import csv
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from uuid import UUID

from privacy.export.verify_export import canonical

BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # without it Excel takes UTF-8 for the system's old code page

# A cell that starts so may be run as a formula (OWASP ASVS 5.0, 1.2.10); the full-width forms of
# the signs are added because some spreadsheets fold them to the plain ones.
FORMULA_STARTS = tuple("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20")


def plain(value: object) -> object:
    """Return a value as JSON has it: None, bool, int, float, str, list or dict.

    Dates and times are ISO 8601: an aware time in UTC ending in Z, a naive one without a zone, both
    to the microsecond; a duration is PT…S. Decimal keeps its digits as text, UUID and enum values
    are text, bytes are hexadecimal. Raises ValueError for NaN and infinities, TypeError for a type
    with no agreed form; neither message holds the value.
    """
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, str | UUID):
        return str(value)
    if isinstance(value, float | Decimal):
        return _number(value)
    if isinstance(value, date | time | timedelta):
        return _time(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, Mapping):
        return {_name(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    raise TypeError(f"{type(value).__name__} has no plain form")


def cell(value: object) -> str:
    """Return the text of one cell; what a spreadsheet would run gets a leading apostrophe."""
    simple = plain(value)
    if simple is None:
        return ""
    text = simple if isinstance(simple, str) else canonical(simple).decode()
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


class Table:
    """Makes the lines of one CSV table: UTF-8 with a byte order mark, CRLF, commas (RFC 4180)."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = tuple(columns)
        self._writer = csv.writer(_Echo(), lineterminator="\r\n")

    def head(self) -> bytes:
        """Return the byte order mark and the line of column names."""
        return BYTE_ORDER_MARK + self._line(self._columns)

    def line(self, row: Mapping[str, object]) -> bytes:
        """Return one row's line; a missing column is a KeyError, others are ignored."""
        return self._line([row[column] for column in self._columns])

    def _line(self, values: Iterable[object]) -> bytes:
        text: str = self._writer.writerow([cell(value) for value in values])
        return text.encode()


def lines(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> Iterator[bytes]:
    """Yield a whole table line by line, in the order of `rows`, holding one row in memory."""
    table = Table(columns)
    yield table.head()
    for row in rows:
        yield table.line(row)


class _Echo:
    """Gives a csv writer's line back to its caller."""

    def write(self, line: str, /) -> str:
        return line


def _number(value: float | Decimal) -> object:
    if not math.isfinite(value):
        raise ValueError("NaN and infinities have no plain form")
    return format(value, "f") if isinstance(value, Decimal) else value


def _time(value: date | time | timedelta) -> str:
    if isinstance(value, timedelta):
        sign, span = ("-", -value) if value < timedelta() else ("", value)
        seconds, micro = span.days * 86_400 + span.seconds, span.microseconds
        return f"{sign}PT{seconds}{f'.{micro:06d}' if micro else ''}S"
    if isinstance(value, datetime):
        if value.tzinfo is None:
            return value.isoformat(timespec="microseconds")
        utc = value.astimezone(UTC).replace(tzinfo=None)
        return utc.isoformat(timespec="microseconds") + "Z"
    return value.isoformat()


def _name(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError(f"a {type(name).__name__} can't be a name in JSON")
    return str(name)
