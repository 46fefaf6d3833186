"""Series at the desk: changing and cancelling as far as somebody says, first what would happen, then doing it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.models import AccountAnchor
from accounts.permissions import Permission, require
from accounts.places import here
from accounts.requests import AccountRequest
from bookings.diary.series_forms import SeriesCancelForm, SeriesChangeForm
from bookings.diary.views.frame import Toast, changed, diary_of, tell
from bookings.messaging.preferences import practice_choices
from bookings.models import Appointment
from bookings.series import changing, reach
from bookings.series.checking import Planned

ASKED = ("csrfmiddlewaretoken", "confirmed", "edit", "tell")


@require(Permission.DIARY_EDIT)
@require_http_methods(["GET", "POST"])
def series_change(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Move, lengthen or hand over occurrences: first what would happen, then doing it."""
    visit = _visit(pk)
    form = SeriesChangeForm(_posted(request), initial=_as_it_is(visit))
    found: list[Planned] = []
    if form.is_valid() and "edit" not in request.POST:
        wanted = {
            "appointment": visit,
            "how_far": form.cleaned_data["how_far"],
            "practitioner": form.cleaned_data["practitioner"],
            "starts_local": form.starts_local,
            "minutes": form.cleaned_data["minutes"],
        }
        if "confirmed" in form.data:
            result = changing.change(by=request.actor, tell=form.cleaned_data["tell"], **wanted)
            return changed(request, _visit(pk), _said(request, visit, result, form.cleaned_data))
        found = changing.preview(**wanted)
    context = {
        **_context(request, visit),
        "form": form,
        "found": found,
        "kept": [(name, value) for name, value in request.POST.items() if name not in ASKED],
        "stay": sum(1 for each in found if each.visit is None or each.conflicts),
    }
    return _shown(request, "series_change", context, form)


def how_far(
    request: AccountRequest, appointment: Appointment, **wanted: Any
) -> HttpResponse | None:
    """Ask in the side panel how far a drag reaches; None where there is nothing to ask.

    `wanted` is another `practitioner` and `starts_local`, or other `minutes`.
    """
    posted, ways = request.POST, reach.counts(appointment) if appointment.series_id else {}
    if not request.htmx or "is_asked" in posted or "how_far" in posted or len(ways) < 2:
        return None
    visit = _visit(appointment.pk)
    values = _as_it_is(visit) | wanted
    starts = values.get("starts_local", values["day"])
    person = getattr(values["practitioner"], "pk", values["practitioner"])
    if "minutes" not in wanted and (person, starts) == (visit.practitioner_id, values["day"]):
        return None  # only its room is another
    context = {
        **_context(request, visit),
        "ways": ways,
        "is_length": "minutes" in wanted,
        "minutes": values["minutes"],
        "starts": starts,
        "practitioner": person,
        "series_url": request.account.url("series_change", visit.pk),
    }
    answer = render(request, "bookings/series_how_far.html", context, status=409)
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#panel", "innerHTML"
    return answer


@require(Permission.DIARY_EDIT)
@require_http_methods(["GET", "POST"])
def series_cancellation(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Ask how far, who and why, and cancel."""
    visit = _visit(pk)
    form = SeriesCancelForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        gone = changing.cancel(by=request.actor, appointment=visit, **form.cleaned_data)
        said = ngettext("%d visit is cancelled.", "%d visits are cancelled.", len(gone))
        tell(request, Toast(said % len(gone)))
        asked = diary_of(visit).but(appointment=None)
        return redirect(request.account.url("diary") + asked.query())
    return _shown(request, "series_cancel", {**_context(request, visit), "form": form}, form)


def _visit(pk: UUID) -> Appointment:
    related = Appointment.objects.select_related("location", "practitioner", "service", "series")
    found: Appointment = get_object_or_404(related.filter(here(), series__isnull=False), pk=pk)
    return found


def _context(request: AccountRequest, visit: Appointment) -> dict[str, Any]:
    return {
        "action": request.path,
        "visit": visit,
        "zone": visit.location.time_zone,
        "panel_url": request.account.url("appointment", visit.pk),
    }


def _shown(
    request: AccountRequest, page: str, context: dict[str, Any], form: forms.Form
) -> HttpResponse:
    """Show a form: in the side panel for an open diary, wherever the answer was to go, else as a page."""
    part = "#form" if request.htmx else ""
    answer = render(
        request, f"bookings/{page}.html{part}", context, status=422 if form.errors else 200
    )
    if request.htmx:
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#panel", "innerHTML"
    return answer


def _posted(request: AccountRequest) -> QueryDict | None:
    """Return what was sent; the client is told by habit until somebody has seen the question.

    An undo asks with everything in its query.
    """
    if request.method != "POST":
        return None
    posted = (request.GET if "confirmed" in request.GET else request.POST).copy()
    if not {"confirmed", "edit"} & posted.keys() and practice_choices().tells_of_change:
        posted["tell"] = "on"
    return posted


def _as_it_is(visit: Appointment) -> dict[str, Any]:
    at = datetime.combine(visit.local_date, visit.local_time)
    return {
        "practitioner": visit.practitioner_id,
        "day": at,
        "time": at,
        "minutes": visit.duration_minutes,
    }


def _said(
    request: AccountRequest, visit: Appointment, result: changing.Result, asked: dict[str, Any]
) -> Toast:
    """Return what became of a change, with the way back where one step leads there."""
    count, left = len(result.changed), len(result.left)
    said = ngettext("%d visit is changed.", "%d visits are changed.", count) % count
    if left:
        stays = ngettext("%d stays as it was.", "%d stay as they were.", left) % left
        said = f"{said} {stays}"
    undo = _undo(request.account, visit, result, asked)
    return Toast(said, undo, level="warning" if left else "success")


def _undo(
    account: AccountAnchor, visit: Appointment, result: changing.Result, asked: dict[str, Any]
) -> str:
    """Return the address that takes a change back; "" for one of times and lengths, or of visits of several lengths."""
    before = {each.duration_minutes for each in result.changed}
    if result.record is not None:
        return (
            account.url("move_reversal", result.record.pk) if before == {asked["minutes"]} else ""
        )
    if before != {visit.duration_minutes}:
        return ""
    at = datetime.combine(visit.local_date, visit.local_time)
    return account.url(
        "series_change",
        visit.pk,
        how_far=asked["how_far"],
        practitioner=visit.practitioner_id,
        day=f"{at:%Y-%m-%d}",
        time=f"{at:%H:%M}",
        minutes=visit.duration_minutes,
        confirmed=1,
    )
