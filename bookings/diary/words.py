"""How the diary writes days: headings of pages, columns and lists."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from django.utils.dateformat import format as format_date
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import Practitioner
from bookings.availability.wall_time import local
from bookings.diary.query import ONE_DAY_LOOKS, Look


class Head(NamedTuple):
    """What stands over a column, and how it is read aloud."""

    title: str
    sub: str
    label: str


class Title(NamedTuple):
    """A page's heading, and a shorter one for a narrow screen."""

    long: str
    short: str

    def __str__(self) -> str:
        """Return the long one."""
        return self.long


def heading(look: Look, day: date, days: list[date], today: date) -> Title:
    """Return the heading of a page: "Tue 24 November", "23–29 November"; the year when it is another one."""
    first, last = days[0], days[-1]
    if look == Look.MONTH:
        words = format_date(day, pgettext("date format: month of the diary", "F Y"))
        return Title(words, format_date(day, pgettext("date format: short month", "M Y")))
    year = "" if last.year == today.year else f" {last.year}"
    if look in ONE_DAY_LOOKS:
        words = format_date(first, pgettext("date format: day of the diary", "D j F")) + year
        return Title(words, format_date(first, pgettext("date format: short day", "D j M")) + year)
    if (first.year, first.month) == (last.year, last.month):
        month = format_date(last, pgettext("date format: end of a week", "j F"))
        brief = format_date(last, pgettext("date format: end of a week, short", "j M"))
        return Title(f"{first.day}–{month}{year}", f"{first.day}–{brief}{year}")
    short = pgettext("date format: weeks across months", "j M")
    words = f"{format_date(first, short)} – {format_date(last, short)}{year}"
    return Title(words, words)


def day_words(day: date, today: date) -> str:
    """Return a day as a list writes it over its appointments: "Today, Tue 24 November"."""
    words = format_date(day, pgettext("date format: day of the diary", "D j F"))
    return _("Today, %(day)s") % {"day": words} if day == today else words


def day_heads(day: date) -> tuple[str, str]:
    """Return a day as it stands over a week's columns, and as it is read aloud."""
    title = format_date(day, pgettext("date format: column of a week", "D j"))
    return title, format_date(day, pgettext("date format: day of the diary", "D j F"))


def column_head(
    look: Look, practitioner: Practitioner, day: tuple[str, str], booked: int, *, one: bool
) -> Head:
    """Return the head of a column: the person in a day, the day in a week (with the person when there are several)."""
    count = ngettext("%d booked", "%d booked", booked) % booked if booked else _("nothing booked")
    name = str(practitioner.name)
    if look == Look.DAY:
        sub = (
            f"{practitioner.profession} · {count}"
            if practitioner.profession
            else count.capitalize()
        )
        return Head(name, sub, name)
    title, aloud = day
    return Head(title, count.capitalize() if one else f"{name} · {count}", f"{name}, {aloud}")


def with_way(words: str, way: str, url: str) -> str:
    """Return words with a short link behind them, whose whole meaning is `way`."""
    link = '{} · <a href="{url}" hx-get="{url}" hx-target="#panel" aria-label="{}">{}</a>'
    return format_html(link, words, way, _("Change"), url=url)


def iso_day(at: datetime, zone: str) -> str:
    """Return the day at which an instant falls in a zone, for machines."""
    return local(at, zone).date().isoformat()
