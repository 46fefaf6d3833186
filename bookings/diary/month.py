"""A month of the diary: how many appointments each day has, and the first of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.templatetags.keepwell import clock as clock_words
from bookings.diary.away import away, closing
from bookings.diary.choice import Seen
from bookings.diary.query import Asked, Look
from bookings.diary.rows import between, people
from bookings.models import Appointment, Attendee
from clients import directory

FIRST = 3


@dataclass(slots=True)
class Day:
    """One day of a month: its number, its address, how many are booked, the first of them in words."""

    number: int
    label: str
    url: str
    count: int
    words: str
    is_today: bool
    is_other: bool
    first: list[tuple[str, str, int]]
    more: str
    closed: list[str]


def month(seen: Seen, asked: Asked, days: list[date], today: date, address: str) -> list[Day]:
    """Return the days of whole weeks that cover the month asked for; four statements however full it is."""
    counts, first = _first(seen, days)
    shown = asked.day or today
    place = seen.location.pk if seen.location else None
    closed = away([], place, seen.kept, days, seen.zone)
    return [
        _day(
            day,
            address + asked.but(look=Look.DAY, day=day, appointment=None).query(),
            counts.get(day, 0),
            first.get(day, []),
            closing(closed, day, seen.places),
            is_today=day == today,
            is_other=day.month != shown.month,
        )
        for day in days
    ]


def weekdays(days: list[date]) -> list[str]:
    """Return the names that stand over a month's columns."""
    return [
        format_date(day, pgettext("date format: weekday over a month", "D")) for day in days[:7]
    ]


def _day(
    day: date,
    url: str,
    count: int,
    first: list[tuple[str, str, int]],
    closed: list[str],
    *,
    is_today: bool,
    is_other: bool,
) -> Day:
    words = ngettext("%d booked", "%d booked", count) % count if count else ""
    name = format_date(day, pgettext("date format: day of the diary", "D j F"))
    rest = count - len(first)
    return Day(
        number=day.day,
        label=", ".join([name, words or _("nothing booked"), *closed]),
        url=url,
        count=count,
        words=words,
        is_today=is_today,
        is_other=is_other,
        first=first,
        more=ngettext("%d more", "%d more", rest) % rest if rest else "",
        closed=closed,
    )


def _first(
    seen: Seen, days: list[date]
) -> tuple[dict[date, int], dict[date, list[tuple[str, str, int]]]]:
    """Return how many appointments each day has, and its first ones: time, who or what, colour."""
    rows = between(people(seen), days, seen.zone).filter(state__in=Appointment.LIVE)
    if seen.location:
        rows = rows.filter(location_id=seen.location.pk)
    firsts = (
        rows.annotate(
            place=Window(RowNumber(), [F("local_date")], [F("starts_at"), F("id")]),
            total=Window(Count("id"), [F("local_date")]),
        )
        .filter(place__lte=FIRST)
        .order_by("starts_at", "id")
        .values_list(
            "id", "local_date", "local_time", "service_name", "colour", "capacity", "total"
        )
    )
    found = list(firsts)
    who = _who([row[0] for row in found])
    counts: dict[date, int] = {}
    first: dict[date, list[tuple[str, str, int]]] = defaultdict(list)
    for pk, day, at, service, colour, capacity, total in found:
        counts[day] = total
        name = who.get(pk, "") if capacity == 1 else ""
        first[day].append((_short(at), name or service, colour))
    return counts, first


def _who(appointments: list[UUID]) -> dict[UUID, str]:
    """Return the name of the one client of each appointment that has just one."""
    comes = Attendee.objects.filter(appointment_id__in=appointments).exclude(
        state=Attendee.State.CANCELLED
    )
    pairs = list(comes.values_list("appointment_id", "client_id"))
    names = directory.names({client for _appointment, client in pairs})
    by: dict[UUID, list[UUID]] = defaultdict(list)
    for appointment, client in pairs:
        by[appointment].append(client)
    return {pk: names.get(clients[0], "") for pk, clients in by.items() if len(clients) == 1}


def _short(at: time) -> str:
    """Return "9 am" for a whole hour, else "9:30 am"."""
    return clock_words(at).replace(":00 ", " ")
