"""What a diary page is asked for, read from an address and written back into one; nothing personal ever stands in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict

from bookings.availability.wall_time import ONE_DAY

ALL = "all"
WEEK = timedelta(days=7)
PEOPLE_IN_ADDRESS = 40


class Look(StrEnum):
    """How the diary is laid out."""

    DAY = "day"
    ROOMS = "rooms"
    WEEK = "week"
    MONTH = "month"
    LIST = "list"


# A day by its people, and the same day by its rooms and equipment
ONE_DAY_LOOKS = (Look.DAY, Look.ROOMS)


@dataclass(frozen=True, slots=True)
class Asked:
    """A day, a look, and what is left out.

    `practitioners` None is what the member chose last, else each look's own habit; () is everybody. `location` None is
    what the member chose last, ALL is every one.
    """

    day: date | None = None
    look: Look = Look.DAY
    location: UUID | str | None = None
    practitioners: tuple[UUID, ...] | None = None
    appointment: UUID | None = None
    page: int = 1

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        """Return what an address asks for; what makes no sense in it counts as not said."""
        look = query.get("view", "")
        where, number = query.get("location", ""), query.get("page", "")
        return cls(
            day=_day(query.get("day", "")),
            look=Look(look) if look in Look else Look.DAY,
            location=ALL if where == ALL else _uuid(where),
            practitioners=_people(query.getlist("practitioner")),
            appointment=_uuid(query.get("appointment", "")),
            page=int(number) if number.isdecimal() and 0 < len(number) < 5 else 1,
        )

    def but(self, **changes: Any) -> Self:
        """Return the same question with some answers changed; another page of it starts at its first."""
        return replace(self, **{"page": 1} | changes)

    def query(self) -> str:
        """Return the query string of an address that asks this."""
        parts: dict[str, object] = {
            "day": self.day.isoformat() if self.day else None,
            "view": None if self.look == Look.DAY else str(self.look),
            "location": self.location,
            "practitioner": ALL if self.practitioners == () else self.practitioners,
            "appointment": self.appointment,
            "page": self.page if self.page > 1 else None,
        }
        return "?" + urlencode({name: value for name, value in parts.items() if value}, doseq=True)

    def days(self, day: date) -> list[date]:
        """Return the days shown when `day` is asked for: one, whole weeks from Monday, or seven from it on."""
        if self.look in ONE_DAY_LOOKS:
            return [day]
        if self.look == Look.MONTH:
            first = _monday(day.replace(day=1))
            last = _monday(_month(day, 1) - ONE_DAY) + WEEK
            return [first + ONE_DAY * ahead for ahead in range((last - first).days)]
        first = _monday(day) if self.look == Look.WEEK else day
        return [first + ONE_DAY * ahead for ahead in range(7)]

    def beside(self, day: date, ahead: int) -> date:
        """Return the day that the arrows lead to from `day`: one look earlier (-1) or later (1)."""
        if self.look == Look.MONTH:
            return _month(day, ahead)
        return day + (ONE_DAY if self.look in ONE_DAY_LOOKS else WEEK) * ahead


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _month(day: date, ahead: int) -> date:
    """Return the first of the month some months away."""
    months = day.year * 12 + day.month - 1 + ahead
    return date(months // 12, months % 12 + 1, 1)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year <= 2200 else None


def _people(texts: list[str]) -> tuple[UUID, ...] | None:
    """Return the people that an address names, each once; None when it names nobody."""
    if ALL in texts:
        return ()
    found = [pk for text in texts[:PEOPLE_IN_ADDRESS] if (pk := _uuid(text))]
    return tuple(dict.fromkeys(found)) or None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
