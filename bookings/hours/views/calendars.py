"""Other calendars: whose they are, when they were last read, and what went wrong."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import practice_settings
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from bookings.hours import calendars, reach
from bookings.hours.forms import CalendarForm
from bookings.models import BusyCalendar

editor = require(Permission.DIARY_EDIT)
both = require_http_methods(["GET", "POST"])


@editor
@require_safe
def entries(request: AccountRequest) -> HttpResponse:
    """List the calendars of the practitioners whose time the member may set."""
    mine = reach.people(request)
    rows = BusyCalendar.objects.filter(practitioner__in=[each.pk for each in mine])
    context = {
        "tabs": reach.tabs(request, "calendars"),
        "rows": [
            (each, calendars.failure_words(each.failure))
            for each in rows.select_related("practitioner")
        ],
        "zone": practice_settings.zone(),
        "can_add": bool(mine),
    }
    return render(request, "hours/calendars.html", context)


@editor
@both
def new(request: AccountRequest) -> HttpResponse:
    """Add a calendar by its address."""
    form = CalendarForm(
        request.POST if request.method == "POST" else None, people=reach.people(request)
    )
    if request.method == "POST" and form.is_valid():
        try:
            calendars.add(by=request.actor, **form.values)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Added. It is being read."))
            return redirect(request.account.url("calendars"))
    return render(request, "hours/calendar_new.html", {"form": form})


@editor
@require_POST
def reading(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Have a calendar read now."""
    calendars.read_soon(calendar=_calendar(request, pk))
    messages.success(request, _("It is being read. Look again in a moment."))
    return redirect(request.account.url("calendars"))


@editor
@require_POST
def removal(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Forget a calendar."""
    calendars.remove(by=request.actor, calendar=_calendar(request, pk))
    messages.success(request, _("Removed. Its times can be booked again."))
    return redirect(request.account.url("calendars"))


def _calendar(request: AccountRequest, pk: UUID) -> BusyCalendar:
    found: BusyCalendar = get_object_or_404(BusyCalendar.objects.all(), pk=pk)
    reach.check(request, found.practitioner_id)
    return found
