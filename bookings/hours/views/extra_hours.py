"""Extra hours: the list, adding, changing and taking back."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import practice_settings
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from bookings.availability.repeat import Repeat, next_day
from bookings.hours import extra_hours, reach
from bookings.hours.forms import ExtraHoursForm
from bookings.hours.initial import extra_initial
from bookings.hours.shown import repeat_words, when_words
from bookings.hours.stranded import asking
from bookings.hours.stranded.finding import ExtraTo, stranded
from bookings.models import Appointment, ExtraHours
from privacy.vocabulary import clock

editor = require(Permission.DIARY_EDIT)
both = require_http_methods(["GET", "POST"])


@editor
@require_safe
def entries(request: AccountRequest) -> HttpResponse:
    """List extra hours that are coming."""
    today = clock.today(practice_settings.zone())
    over = Q(every_weeks=None, day__lt=today) | Q(until__lt=today)
    rows = ExtraHours.objects.exclude(over).select_related("practitioner", "location")
    coming = sorted(((_next(each, today), each) for each in rows), key=lambda pair: pair[0])
    mine = {each.pk for each in reach.people(request)}
    context = {
        "tabs": reach.tabs(request, "extra_hours"),
        "rows": [_row(request, each, day, mine) for day, each in coming],
        "can_add": bool(mine and reach.places()),
    }
    return render(request, "hours/extra_hours.html", context)


@editor
@both
def new(request: AccountRequest) -> HttpResponse:
    """Add extra hours."""
    return _edit(request, None)


@editor
@both
def entry(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Change extra hours, or take them back with the button of that name."""
    found: ExtraHours = get_object_or_404(ExtraHours.objects.all(), pk=pk)
    reach.check(request, found.practitioner_id)
    return _edit(request, found)


def _edit(request: AccountRequest, extra: ExtraHours | None) -> HttpResponse:
    is_removal = extra is not None and "removal" in request.POST
    form = ExtraHoursForm(
        request.POST if request.method == "POST" and not is_removal else None,
        people=reach.people(request),
        places=reach.places(),
        initial=extra_initial(extra) if extra else {"day": request.GET.get("day", "")},
    )
    left_out: list[Appointment] = []
    shown: list[dict[str, Any]] = []
    if request.method == "POST" and (is_removal or _makes_sense(form, extra)):
        left_out = _left_out(extra, None if is_removal else form)
        save = partial(_save, request, extra, None if is_removal else form)
        if asking.decided(request, left_out, save):
            return redirect(request.account.url("extra_hours"))
        shown = asking.rows(request, left_out, save)
    context = {
        "form": form,
        "extra": extra,
        "is_removal": is_removal,
        "left_out": shown,
        "left_out_count": len(left_out),
    }
    return render(request, "hours/extra_hours_entry.html", context)


def _makes_sense(form: ExtraHoursForm, extra: ExtraHours | None) -> bool:
    """Whether what was entered can be kept; if not, the form says why."""
    if not form.is_valid():
        return False
    try:
        extra_hours.drafted(form.values, extra)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


def _left_out(extra: ExtraHours | None, form: ExtraHoursForm | None) -> list[Appointment]:
    if extra is None:
        return []
    then = extra_hours.drafted(form.values, extra) if form else None
    if then and (then.practitioner, then.location) != (extra.practitioner, extra.location):
        then = None
    return stranded(ExtraTo(extra.practitioner, extra.location, then, extra.pk))


def _save(request: AccountRequest, extra: ExtraHours | None, form: ExtraHoursForm | None) -> str:
    """Make the change and return the words for it; without a form, take the hours back."""
    if form is None and extra is not None:
        extra_hours.remove(by=request.actor, extra=ExtraHours.objects.get(pk=extra.pk))
        return _("Extra hours taken back.")
    if form is not None and extra is not None:
        extra_hours.change(by=request.actor, extra=extra, values=form.values)
    elif form is not None:
        extra_hours.add(by=request.actor, values=form.values)
    return _("Extra hours saved.")


def _next(row: ExtraHours, today: date) -> date:
    """Return the day of the next ones."""
    return next_day(row.day, Repeat(row.every_weeks, row.until), today)


def _row(request: AccountRequest, row: ExtraHours, day: date, mine: set[UUID]) -> dict[str, Any]:
    can_edit = reach.sets_all(request) or row.practitioner_id in mine
    return {
        "who": f"{row.practitioner.name} · {row.location.name}",
        "when": when_words(day, row.starts, day, row.ends),
        "repeat": repeat_words(row.every_weeks, row.until),
        "url": request.account.url("extra_hours_entry", row.pk) if can_edit else "",
    }
