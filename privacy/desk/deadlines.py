"""Until when a request is answered: a pure function of the law's pack, the day it came, waits and extension (DS-3)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from bookings.openings import public_holidays
from privacy.desk.packs import Pack, Period

DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """Where days are counted: the zone of whoever answers, and whose public holidays are theirs."""

    zone: str
    country: str = ""
    subdivision: str = ""

    def day(self, moment: datetime) -> date:
        """Return the date on the wall at a moment."""
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def end(self, day: date) -> datetime:
        """Return the moment when a day is over: the next midnight on the wall, whatever the clocks do that night."""
        return datetime.combine(day + DAY, time(), ZoneInfo(self.zone))


@dataclass(frozen=True, slots=True)
class Wait:
    """A time in which the answer waited for the person: for what, from when, until when (None: still)."""

    what: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Dates:
    """What follows. `due_on` is None while the clock stands still; `notice_by`: until when more time can be taken."""

    received_on: date
    starts_on: date
    due_on: date | None
    notice_by: date | None
    longest_on: date | None
    is_extended: bool = False


def dates_of(
    pack: Pack,
    *,
    received_at: datetime,
    where: Calendar,
    waits: Iterable[Wait] = (),
    extended_to: date | None = None,
) -> Dates:
    """Return the dates of a request; `extended_to`: the day that a notice of more time named."""
    received = where.day(received_at)
    counted = [wait for wait in waits if wait.what in (*pack.restarts, *pack.stops)]
    again = [where.day(each.until) for each in counted if each.what in pack.restarts and each.until]
    starts = max([received, *again])
    if any(wait.until is None for wait in counted):
        return Dates(received, starts, None, None, None, extended_to is not None)
    still = sum(_stood(where, wait, starts) for wait in counted if wait.what in pack.stops)
    due = _last_day(pack, starts, pack.respond, where, still)
    longest = _longest(pack, starts, where, still)
    return Dates(received, starts, extended_to or due, due, longest, extended_to is not None)


def check_extension(pack: Pack, dates: Dates, *, until: date, today: date) -> None:
    """Raise `ValidationError` unless a notice given today can move the answer to `until`."""
    if pack.extension is None and not pack.any_extension:
        raise ValidationError(_("%(law)s gives no more time.") % {"law": pack.name})
    if dates.is_extended:
        raise ValidationError(_("The time was extended already; that goes only once."))
    if dates.notice_by is None:
        raise ValidationError(_("The clock stands still. Extend it once it runs again."))
    if today > dates.notice_by:
        raise ValidationError(
            _("It is too late for more time: the notice had to go out by the day of the answer.")
        )
    if until <= dates.notice_by:
        raise ValidationError(_("Choose a day after the present one."))
    if dates.longest_on is not None and until > dates.longest_on:
        raise ValidationError(_("That is longer than %(law)s allows.") % {"law": pack.name})


def is_working_day(day: date, pack: Pack, where: Calendar) -> bool:
    """Tell whether offices work on a day, as the pack and the place have it."""
    if day.weekday() >= SATURDAY or _is_closed(day, pack):
        return False
    return day not in public_holidays.between(where.country, where.subdivision, day, day)


def _last_day(pack: Pack, starts: date, period: Period, where: Calendar, still: int) -> date:
    if period.unit == "working_days":
        return _worked(pack, starts, period.count, where) + still * DAY
    last = _plus_months(starts, period.count) if period.unit == "months" else starts
    last += (period.count if period.unit == "days" else 0) * DAY + still * DAY
    while pack.rolls and not is_working_day(last, pack, where):
        last += DAY
    return last


def _longest(pack: Pack, starts: date, where: Calendar, still: int) -> date | None:
    """Return the last day to which an extension can go: counted from the start, not from the first last day."""
    if pack.extension is None:
        return None
    whole = Period(pack.respond.count + pack.extension.count, pack.respond.unit)
    return _last_day(pack, starts, whole, where, still)


def _worked(pack: Pack, starts: date, count: int, where: Calendar) -> date:
    """Return the so-manieth working day after a day."""
    day = starts
    while count:
        day += DAY
        count -= is_working_day(day, pack, where)
    return day


def _plus_months(day: date, months: int) -> date:
    """Return the corresponding date, in a shorter month its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _stood(where: Calendar, wait: Wait, starts: date) -> int:
    """Return for how many days a wait stopped the clock, those before it began apart."""
    assert wait.until is not None
    return max(0, (where.day(wait.until) - max(where.day(wait.since), starts)).days)


def _is_closed(day: date, pack: Pack) -> bool:
    if pack.closed is None:
        return False
    first, last = pack.closed
    here = (day.month, day.day)
    return first <= here <= last if first <= last else here >= first or here <= last
