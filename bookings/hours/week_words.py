"""A week of hours in words: "Mon–Fri 9:00 am–12:30 pm, 1:15 pm–5:00 pm"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from accounts.templatetags.keepwell import clock, day
from bookings.hours.weekly import Period, Stretch


def week_words(week: Iterable[Stretch]) -> list[tuple[str, str]]:
    """Return pairs of days and their hours; neighbouring days with the same hours share one."""
    by_day = {
        weekday: tuple((each.starts, each.ends) for each in stretches)
        for weekday, stretches in groupby(sorted(week), key=lambda each: each.weekday)
    }
    groups: list[list[int]] = []
    for weekday in sorted(by_day):
        last = groups[-1] if groups else []
        if last and last[-1] == weekday - 1 and by_day[weekday] == by_day[last[-1]]:
            last.append(weekday)
        else:
            groups.append([weekday])
    return [
        (_days(group), ", ".join(f"{clock(a)}–{clock(b)}" for a, b in by_day[group[0]]))
        for group in groups
    ]


def period_words(period: Period) -> str:
    """Return "from Mon 4 Jan 2027", "until …" or both; "" for always."""
    since, until = day(period.since), day(period.until)
    if since and until:
        return _("%(since)s to %(until)s") % {"since": since, "until": until}
    if since:
        return _("from %(since)s") % {"since": since}
    return _("until %(until)s") % {"until": until} if until else ""


def _days(group: Sequence[int]) -> str:
    first, last = str(WEEKDAYS_ABBR[group[0] - 1]), str(WEEKDAYS_ABBR[group[-1] - 1])
    if len(group) == 1:
        return first
    return f"{first}, {last}" if len(group) == 2 else f"{first}–{last}"
