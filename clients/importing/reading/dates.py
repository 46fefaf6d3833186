"""Dates and times as people and programs write them, in an order that is proven by rows and never guessed for one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Any

from clients.words import with_dates

DAY_FIRST, MONTH_FIRST, YEAR_FIRST = "dmy", "mdy", "ymd"
DAY_NUMBER = "serial"  # days since the end of 1899, as spreadsheets count
ORDERS = (DAY_FIRST, MONTH_FIRST, YEAR_FIRST, DAY_NUMBER)
# What stands for no date in files of others
NO_DATE = frozenset(
    {"", "-", "--", "n/a", "na", "none", "null", "unknown", "0000-00-00", "00/00/0000"}
)
_PROOFS = 3
_OPEN = "open"
_SERIAL_EPOCH = date(1899, 12, 30)
_PARTS = re.compile(r"(\d{1,4})\s?[./\-\s]\s?(\d{1,2})\s?[./\-\s]\s?(\d{1,4})(?!\d)")
_PLAIN = re.compile(r"(\d{4})(\d{2})(\d{2})(?=\D|$)")
_SERIAL = re.compile(r"(\d{4,5})(?:\.(\d+))?$")
_WEEKDAY = re.compile(r"^[^\W\d_]{2,12}[.,]?\s+(?=\d)")
_NAMED_MONTH = re.compile(r"(\d{1,2})[-/.]([^\W\d_]{3,10})[-/.](\d{2,4})")
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:\s?[:.h]\s?(?P<minute>\d{2}))?(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[ap]\.?\s?m\.?|uhr|h)?\s*(?P<zone>z|utc|gmt|[+-]\d{2}:?\d{2})?$",
    re.IGNORECASE,
)


class NoDate(ValueError):
    """A text is no date, or none that the order allows; `code` says which."""

    def __init__(self, code: str = "no_date") -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Moment:
    """A date with the time of day where one was written, and its distance from UTC where that was."""

    day: date
    clock: time | None = None
    offset: timedelta | None = None

    @property
    def instant(self) -> datetime | None:
        """The instant, where the distance from UTC was written."""
        if self.offset is None:
            return None
        here = datetime.combine(self.day, self.clock or time(), timezone(self.offset))
        return here.astimezone(UTC)


def moment_of(text: str, order: str, latest: date) -> Moment:
    """Return the date, with its time if one follows, that a text means in an order. Raises `NoDate`.

    A year of two digits is the last one that is not after `latest`.
    """
    if order == DAY_NUMBER:
        return _counted(text.strip())
    parts = _parts(text.strip())
    year, month, day = parts.arranged(parts.order or order)
    clock, offset = clock_of(parts.rest) if parts.rest else (None, None)
    try:
        return Moment(date(_century(year, month, day, latest), month, day), clock, offset)
    except ValueError:
        raise NoDate("never_was") from None


def clock_of(text: str) -> tuple[time, timedelta | None]:
    """Return the time of day that a text means, and its distance from UTC where it says one. Raises `NoDate`."""
    found = _CLOCK.match(text.strip())
    if found is None:
        raise NoDate("no_time")
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    half = (found["half"] or "").lower().replace(".", "").replace(" ", "")
    if half in ("am", "pm"):
        if not 1 <= hour <= 12:
            raise NoDate("no_time")
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif found["minute"] is None and not half:
        raise NoDate("no_time")
    try:
        return time(hour, minute, int(found["second"] or 0)), _offset(found["zone"])
    except ValueError:
        raise NoDate("no_time") from None


@dataclass(slots=True)
class Evidence:
    """What the dates of a column say about their order: how many rows prove each, and the first that do.

    `open` counts those that may be read in two ways; a named month or a year in front leaves nothing open.
    """

    dates: int = 0
    open: int = 0
    proofs: dict[str, int] = field(default_factory=dict)
    rows: dict[str, list[int]] = field(default_factory=dict)

    def look(self, text: str, row: int) -> None:
        """Look at one more cell that is not empty."""
        proven = _proven(text.strip())
        if proven is None:
            return
        self.dates += 1
        if proven == _OPEN:
            self.open += 1
        elif proven:
            self.proofs[proven] = self.proofs.get(proven, 0) + 1
            rows = self.rows.setdefault(proven, [])
            if len(rows) < _PROOFS:
                rows.append(row)

    @property
    def order(self) -> str:
        """The only order that all dates allow; "" where none is proven or the rows contradict each other."""
        if self.proofs:
            return next(iter(self.proofs)) if len(self.proofs) == 1 else ""
        return YEAR_FIRST if self.dates and not self.open else ""

    def as_json(self) -> dict[str, Any]:
        """Return it for keeping."""
        told = {"dates": self.dates, "open": self.open, "order": self.order}
        return {**told, "proofs": self.proofs, "rows": self.rows}


@dataclass(frozen=True, slots=True)
class _Parts:
    """The three numbers of a date as they stand, what follows, and their order where the date itself leaves no doubt."""

    first: int
    second: int
    third: int
    order: str = ""
    rest: str = ""

    def arranged(self, order: str) -> tuple[int, int, int]:
        """Return year, month and day."""
        if order == DAY_FIRST:
            return self.third, self.second, self.first
        if order == MONTH_FIRST:
            return self.third, self.first, self.second
        return self.first, self.second, self.third


def _proven(text: str) -> str | None:
    """Return the order that a date proves, `_OPEN` for one that can be read in two ways, None for what is no date.

    "" is for those that every order reads alike.
    """
    serial = _SERIAL.match(text)
    if serial:
        return DAY_NUMBER if 10_000 <= int(serial[1]) < 70_000 else None
    try:
        parts = _parts(text)
    except NoDate:
        return None
    if parts.order:
        return ""
    if parts.first > 31:
        return YEAR_FIRST if parts.second <= 12 and parts.third <= 31 else None
    if parts.first > 12:
        return DAY_FIRST if parts.second <= 12 else None
    if parts.second > 12:
        return MONTH_FIRST if parts.second <= 31 else None
    return _OPEN if parts.first != parts.second else ""


@lru_cache(maxsize=4096)
def _parts(text: str) -> _Parts:
    """Return the numbers of a date. Raises `NoDate`."""
    if any(sign.isalpha() for sign in text):
        # A named month leaves no doubt: `with_dates` writes it in numbers, day first
        written = _NAMED_MONTH.sub(r"\1 \2 \3", text)
        named = with_dates(written)
        if named != written:
            return _found(_PARTS.search(named), named, DAY_FIRST)
        text = _WEEKDAY.sub("", text)
    found = _PARTS.match(text) or _PLAIN.match(text)
    leads = found is not None and len(found[1]) == 4
    return _found(found, text, YEAR_FIRST if leads else "")


def _found(found: re.Match[str] | None, text: str, order: str) -> _Parts:
    if found is None:
        raise NoDate
    first, second, third = (int(part) for part in found.groups())
    rest = text[found.end() :].strip().removeprefix("T").lstrip(", ")
    return _Parts(first, second, third, order, rest)


def _century(year: int, month: int, day: int, latest: date) -> int:
    if year > 99:
        return year
    this = 2000 + year
    return this if (this, month, day) <= (latest.year, latest.month, latest.day) else 1900 + year


def _counted(text: str) -> Moment:
    found = _SERIAL.match(text)
    if found is None:
        raise NoDate
    day = _SERIAL_EPOCH + timedelta(days=int(found[1]))
    if not found[2]:
        return Moment(day)
    seconds = round(float(f"0.{found[2]}") * 86_400)
    minutes, second = divmod(min(seconds, 86_399), 60)
    return Moment(day, time(minutes // 60, minutes % 60, second))


def _offset(zone: str | None) -> timedelta | None:
    if not zone:
        return None
    if zone.lower() in ("z", "utc", "gmt"):
        return timedelta()
    away = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return -away if zone[0] == "-" else away
