"""Series at the desk: the list of what would be booked, changing and cancelling as far as somebody says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from bookings.diary.booking_forms import BookForm
from bookings.diary.series_forms import SeriesCancelForm, SeriesChangeForm
from bookings.diary.views.frame import Toast, diary_of, tell
from bookings.models import Appointment
from bookings.series import changing
from bookings.series.checking import Planned, plan
from bookings.series.creating import Chosen, Collided, create
from bookings.series.recurrence import Repeat, words
from clients import records

BOOK, SKIP, OVERBOOK, CHANGE = "book", "skip", "overbook", "change"
OWN = ("do-", "day-", "time-")
ASKED = ("csrfmiddlewaretoken", "planned", "check", "why", "find")


@dataclass(slots=True)
class Row:
    """One occurrence on the page of a plan, with what somebody wants of it."""

    planned: Planned
    does: str
    choices: list[tuple[str, str]]
    is_changed: bool = False
    is_lost: bool = False


def planned(
    request: AccountRequest, form: BookForm, repeat: Repeat, *, looks_again: bool = False
) -> HttpResponse:
    """Show every occurrence with what stands in its way; book them once each has been decided.

    `looks_again`: a time was taken while it was being decided, so nothing is booked and the list is shown anew.
    """
    posted = request.POST
    books = "planned" in posted and "check" not in posted and not looks_again
    values = form.cleaned_data
    found = plan(
        practitioner=values["practitioner"],
        service=values["service"],
        location=values["location"],
        starts_local=form.starts_local,
        repeat=repeat,
        changed=_changed(posted),
    )
    rows = [_row(each, posted, form.starts_local) for each in found]
    why = posted.get("why", "").strip()[:200]
    error = _refusal(rows, why) if books or looks_again else ""
    if books and not error:
        try:
            return _created(request, form, repeat, rows, why)
        except Collided:
            return planned(request, form, repeat, looks_again=True)
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
    context = {
        "rows": rows,
        "rule": words(repeat),
        "form": form,
        "kept": [(name, value) for name, value in posted.items() if not _is_own(name)],
        "action": request.path,
        "error": error,
        "why": why,
        "free": sum(1 for row in rows if row.planned.is_free),
        "has_conflicts": any(row.planned.conflicts for row in rows),
    }
    return render(request, "bookings/series_plan.html", context, status=422 if error else 200)


def _created(
    request: AccountRequest, form: BookForm, repeat: Repeat, rows: list[Row], why: str
) -> HttpResponse:
    chosen = [
        Chosen(row.planned, why if row.does == OVERBOOK else "") for row in rows if row.does != SKIP
    ]
    client = form.cleaned_data["client"]
    if client is None and form.names_somebody:
        client = lambda: records.add(by=request.actor, values=form.new_client)  # noqa: E731
    series = create(
        by=request.actor,
        repeat=repeat,
        chosen=chosen,
        client=client,
        tell=form.cleaned_data["tell"],
    )
    first = series.appointments.select_related("location").earliest("starts_at")
    said = ngettext("%d visit is booked.", "%d visits are booked.", len(chosen)) % len(chosen)
    skipped = len(rows) - len(chosen)
    if skipped:
        said += " " + ngettext("%d is skipped.", "%d are skipped.", skipped) % skipped
    tell(request, Toast(said))
    return redirect(request.account.url("diary") + diary_of(first).query())


def _row(each: Planned, posted: QueryDict, starts_local: datetime) -> Row:
    choices = [(BOOK, _("Book it"))] if each.visit is not None and not each.conflicts else []
    if each.conflicts:
        choices.append((OVERBOOK, _("Book it beside the other one")))
    choices += [(CHANGE, _("Another time")), (SKIP, _("Skip it"))]
    offered = [does for does, _label in choices]
    does = posted.get(f"do-{each.number}", "")
    if does == CHANGE and each.is_free and f"day-{each.number}" in posted:
        does = BOOK
    is_changed = each.starts_local != datetime.combine(each.day, starts_local.time())
    is_lost = does == BOOK and does not in offered
    if does not in offered:
        does = BOOK if each.is_free else SKIP
    return Row(each, does, choices, is_changed, is_lost)


def _changed(posted: QueryDict) -> dict[int, datetime]:
    """Return the other times that somebody wrote beside occurrences."""
    found = {}
    for name, day in posted.items():
        number = name.removeprefix("day-")
        if name.startswith("day-") and number.isdecimal():
            try:
                at = datetime.fromisoformat(f"{day}T{posted.get(f'time-{number}', '')}")
            except ValueError:
                continue
            if at.tzinfo is None and posted.get(f"do-{number}") != SKIP:
                found[int(number)] = at
    return found


def _refusal(rows: list[Row], why: str) -> str:
    lost = [str(row.planned.number) for row in rows if row.is_lost]
    if lost:
        words = ngettext(
            "Number %s is taken by now. Decide again.",
            "Numbers %s are taken by now. Decide again.",
            len(lost),
        )
        return words % ", ".join(lost)
    if any(row.does == CHANGE for row in rows):
        return _("Write the other times and check the dates again, before anything is booked.")
    if any(row.does == OVERBOOK for row in rows) and not why:
        return _("Say in a few words why they may stand beside other visits.")
    if all(row.does == SKIP for row in rows):
        return _("Every one is skipped, so there is nothing to book.")
    return ""


def _is_own(name: str) -> bool:
    return name in ASKED or name.startswith(OWN)


@require(Permission.DIARY_EDIT)
@require_http_methods(["GET", "POST"])
def series_change(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Move, lengthen or hand over occurrences: first what would happen, then doing it."""
    visit = _visit(pk)
    at = datetime.combine(visit.local_date, visit.local_time)
    initial = {
        "practitioner": visit.practitioner_id,
        "day": at,
        "time": at,
        "minutes": visit.duration_minutes,
    }
    form = SeriesChangeForm(request.POST if request.method == "POST" else None, initial=initial)
    found: list[Planned] = []
    if form.is_valid() and "edit" not in request.POST:
        wanted = {
            "appointment": visit,
            "how_far": form.cleaned_data["how_far"],
            "practitioner": form.cleaned_data["practitioner"],
            "starts_local": form.starts_local,
            "minutes": form.cleaned_data["minutes"],
        }
        if "confirmed" in request.POST:
            result = changing.change(by=request.actor, tell=form.cleaned_data["tell"], **wanted)
            tell(request, _said(result))
            return redirect(request.account.url("diary") + diary_of(_visit(pk)).query())
        found = changing.preview(**wanted)
    context = {
        **_context(request, visit),
        "form": form,
        "found": found,
        "kept": [
            (name, value)
            for name, value in request.POST.items()
            if name not in ("csrfmiddlewaretoken", "confirmed", "edit")
        ],
        "stay": sum(1 for each in found if each.visit is None or each.conflicts),
    }
    status = 422 if form.errors else 200
    return render(request, "bookings/series_change.html", context, status=status)


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
    context = {**_context(request, visit), "form": form}
    part = "#form" if request.htmx else ""
    return render(
        request,
        f"bookings/series_cancel.html{part}",
        context,
        status=422 if form.errors else 200,
    )


def _visit(pk: UUID) -> Appointment:
    related = Appointment.objects.select_related("location", "practitioner", "service", "series")
    found: Appointment = get_object_or_404(related.filter(series__isnull=False), pk=pk)
    return found


def _context(request: AccountRequest, visit: Appointment) -> dict[str, Any]:
    return {
        "action": request.path,
        "visit": visit,
        "zone": visit.location.time_zone,
        "panel_url": request.account.url("appointment", visit.pk),
    }


def _said(result: changing.Result) -> Toast:
    changed, left = len(result.changed), len(result.left)
    said = ngettext("%d visit is changed.", "%d visits are changed.", changed) % changed
    if not left:
        return Toast(said)
    stays = ngettext("%d stays as it was.", "%d stay as they were.", left) % left
    return Toast(f"{said} {stays}", level="warning")
