"""Public holidays of each location: whose they are, and on which of them it opens all the same."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.jurisdiction import countries
from accounts.models import Location
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from bookings.hours import keeping, reach
from bookings.hours.forms import HolidaysForm
from bookings.hours.initial import holidays_initial, next_year
from bookings.hours.stranded import asking, listing
from bookings.hours.stranded.finding import HolidaysTo, stranded
from bookings.models import Appointment, HolidayCalendar, OpenHoliday
from bookings.openings import public_holidays
from privacy.vocabulary import clock

editor = require(Permission.SETTINGS_EDIT)
both = require_http_methods(["GET", "POST"])


@editor
@require_safe
def overview(request: AccountRequest) -> HttpResponse:
    """List the locations and whose holidays each keeps."""
    kept = {each.location_id: each for each in HolidayCalendar.objects.all()}
    found = []
    for place in reach.places():
        row = kept.get(place.pk)
        found.append(
            {
                "place": place,
                "url": request.account.url("holidays_of", place.pk),
                "words": _words(row.country, row.subdivision) if row else "",
            }
        )
    context = {"tabs": reach.tabs(request, "holidays"), "rows": found}
    return render(request, "hours/holidays.html", context)


@editor
@both
def holidays_of(request: AccountRequest, location: UUID) -> HttpResponse:
    """Choose whose holidays a location keeps, and see the days of the next twelve months."""
    place: Location = get_object_or_404(Location.objects.all(), pk=location)
    row = HolidayCalendar.objects.filter(location=place).first()
    if request.method == "POST" and "none" in request.POST:
        keeping.keep_no_holidays(by=request.actor, location=place)
        listing.heal()
        messages.success(request, _("Open on public holidays as on any other day."))
        return redirect(request.account.url("holidays_of", place.pk))
    form = HolidaysForm(
        request.POST if request.method == "POST" else None,
        initial=holidays_initial(row, request.account.country, place.time_zone),
    )
    left_out: list[Appointment] = []
    shown: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        country, part = form.cleaned_data["country"], form.part
        left_out = stranded(HolidaysTo(place, country, part, _open_days(place)))

        def save() -> str:
            keeping.keep_holidays(
                by=request.actor, location=place, country=country, subdivision=part
            )
            return _("Closed on these public holidays.")

        if asking.decided(request, left_out, save):
            return redirect(request.account.url("holidays_of", place.pk))
        shown = asking.rows(request, left_out, save)
    return _page(request, place, row, form, left_out, shown)


@editor
@require_POST
def holiday_switch(request: AccountRequest, location: UUID) -> HttpResponse:
    """Open on one public holiday all the same, or close again; bookings that day are shown before it closes."""
    place: Location = get_object_or_404(Location.objects.all(), pk=location)
    row: HolidayCalendar = get_object_or_404(HolidayCalendar.objects.all(), location=place)
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        return redirect(request.account.url("holidays_of", place.pk))
    is_open = request.POST.get("open") == "1"
    left_out: list[Appointment] = []
    if not is_open:
        opens = _open_days(place) - {day}
        left_out = stranded(HolidaysTo(place, row.country, row.subdivision, opens))

    def save() -> str:
        keeping.open_on(by=request.actor, location=place, day=day, is_open=is_open)
        return _("Open on that day.") if is_open else _("Closed on that day.")

    if asking.decided(request, left_out, save):
        return redirect(request.account.url("holidays_of", place.pk))
    form, shown = (
        HolidaysForm(initial=holidays_initial(row, "", "")),
        asking.rows(request, left_out, save),
    )
    return _page(request, place, row, form, left_out, shown, closing=day)


def _page(
    request: AccountRequest,
    place: Location,
    row: HolidayCalendar | None,
    form: HolidaysForm,
    left_out: list[Appointment],
    shown: list[dict[str, Any]],
    closing: date | None = None,
) -> HttpResponse:
    days: dict[date, str] = {}
    if row is not None:
        first, last = next_year(clock.today(place.time_zone))
        days = public_holidays.between(row.country, row.subdivision, first, last)
    opens = _open_days(place)
    context: dict[str, Any] = {
        "place": place,
        "form": form,
        "row": row,
        "days": [(day, name, day in opens) for day, name in days.items()],
        "left_out": shown,
        "left_out_count": len(left_out),
        "closing": closing,
    }
    return render(request, "hours/holidays_of.html", context)


def _open_days(place: Location) -> frozenset[date]:
    return frozenset(OpenHoliday.objects.filter(location=place).values_list("day", flat=True))


def _words(country: str, part: str) -> str:
    """Return "New South Wales, Australia"."""
    name = next((each.name for each in countries() if each.code == country), country)
    parts = dict(public_holidays.parts(country))
    return f"{parts[part]}, {name}" if part in parts else name
