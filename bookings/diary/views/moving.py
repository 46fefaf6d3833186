"""Moving and lengthening: by a drag, which gets the diary anew, or by a form that works without JavaScript."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Permission, require
from accounts.places import here
from accounts.requests import AccountRequest
from accounts.templatetags.keepwell import clock as clock_words
from accounts.templatetags.keepwell import short_day
from bookings.appointments.booking import SlotTaken
from bookings.appointments.moving import (
    conflicts_of_length,
    conflicts_of_move,
    lengthen,
    move,
    move_back,
)
from bookings.appointments.overbooking import Conflict
from bookings.availability.schedule import Slot
from bookings.availability.wall_time import NonexistentTime, local
from bookings.diary.moving_forms import BesideForm, LengthForm, MoveForm, with_start
from bookings.diary.views.frame import Toast, changed, open_diary
from bookings.diary.views.series import how_far
from bookings.messaging.heard import is_change_known
from bookings.models import Appointment, Move
from bookings.series.changing import take_back

WITH_PLACE = ("practitioner", "location", "service")
PAGE = "bookings/move.html"


@require(Permission.DIARY_EDIT)
@require_http_methods(["GET", "POST"])
def appointment_move(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Move an appointment: a drag posts `practitioner` and `starts`, the form a day, a time, and who is told.

    A drag onto a taken time is answered with the form, which shows what is there and asks whether to overbook.
    """
    appointment = get_object_or_404(
        Appointment.objects.select_related(*WITH_PLACE).filter(here()), pk=pk
    )
    dragged = request.method == "POST" and bool(request.htmx)
    form = MoveForm(with_start(request.POST) if request.method == "POST" else None)
    if form.is_valid():
        wanted = {"practitioner": form.cleaned_data["practitioner"]}
        wanted["starts_local"] = form.starts_local
        if question := how_far(request, appointment, **wanted):
            return question
        try:
            there = conflicts_of_move(appointment=appointment, **wanted)
            moved = move(
                by=request.actor,
                appointment=appointment,
                overbook_because=form.because({str(each.id) for each in there}),
                tell=form.tells,
                **wanted,
            )
            return changed(request, moved, _moved(request, moved))
        except SlotTaken as taken:
            return _taken(request, appointment, form, there, taken.nearest)
        except NonexistentTime as missing:
            form.add_error("time", str(missing.advice))
        except ValidationError as refusal:
            form.add_error(None, refusal)
    if dragged:
        if "practitioner" in form.errors:
            raise Http404
        return changed(request, appointment, _refused(form), status=409)
    return _page(request, appointment, form, status=422 if form.errors else 200)


