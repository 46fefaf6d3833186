"""Cells become values: each type of field read in the way that the mapping says, or refused with a code."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from clients import phones
from clients.importing.kinds import Field, Type
from clients.importing.reading.dates import NO_DATE, Moment, NoDate, clock_of, moment_of
from clients.importing.reading.dialects import plain
from clients.words import fold

YES = frozenset(["yes", "y", "true", "t", "1", "ja", "oui", "si", "sí", "active", "x", "on"])
NO = frozenset(["no", "n", "false", "f", "0", "nein", "non", "inactive", "off", "-"])
# Before the plain words of choices, among values that were chosen as they stand in the file
GUESSED = "\0"
_MINUTES = re.compile(r"(\d{1,4})(?:\.0+)?\s*(?:m|min|mins|minutes)?\.?", re.IGNORECASE)
_HOURS = re.compile(
    r"(\d{1,2})\s*(?:h|hr|hrs|hours?|:)\s*(\d{1,2})?\s*(?:m|min|minutes)?(?::\d\d)?", re.IGNORECASE
)
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,400}>")
_BREAKS = re.compile(r"<\s*(?:br|/p|/div|/li|/h\d|/tr)\b[^<>]*>", re.IGNORECASE)
_ITEMS = re.compile(r"<\s*li\b[^<>]*>", re.IGNORECASE)
_GAPS = re.compile(r"\n{3,}")
_CONTROLS = {number: None for number in (*range(32), 127) if chr(number) not in "\n\t\r"}


class Refused(ValueError):
    """A cell can't be read as what its column is; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Read:
    """A cell's value, and the code of what should be said about it although it can be taken."""

    value: Any
    remark: str = ""


@dataclass(frozen=True, slots=True)
class How:
    """What reading a cell needs to know: the order of a column's dates, the values matched, today, the country."""

    order: str
    matched: Mapping[str, str]
    today: date
    country: str


def read(field: Field, cell: str, how: How) -> Read:
    """Return what a cell that is not empty means. Raises `Refused`."""
    return _READERS[field.type](field, cell, how)


def _text(field: Field, cell: str, how: How) -> Read:
    plain = cell.translate(_CONTROLS)
    value = " ".join(plain.split())
    if len(value) > field.longest:
        raise Refused("too_long")
    return Read(value, "control" if plain != cell else "")


def _long(field: Field, cell: str, how: How) -> Read:
    plain = cell.translate(_CONTROLS).replace("\r\n", "\n").replace("\r", "\n").strip()
    value = without_markup(plain)
    if len(value) > field.longest:
        raise Refused("too_long")
    return Read(value)


def without_markup(text: str) -> str:
    """Return the words of a text that may be written as a web page; what only looks like markup stays."""
    if not _MARKUP.search(text):
        return text
    lines = _ITEMS.sub("- ", _BREAKS.sub("\n", text))
    plain = html.unescape(_MARKUP.sub("", lines)).replace("\u00a0", " ")
    return _GAPS.sub("\n\n", "\n".join(line.rstrip() for line in plain.splitlines())).strip()


def _date(field: Field, cell: str, how: How) -> Read:
    if cell.casefold() in NO_DATE:
        return Read(None)
    return Read(_moment(cell, how).day)


def _when(field: Field, cell: str, how: How) -> Read:
    if cell.casefold() in NO_DATE:
        return Read(None)
    return Read(_moment(cell, how))


def _moment(cell: str, how: How) -> Moment:
    try:
        # A year of two digits may lie a little ahead in a diary
        return moment_of(cell, how.order, how.today + timedelta(days=730))
    except NoDate as error:
        raise Refused(error.code) from None


def _time(field: Field, cell: str, how: How) -> Read:
    try:
        return Read(clock_of(cell)[0])
    except NoDate:
        pass
    try:
        found = moment_of(cell, how.order, how.today)
    except NoDate:
        raise Refused("no_time") from None
    if found.clock is None:
        raise Refused("no_time")
    return Read(found.clock)


def _minutes(field: Field, cell: str, how: How) -> Read:
    if found := _MINUTES.fullmatch(cell):
        minutes = int(found[1])
    elif found := _HOURS.fullmatch(cell):
        minutes = int(found[1]) * 60 + int(found[2] or 0)
    else:
        raise Refused("no_minutes")
    if not 1 <= minutes <= 24 * 60:
        raise Refused("no_minutes")
    return Read(minutes)


def _phone(field: Field, cell: str, how: How) -> Read:
    value, is_whole = _number(cell[:200], how.country)
    if len(value) > field.longest:
        raise Refused("too_long")
    return Read(value, "" if is_whole else "no_phone")


@lru_cache(maxsize=4096)
def _number(cell: str, country: str) -> tuple[str, bool]:
    try:
        return phones.normalised(cell, country), True
    except ValueError:
        return " ".join(cell.split()), False


def _mail(field: Field, cell: str, how: How) -> Read:
    try:
        validate_email(cell)
    except ValidationError:
        raise Refused("no_mail") from None
    return Read(cell)


def _choice(field: Field, cell: str, how: How) -> Read:
    value = meant(how.matched, cell)
    if value is None:
        raise Refused("not_chosen")
    return Read(value)


def meant(matched: Mapping[str, str], cell: str) -> str | None:
    """Return what a value stands for: as was chosen, or as its words say; None when neither does."""
    return matched.get(cell, matched.get(GUESSED + plain(cell)))


def _yes(field: Field, cell: str, how: How) -> Read:
    word = fold(cell)
    if word in YES:
        return Read(True)
    if word in NO:
        return Read(False)
    try:
        moment_of(cell, how.order, how.today)  # when it was says that it was
    except NoDate:
        raise Refused("no_yes") from None
    return Read(True)


def wall_time(moment: Moment, clock: time | None) -> datetime | None:
    """Return the naive wall time of a date with its own time or another; None where there is no time at all."""
    told = clock if clock is not None else moment.clock
    return datetime.combine(moment.day, told) if told is not None else None


_READERS: Mapping[Type, Callable[[Field, str, How], Read]] = {
    Type.TEXT: _text,
    Type.LONG: _long,
    Type.DATE: _date,
    Type.MOMENT: _when,
    Type.TIME: _time,
    Type.MINUTES: _minutes,
    Type.PHONE: _phone,
    Type.MAIL: _mail,
    Type.CHOICE: _choice,
    Type.YES: _yes,
}
