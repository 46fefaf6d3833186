"""Booking a series at the desk: every date with what stands in its way, decided before any is booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.requests import AccountRequest
from bookings.appointments import elsewhere
from bookings.diary.belonging import belongs
from bookings.diary.booking_forms import BookForm
from bookings.diary.views.frame import Toast, diary_of, tell
from bookings.models import Attendee
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
        people=elsewhere.people(values["client"]),
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
    places = Attendee.objects.filter(appointment__series=series)
    belongs(request, form, places.order_by("appointment__starts_at"))
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
