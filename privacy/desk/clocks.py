"""The clock of a request: its dates by the pack and the place it came with, and how far they are away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from accounts import practice_settings
from accounts.models.practice import current_anchor
from bookings.models import HolidayCalendar
from privacy.cases import DeskCase, DeskChoices, DeskWait
from privacy.desk.deadlines import Calendar, Dates, Wait, dates_of
from privacy.desk.packs import Pack, newest, pack_for, pack_of
from privacy.vocabulary import clock

SOON_DAYS = 7


@dataclass(frozen=True, slots=True)
class Clock:
    """How a request's time stands. `days` until the last day, below zero when that is over; None: it stands still."""

    due_on: date | None
    days: int | None
    waits_for: tuple[str, ...] = ()

    @property
    def is_overdue(self) -> bool:
        """Whether the last day is over."""
        return self.days is not None and self.days < 0

    @property
    def is_soon(self) -> bool:
        """Whether it is about to be."""
        return self.days is not None and 0 <= self.days <= SOON_DAYS


def law() -> Pack:
    """Return the pack that requests begin with today: the Owner's choice, else that of the country."""
    chosen = DeskChoices.objects.first()
    return newest(chosen.pack) if chosen else pack_for(current_anchor().country, here().subdivision)


def here() -> Calendar:
    """Return where the practice counts days: its zone, and the holidays that it keeps."""
    calendar = HolidayCalendar.objects.order_by("pk").first()
    anchor = current_anchor()
    country = calendar.country if calendar else anchor.country
    return Calendar(practice_settings.zone(), country, calendar.subdivision if calendar else "")


def of_case(case: DeskCase) -> tuple[Pack, Calendar]:
    """Return the pack and the place that a request began with."""
    where = Calendar(case.zone, case.country, case.subdivision)
    return pack_of(case.pack, case.pack_version), where


def dates(case: DeskCase) -> Dates:
    """Return the dates of a request as its waits are now."""
    pack, where = of_case(case)
    waits = [Wait(each.what, each.since, each.until) for each in _waits(case)]
    return dates_of(
        pack,
        received_at=case.received_at,
        where=where,
        waits=waits,
        extended_to=case.extended_to,
    )


def wind(case: DeskCase) -> DeskCase:
    """Set a request's last day as it follows now; not saved yet."""
    case.due_on = dates(case).due_on
    return case


def clock_of(case: DeskCase, waits: tuple[str, ...] = ()) -> Clock:
    """Return how the time of a request stands; `waits`: what it still waits for."""
    if case.due_on is None or not case.is_open:
        return Clock(case.due_on, None, waits)
    return Clock(case.due_on, (case.due_on - clock.today(case.zone)).days, waits)


def _waits(case: DeskCase) -> list[DeskWait]:
    return list(DeskWait.objects.filter(case=case)) if not case._state.adding else []
