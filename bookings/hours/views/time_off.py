"""Time off and closures: the list, adding, changing and taking back."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import practice_settings
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from bookings.availability.repeat import first_days
from bookings.hours import reach, time_off
from bookings.hours.forms import TimeOffForm
from bookings.hours.initial import time_off_initial
from bookings.hours.shown import repeat_words, when_words
from bookings.hours.stranded import asking, listing
from bookings.hours.stranded.finding import AwayTo, stranded
from bookings.models import Absence, Appointment
from bookings.openings.known import LONGEST, spell_of
from privacy.vocabulary import clock

editor = require(Permission.DIARY_EDIT)
both = require_http_methods(["GET", "POST"])
# How much of what is over is listed
OVER = 100


@editor
@require_safe
def entries(request: AccountRequest) -> HttpResponse:
    """List time off and closures that are coming; with `past`, the last ones that are over."""
    today, is_past = clock.today(practice_settings.zone()), bool(request.GET.get("past"))
    over = Q(every_weeks=None, last_day__lt=today) | Q(until__lt=today - LONGEST)
    rows = Absence.objects.select_related("practitioner", "location")
    kept = (
        rows.filter(over).order_by("-last_day")[:OVER]
        if is_past
        else rows.exclude(over).order_by("first_day", "starts")
    )
    mine = {each.pk for each in reach.people(request)}
    shown = [(_next(each, today), each) for each in kept]
    if not is_past:
        shown.sort(key=lambda pair: pair[0])
    context = {
        "tabs": reach.tabs(request, "time_off"),
        "rows": [_row(request, each, day, mine) for day, each in shown],
        "is_past": is_past,
        "can_add": bool(mine) or reach.sets_all(request),
    }
    return render(request, "hours/time_off.html", context)


@editor
@both
def new(request: AccountRequest) -> HttpResponse:
    """Add time off; the diary's link names the practitioner and the day."""
    return _edit(request, None)


@editor
@both
def entry(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Change time off."""
    found: Absence = get_object_or_404(Absence.objects.all(), pk=pk)
    reach.check(request, found.practitioner_id)
    return _edit(request, found)


@editor
@require_POST
def removal(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Take time off back."""
    found: Absence = get_object_or_404(Absence.objects.all(), pk=pk)
    reach.check(request, found.practitioner_id)
    time_off.remove(by=request.actor, absence=found)
    listing.heal()
    messages.success(request, _("Taken back. The hours can be booked again."))
    return redirect(request.account.url("time_off"))


def _edit(request: AccountRequest, absence: Absence | None) -> HttpResponse:
    form = TimeOffForm(
        request.POST if request.method == "POST" else None,
        people=reach.people(request),
        places=reach.places(),
        for_all=reach.sets_all(request),
        initial=time_off_initial(absence) if absence else _asked(request),
    )
    left_out: list[Appointment] = []
    shown: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        try:
            draft = time_off.drafted(form.values, absence)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            asked = AwayTo(draft.practitioner_id, draft.location_id, spell_of(draft))
            left_out = stranded(asked)
            save = partial(_save, request, form, absence)
            if asking.decided(request, left_out, save):
                return redirect(_back(request, form))
            shown = asking.rows(request, left_out, save)
    context = {
        "form": form,
        "absence": absence,
        "left_out": shown,
        "left_out_count": len(left_out),
        "has_places": len(form.places) > 1,
    }
    return render(request, "hours/time_off_entry.html", context)


def _save(request: AccountRequest, form: TimeOffForm, absence: Absence | None) -> str:
    if absence is None:
        time_off.add(by=request.actor, member=request.member, values=form.values)
    else:
        time_off.change(by=request.actor, absence=absence, values=form.values)
    return _("Saved. Nobody can be booked in that time.")


def _back(request: AccountRequest, form: TimeOffForm) -> str:
    if request.GET.get("back") == "diary":
        day = form.cleaned_data["first_day"].isoformat()
        return request.account.url("diary", day=day)
    return request.account.url("time_off")


def _asked(request: AccountRequest) -> dict[str, Any]:
    """Return what a link from the diary says."""
    names = {"who": "practitioner", "first_day": "day", "starts": "starts", "ends": "ends"}
    return {field: request.GET.get(name, "") for field, name in names.items()}


def _next(row: Absence, today: date) -> date:
    """Return the first day of the next one that isn't over."""
    length = row.last_day - row.first_day
    repeat = spell_of(row).repeat
    since = today - length
    days = first_days(row.first_day, repeat, since, max(since, row.first_day) + LONGEST)
    return next(days, row.first_day)


def _row(request: AccountRequest, row: Absence, day: date, mine: set[UUID]) -> dict[str, Any]:
    who = str(row.practitioner.name) if row.practitioner else _("Everybody")
    can_edit = reach.sets_all(request) or row.practitioner_id in mine
    last = day + (row.last_day - row.first_day)
    return {
        "who": f"{who} · {row.location.name}" if row.location else who,
        "when": when_words(day, row.starts, last, row.ends),
        "repeat": repeat_words(row.every_weeks, row.until),
        "kind": row.get_kind_display(),
        "label": str(row.label),
        "is_closed": row.practitioner is None,
        "url": request.account.url("time_off_entry", row.pk) if can_edit else "",
    }
