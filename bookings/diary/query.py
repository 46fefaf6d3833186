"""What a diary page is asked for, read from an address and written back into one; nothing personal ever stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlencode
from uuid import UUID

from bookings.wall_time import ONE_DAY

EVERYONE = "all"
WEEK = timedelta(days=7)


class Look(StrEnum):
    """How the diary is laid out."""

    DAY = "day"
    WEEK = "week"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Asked:
    """A day, a look, and what is left out. `practitioner` None is each look's own habit, EVERYONE is everybody."""

    day: date | None = None
    look: Look = Look.DAY
    location: UUID | None = None
    practitioner: UUID | str | None = None
    appointment: UUID | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """Return what an address asks for; what makes no sense in it counts as not said."""
        look = query.get("view", "")
        who = query.get("practitioner", "")
        return cls(
            day=_day(query.get("day", "")),
            look=Look(look) if look in Look else Look.DAY,
            location=_uuid(query.get("location", "")),
            practitioner=EVERYONE if who == EVERYONE else _uuid(who),
            appointment=_uuid(query.get("appointment", "")),
        )

    def but(self, **changes: Any) -> Self:
        """Return the same question with some answers changed."""
        return replace(self, **changes)

    def query(self) -> str:
        """Return the query string of an address that asks this."""
        parts = {
            "day": self.day.isoformat() if self.day else None,
            "view": None if self.look == Look.DAY else str(self.look),
            "location": self.location,
            "practitioner": self.practitioner,
            "appointment": self.appointment,
        }
        return "?" + urlencode({name: str(value) for name, value in parts.items() if value})

    def days(self, day: date) -> list[date]:
        """Return the days shown when `day` is asked for: one, its week from Monday, or seven from it on."""
        if self.look == Look.DAY:
            return [day]
        first = day - timedelta(days=day.weekday()) if self.look == Look.WEEK else day
        return [first + ONE_DAY * ahead for ahead in range(7)]

    @property
    def step(self) -> timedelta:
        """How far the arrows go."""
        return ONE_DAY if self.look == Look.DAY else WEEK


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year <= 2200 else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
