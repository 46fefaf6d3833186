"""Limits: how much each practitioner takes, and how late or early they can be booked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Practitioner
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from bookings.hours import keeping, reach
from bookings.hours.forms import LimitsForm, days_words, notice_words
from bookings.hours.initial import limits_initial
from bookings.hours.stranded import asking
from bookings.hours.stranded.finding import LimitsTo, stranded
from bookings.models import Appointment, BookingLimits

editor = require(Permission.DIARY_EDIT)
both = require_http_methods(["GET", "POST"])


@editor
@require_safe
def overview(request: AccountRequest) -> HttpResponse:
    """List the practitioners whose limits the member may set."""
    kept = {each.practitioner_id: each for each in BookingLimits.objects.all()}
    found = [
        {
            "person": each,
            "words": limit_words(kept.get(each.pk)),
            "url": request.account.url("limits_of", each.pk),
        }
        for each in reach.people(request)
    ]
    context = {"tabs": reach.tabs(request, "limits"), "rows": found}
    return render(request, "hours/limits.html", context)


@editor
@both
def limits_of(request: AccountRequest, practitioner: UUID) -> HttpResponse:
    """Set one practitioner's limits."""
    person: Practitioner = get_object_or_404(Practitioner.objects.all(), pk=practitioner)
    reach.check(request, person.pk)
    row = BookingLimits.objects.filter(practitioner=person).first()
    form = LimitsForm(
        request.POST if request.method == "POST" else None, initial=limits_initial(row)
    )
    left_out: list[Appointment] = []
    shown: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        asked = LimitsTo(person, values["most_per_day"], values["most_per_week"])
        left_out = stranded(asked)

        def save() -> str:
            keeping.set_limits(by=request.actor, practitioner=person, values=values)
            return _("Limits saved.")

        if asking.decided(request, left_out, save):
            return redirect(request.account.url("limits"))
        shown = asking.rows(request, left_out, save)
    context = {
        "form": form,
        "practitioner": person,
        "left_out": shown,
        "left_out_count": len(left_out),
    }
    return render(request, "hours/limits_of.html", context)


def limit_words(row: BookingLimits | None) -> str:
    """Return limits in a line, or nothing."""
    if row is None:
        return ""
    words = []
    if row.most_per_day is not None:
        words.append(ngettext("%d a day", "%d a day", row.most_per_day) % row.most_per_day)
    if row.most_per_week is not None:
        words.append(ngettext("%d a week", "%d a week", row.most_per_week) % row.most_per_week)
    if row.notice_minutes is not None:
        words.append(_("notice of %(time)s") % {"time": notice_words(row.notice_minutes)})
    if row.horizon_days is not None:
        words.append(_("%(days)s ahead") % {"days": days_words(row.horizon_days)})
    return " · ".join(words)
