"""On which dates a series falls: plain arithmetic of the calendar, no clock and no database.

Dates are of the location's wall, so a visit at nine stays at nine when the clocks change. A monthly date that a month
does not have falls on its last day; the fifth Tuesday is the last one.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

WEEKLY, MONTHLY_DATE, MONTHLY_WEEKDAY = "weekly", "monthly_date", "monthly_weekday"
MOST = 104
FIFTH = 5


@dataclass(frozen=True, slots=True)
class Repeat:
    """A rule: from `first` on every `every` weeks or months, `count` times or until a date, whichever ends it sooner."""

    rule: str
    every: int
    first: date
    count: int = MOST
    until: date | None = None


def dates(repeat: Repeat) -> list[date]:
    """Return the dates of a rule in order, `MOST` at most."""
    found: list[date] = []
    for number in count():
        day = _nth(repeat, number)
        if len(found) >= min(repeat.count, MOST) or (repeat.until and day > repeat.until):
            return found
        found.append(day)
    return found


def words(repeat: Repeat) -> str:
    """Return a rule in words: "every 2 weeks on Tuesday", "every month on the 31st, or the month’s last day"."""
    weekday = format_date(repeat.first, pgettext("date format: weekday", "l"))
    if repeat.rule == WEEKLY:
        each = ngettext("every week", "every %(n)d weeks", repeat.every) % {"n": repeat.every}
        return _("%(each)s on %(weekday)s") % {"each": each, "weekday": weekday}
    each = ngettext("every month", "every %(n)d months", repeat.every) % {"n": repeat.every}
    if repeat.rule == MONTHLY_DATE:
        day = format_date(repeat.first, pgettext("date format: day of the month", "jS"))
        said = _("%(each)s on the %(day)s") % {"each": each, "day": day}
        return said if repeat.first.day <= 28 else said + _(", or the month’s last day")
    place = [_("first"), _("second"), _("third"), _("fourth"), _("last")][_place(repeat.first) - 1]
    which = {"each": each, "place": place, "weekday": weekday}
    return _("%(each)s on the %(place)s %(weekday)s") % which


def _nth(repeat: Repeat, number: int) -> date:
    first = repeat.first
    if repeat.rule == WEEKLY:
        return first + timedelta(weeks=repeat.every * number)
    months = first.year * 12 + first.month - 1 + repeat.every * number
    year, month = divmod(months, 12)
    last = monthrange(year, month + 1)[1]
    if repeat.rule == MONTHLY_DATE:
        return date(year, month + 1, min(first.day, last))
    ahead = (first.weekday() - date(year, month + 1, 1).weekday()) % 7
    day = 1 + ahead + 7 * (_place(first) - 1)
    return date(year, month + 1, day if day <= last else day - 7)


def _place(day: date) -> int:
    """Return which weekday of its month a date is; the fifth counts as the last."""
    return min((day.day - 1) // 7 + 1, FIFTH)