@require(Permission.DIARY_EDIT)
@require_http_methods(["GET", "POST"])
def appointment_length(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Make an appointment last `minutes`; the undo asks the same address with the old length in its query."""
    appointment = get_object_or_404(
        Appointment.objects.select_related(*WITH_PLACE).filter(here()), pk=pk
    )
    if request.method == "GET":
        return _page(request, appointment, LengthForm(), status=200)
    before = appointment.duration_minutes
    posted = request.POST.copy()
    posted.setdefault("minutes", request.GET.get("minutes", ""))
    form = LengthForm(posted)
    if not form.is_valid():
        if form.data.get("is_asked"):
            return _page(request, appointment, form, status=422)
        return changed(request, appointment, _refused(form), status=409)
    minutes = form.cleaned_data["minutes"]
    if "minutes" not in request.GET:
        question = how_far(request, appointment, minutes=minutes)
        if question is not None:
            return question
    # An undo is told only to those who heard of what it takes back
    undoes = "minutes" in request.GET and not is_change_known(appointment)
    there = conflicts_of_length(appointment=appointment, minutes=minutes)
    try:
        longer = lengthen(
            by=request.actor,
            appointment=appointment,
            minutes=minutes,
            overbook_because=form.because({str(each.id) for each in there}),
            tell=False if undoes else form.tells,
        )
    except SlotTaken as taken:
        return _taken(request, appointment, form, there, taken.nearest)
    except ValidationError as refusal:
        toast = Toast(" ".join(refusal.messages), level="error")
        return changed(request, appointment, toast, status=409)
    undo = request.account.url("appointment_length", pk, minutes=before)
    words = _("Now %(minutes)d minutes") % {"minutes": longer.duration_minutes}
    return changed(request, longer, Toast(words, undo))


def _taken(
    request: AccountRequest,
    appointment: Appointment,
    form: MoveForm | LengthForm,
    there: list[Conflict],
    nearest: list[Slot],
) -> HttpResponse:
    """Answer with the form, which shows what is in the way and from now on counts it as shown."""
    shown = QueryDict(mutable=True)
    shown.update(form.data)
    shown["seen"] = " ".join(str(each.id) for each in there)
    shown["is_asked"] = "True"
    if not form.cleaned_data["is_asked"] and form.fields["tell"].initial:
        shown["tell"] = "on"
    form.data = shown
    more: dict[str, Any] = {"there": there, "taken": _("The longer time reaches into another.")}
    if isinstance(form, MoveForm):
        # Where it stands already is free for it alone, and no other time
        here = (appointment.practitioner_id, appointment.starts_at)
        nearest = [slot for slot in nearest if (slot.practitioner, slot.starts_at) != here]
        more["taken"] = taken_words(nearest, form.starts_local)
        more["nearest"] = [
            (slot, nearest_words(slot, form.starts_local))
            for slot in that_day_first(nearest, form.starts_local)
        ]
    return _page(request, appointment, form, status=409, **more)


def _page(
    request: AccountRequest,
    appointment: Appointment,
    form: MoveForm | LengthForm,
    *,
    status: int,
    **more: Any,
) -> HttpResponse:
    """Show the form: in the side panel for an open diary, wherever the answer was to go, else as a page."""
    at = local(appointment.starts_at, appointment.location.time_zone)
    if not form.is_bound:
        form.initial = {"practitioner": appointment.practitioner_id, "day": at, "time": at}
        form.initial["minutes"] = appointment.duration_minutes
    context: dict[str, Any] = {
        "form": form,
        "action": request.path,
        "appointment": appointment,
        "zone": appointment.location.time_zone,
        "panel_url": request.account.url("appointment", appointment.pk),
        "diary": open_diary(request) or form["diary"].value() or "",
        "is_length": isinstance(form, LengthForm),
        **more,
    }
    part = "#form" if request.htmx else ""
    answer = render(request, f"{PAGE}{part}", context, status=status)
    if request.htmx:
        answer.headers["HX-Retarget"] = "#panel"
        answer.headers["HX-Reswap"] = "innerHTML"
    return answer


@require(Permission.DIARY_EDIT)
@require_POST
def move_reversal(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Undo a move."""
    related = Move.objects.select_related(
        "appointment__location", "appointment__practitioner", "appointment__service"
    )
    rows = related.filter(here("appointment__location")).select_related("from_practitioner")
    record = get_object_or_404(rows, pk=pk)
    if record.together is not None:
        return _all_back(request, record)
    try:
        back = move_back(by=request.actor, record=record)
    except SlotTaken:
        toast = Toast(_("Somebody else has that time by now. Nothing was undone."), level="error")
        return changed(request, record.appointment, toast, status=409)
    except ValidationError as refusal:
        toast = Toast(" ".join(refusal.messages), level="error")
        return changed(request, record.appointment, toast, status=409)
    at = clock_words(back.starts_at, back.location.time_zone)
    return changed(request, back, Toast(_("Back at %(time)s") % {"time": at}))


def _all_back(request: AccountRequest, record: Move) -> HttpResponse:
    """Undo the moves of one change to a series."""
    result = take_back(by=request.actor, record=record)
    count, left = len(result.changed), len(result.left)
    said = ngettext("%d visit is back.", "%d visits are back.", count) % count
    if left:
        stays = ngettext(
            "%d stays: its time is taken, or it was moved again.",
            "%d stay: their time is taken, or they were moved again.",
            left,
        )
        said = f"{said} {stays % left}"
    toast = Toast(said, level="warning" if left else "success")
    return changed(request, record.appointment, toast, status=200 if count else 409)


def taken_words(nearest: list[Slot], wanted: datetime) -> str:
    """Return what is said when a time is somebody else's, with the nearest free ones."""
    taken = _("%(time)s is taken.") % {"time": clock_words(wanted)}
    if not nearest:
        return taken + " " + _("Nothing is free near it. Try another day.")
    times = [nearest_words(slot, wanted) for slot in that_day_first(nearest, wanted)]
    return taken + " " + _("The nearest free times: %(times)s.") % {"times": ", ".join(times)}


def that_day_first(nearest: list[Slot], wanted: datetime) -> list[Slot]:
    """Return free times with those of the wanted day in front, so that no time reads as one of another day."""
    return sorted(nearest, key=lambda slot: slot.local_start.date() != wanted.date())


def nearest_words(slot: Slot, wanted: datetime) -> str:
    """Return a free time as it is offered: the time alone on the day that was wanted, else with its day."""
    at = clock_words(slot.local_start)
    if slot.local_start.date() == wanted.date():
        return at
    weekday = format_date(slot.local_start, "D")
    return f"{weekday} {short_day(slot.local_start)} {at}"


def _moved(request: AccountRequest, appointment: Appointment) -> Toast:
    latest = Move.objects.filter(appointment=appointment).order_by("-id").first()
    at = clock_words(appointment.starts_at, appointment.location.time_zone)
    undo = request.account.url("move_reversal", latest.pk) if latest else ""
    return Toast(_("Moved to %(time)s") % {"time": at}, undo)


def _refused(form: BesideForm) -> Toast:
    words = [str(message) for messages in form.errors.values() for message in messages]
    return Toast(" ".join(words), level="error")
