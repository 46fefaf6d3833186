"""The settings of weekly hours: everybody's at a glance, and one practitioner's at one place."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.country_defaults import working_days
from accounts.models import Location, Practitioner
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from accounts.templatetags.keepwell import clock as clock_words
from bookings.hours import reach, weekly
from bookings.hours.stranded import asking
from bookings.hours.stranded.finding import HoursTo, stranded
from bookings.hours.week_words import period_words, week_words
from bookings.hours.weekly import HoursClash, Kept, Period, Stretch
from bookings.hours.weekly_forms import (
    HoursForm,
    day_name,
    initial_of,
    read_date,
    stretches_for,
    typed,
    usual_week,
)
from bookings.models import Appointment, WeeklyHours
from privacy.vocabulary import clock

editor = require(Permission.SETTINGS_EDIT)
both = require_http_methods(["GET", "POST"])

Weeks = dict[Period, list[Stretch]]


@editor
@require_safe
def overview(request: AccountRequest) -> HttpResponse:
    """Show the hours of every practitioner at every place, with the dates they hold for."""
    weeks: dict[tuple[UUID, UUID], Weeks] = defaultdict(lambda: defaultdict(list))
    for row in WeeklyHours.objects.all():
        each = weekly.kept_in(row)
        weeks[row.practitioner_id, row.location_id][each.period].append(each.stretch)
    places = list(Location.objects.filter(archived_at=None).order_by("pk"))
    people = [
        (person, [_place(request, person, place, weeks[person.pk, place.pk]) for place in places])
        for person in Practitioner.objects.filter(deactivated_at=None)
    ]
    context = {"people": people, "places": places, "tabs": reach.tabs(request, "hours")}
    return render(request, "hours/weekly.html", context)


def _place(
    request: AccountRequest, person: Practitioner, place: Location, weeks: Weeks
) -> dict[str, Any]:
    url = request.account.url("hours_of", person.pk, place.pk)
    today = clock.today(place.time_zone)
    return {
        "place": place,
        "weeks": [
            {
                "url": request.account.url("hours_of", person.pk, place.pk, **_query(period)),
                "days": week_words(week),
                "period": period_words(period),
                "is_past": period.bounds[1] < today,
            }
            for period, week in sorted(weeks.items(), key=lambda item: item[0].bounds)
        ],
        "new_url": f"{url}?new=1",
        "url": url,
    }


def _query(period: Period) -> dict[str, str]:
    edges = {"from": period.since, "until": period.until}
    return {name: edge.isoformat() for name, edge in edges.items() if edge}


@editor
@both
def hours_of(request: AccountRequest, practitioner: UUID, location: UUID) -> HttpResponse:
    """Change one practitioner's week at one place; the query names its period, `new` asks for another one."""
    person: Practitioner = get_object_or_404(Practitioner.objects.all(), pk=practitioner)
    place: Location = get_object_or_404(Location.objects.all(), pk=location)
    form, week = _form(request, place, weekly.kept(person, place))
    left_out: list[Appointment] = []
    shown: list[dict[str, Any]] = []
    if "copy" in request.POST:
        form = HoursForm(initial=typed(form), stretches=form.stretches, replacing=form.replacing)
    elif request.method == "POST" and form.is_valid():
        left_out = stranded(HoursTo(person, place, form.change))
        save = partial(_save, request, person, place, form)
        try:
            if asking.decided(request, left_out, save):
                return redirect(request.account.url("hours"))
            shown = asking.rows(request, left_out, save)
        except HoursClash as clash:
            form.add_error(None, _clash_words(clash))
    context = {
        "form": form,
        "practitioner": person,
        "location": place,
        "week": week,
        "is_further": bool(request.GET.get("new")),
        "left_out": shown,
        "left_out_count": len(left_out),
        "copy_day": request.POST.get("copy_day", "1"),
    }
    return render(request, "hours/weekly_of.html", context)


def _form(
    request: AccountRequest, place: Location, kept: list[Kept]
) -> tuple[HoursForm, list[Stretch]]:
    """Return the form and the week that it changes, empty for a new one."""
    since, until = (read_date(request.GET.get(edge, "")) for edge in ("from", "until"))
    asked = Period(since, until)
    week = sorted(each.stretch for each in kept if each.period == asked)
    begin, is_new = week, bool(request.GET.get("new"))
    if is_new:
        today = clock.today(place.time_zone)
        begin = [each.stretch for each in kept if each.period.has(today)]
        since, until, week = today + timedelta(days=8 - today.isoweekday()), None, []
    begin = begin or usual_week(working_days(request.account.country))
    form = HoursForm(
        request.POST if request.method == "POST" else None,
        stretches=stretches_for(begin),
        replacing=asked if week else None,
        initial={**initial_of(begin), "since": since, "until": until, "ends_earlier": is_new},
    )
    return form, week


def _save(request: AccountRequest, person: Practitioner, place: Location, form: HoursForm) -> str:
    """Keep the hours and return the words for it. Raises `HoursClash`."""
    weekly.set_week(by=request.actor, practitioner=person, location=place, change=form.change)
    return _("Hours saved.") if form.week else _("Hours removed.")


def _clash_words(clash: HoursClash) -> str:
    told = {
        "day": day_name(clash.first.stretch.weekday),
        "first": _kept_words(clash.first),
        "second": _kept_words(clash.second),
    }
    return _("On %(day)s, %(first)s overlaps %(second)s. Change one of them or its dates.") % told


def _kept_words(kept: Kept) -> str:
    stretch = f"{clock_words(kept.stretch.starts)}–{clock_words(kept.stretch.ends)}"
    period = period_words(kept.period)
    return f"{stretch} ({period})" if period else stretch
