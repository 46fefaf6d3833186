"""The floor's pages. `?bytes=` fills a page up to the size of the product's, `?public=1` needs no sign-in.

`?kinds=` asks as many tables more as the product's page shows kinds of things: no product has them all in one.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config.bench.floor.models import Appointment, Hours, Person

ZONE = ZoneInfo("Australia/Sydney")
FILLER = b'<div class="frame"><a class="link" href="/somewhere/">Somewhere else</a></div>\n'
LENGTH, GRID = timedelta(minutes=45), timedelta(minutes=15)


def bare(request: HttpRequest) -> HttpResponse:
    """Show the smallest page."""
    return HttpResponse("ok")


def rows(request: HttpRequest, count: int) -> HttpResponse:
    """Show as many rows of a table; without any, a page of words alone."""
    view = _public_rows if "public" in request.GET else _rows
    return view(request, count)


def _public_rows(request: HttpRequest, count: int) -> HttpResponse:
    people = Person.objects.order_by("search")[:count] if count else []
    return _filled(request, "rows.html", {"people": people})


_rows = login_required(_public_rows)


@login_required
def diary(request: HttpRequest, first: str, last: str) -> HttpResponse:
    """Show the appointments of some days, formatted here: model objects and filters would take twice as long."""
    rows = (
        Appointment.objects.filter(
            starts_at__gte=_midnight(date.fromisoformat(first)),
            starts_at__lt=_midnight(date.fromisoformat(last)) + timedelta(days=1),
        )
        .order_by("starts_at", "id")
        .values_list(
            "id", "colour", "starts_at", "ends_at", "person__given", "person__family", "service"
        )
    )
    appointments = []
    for pk, colour, starts_at, ends_at, given, family, service in rows:
        starts, ends = starts_at.astimezone(ZONE), ends_at.astimezone(ZONE)
        span = f"{starts:%H:%M}–{ends:%H:%M}"
        appointments.append((pk, colour, starts.hour, span, f"{given} {family}", service))
    return _filled(request, "diary.html", {"appointments": appointments})


@login_required
def found(request: HttpRequest) -> HttpResponse:
    """Show the people whose name begins with what was typed."""
    typed = request.POST["q"]
    nearest = Person.objects.filter(search__gte=typed).order_by("search")[:100]
    people = [each for each in nearest if each.search.startswith(typed)]
    return _filled(request, "rows.html", {"people": people})


def slots(request: HttpRequest, practitioner: int, first: str, last: str) -> HttpResponse:
    """Show the days of a range with how many times each has left, and the times of the first that has any."""
    days: dict[date, list[datetime]] = {}
    opened = list(Hours.objects.filter(practitioner=practitioner).order_by("weekday", "starts"))
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    busy = list(
        Appointment.objects.filter(
            practitioner=practitioner,
            starts_at__gte=_midnight(start),
            starts_at__lt=_midnight(end) + timedelta(days=1),
        )
        .order_by("starts_at")
        .values_list("starts_at", "ends_at")
    )
    for number in range((end - start).days + 1):
        day = start + timedelta(days=number)
        for hours in opened:
            if hours.weekday == day.isoweekday():
                days[day] = _free(day, hours, busy)
    chosen = next((day for day, times in days.items() if times), None)
    counted = [(day, len(times)) for day, times in days.items()]
    context = {"days": counted, "times": days.get(chosen, []) if chosen else [], "zone": ZONE}
    return _filled(request, "slots.html", context)


def _free(day: date, hours: Hours, busy: list[tuple[datetime, datetime]]) -> list[datetime]:
    at = datetime.combine(day, hours.starts, ZONE)
    end = datetime.combine(day, hours.ends, ZONE)
    taken = [(start, until) for start, until in busy if start < end and until > at]
    found = []
    while at + LENGTH <= end:
        if all(until <= at or start >= at + LENGTH for start, until in taken):
            found.append(at)
        at += GRID
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


def _filled(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    for number in range(1, int(request.GET.get("kinds", "1"))):
        list(Hours.objects.filter(practitioner=number).order_by("weekday", "starts"))
    response = render(request, f"floor/{template}", context)
    missing = int(request.GET.get("bytes", "0")) - len(response.content)
    if missing > 0:
        times = missing // len(FILLER) + 1
        response.content += (FILLER * times)[:missing]
    return response
