"""Moving and lengthening: by a drag, which gets the diary anew, or by a form that works without JavaScript."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from accounts.templatetags.keepwell import clock as clock_words
from accounts.templatetags.keepwell import short_day
from bookings.availability import Slot
from bookings.booking import SlotTaken
from bookings.forms import WhenForm, with_start
from bookings.models import Appointment, Move
from bookings.moving import lengthen, move, move_back
from bookings.views.frame import Toast, changed
from bookings.wall_time import NonexistentTime, local

WITH_PLACE = ("practitioner", "location", "service")


@require(Permission.DIARY_EDIT)
@require_http_methods(["GET", "POST"])
def appointment_move(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Move an appointment: a drag posts `practitioner` and `starts`, the form a day and a time."""
    appointment = get_object_or_404(Appointment.objects.select_related(*WITH_PLACE), pk=pk)
    dragged = request.method == "POST" and bool(request.htmx)
    form = WhenForm(with_start(request.POST) if request.method == "POST" else None)
    nearest: list[Slot] = []
    if form.is_valid():
        try:
            moved = move(
                by=request.actor,
                appointment=appointment,
                practitioner=form.cleaned_data["practitioner"],
                starts_local=form.starts_local,
            )
            return changed(request, moved, _moved(request, moved))
        except SlotTaken as taken:
            nearest = taken.nearest
            form.add_error(None, taken_words(nearest, form.starts_local))
        except NonexistentTime as missing:
            form.add_error("time", str(missing.advice))
        except ValidationError as refusal:
            form.add_error(None, refusal)
    if dragged:
        if "practitioner" in form.errors:
            raise Http404
        return changed(request, appointment, _refused(form), status=409)
    return _move_page(request, appointment, form, nearest)


def _move_page(
    request: AccountRequest, appointment: Appointment, form: WhenForm, nearest: list[Slot]
) -> HttpResponse:
    at = local(appointment.starts_at, appointment.location.time_zone)
    if not form.is_bound:
        form.initial = {"practitioner": appointment.practitioner_id, "day": at, "time": at}
    context: dict[str, Any] = {
        "form": form,
        "action": request.path,
        "appointment": appointment,
        "zone": appointment.location.time_zone,
        "nearest": [(slot, nearest_words(slot, form.starts_local)) for slot in nearest],
        "panel_url": request.account.url("appointment", appointment.pk),
    }
    part = "#form" if request.htmx else ""
    status = (409 if nearest else 422) if form.errors else 200
    return render(request, f"bookings/move.html{part}", context, status=status)


@require(Permission.DIARY_EDIT)
@require_POST
def appointment_length(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Make an appointment last `minutes`; the undo asks the same address with the old length in its query."""
    appointment = get_object_or_404(Appointment.objects.select_related(*WITH_PLACE), pk=pk)
    before = appointment.duration_minutes
    text = request.POST.get("minutes") or request.GET.get("minutes", "")
    try:
        longer = lengthen(
            by=request.actor,
            appointment=appointment,
            minutes=int(text) if text.isdecimal() else 0,
        )
    except SlotTaken:
        toast = Toast(_("There is another appointment in the way. Left as it was."), level="error")
        return changed(request, appointment, toast, status=409)
    except ValidationError as refusal:
        toast = Toast(" ".join(refusal.messages), level="error")
        return changed(request, appointment, toast, status=409)
    undo = request.account.url("appointment_length", pk, minutes=before)
    words = _("Now %(minutes)d minutes") % {"minutes": longer.duration_minutes}
    return changed(request, longer, Toast(words, undo))


@require(Permission.DIARY_EDIT)
@require_POST
def move_reversal(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Undo a move."""
    related = Move.objects.select_related(
        "appointment__location", "appointment__practitioner", "appointment__service"
    )
    record = get_object_or_404(related.select_related("from_practitioner"), pk=pk)
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


def taken_words(nearest: list[Slot], wanted: datetime) -> str:
    """Return what is said when a time is somebody else's, with the nearest free ones."""
    taken = _("%(time)s is taken.") % {"time": clock_words(wanted)}
    if not nearest:
        return taken + " " + _("Nothing is free near it. Try another day.")
    times = [nearest_words(slot, wanted) for slot in nearest]
    return taken + " " + _("The nearest free times: %(times)s.") % {"times": ", ".join(times)}


def nearest_words(slot: Slot, wanted: datetime) -> str:
    """Return a free time as it is offered: the time alone on the day that was wanted, else with its day."""
    at = clock_words(slot.local_start)
    if slot.local_start.date() == wanted.date():
        return at
    return f"{short_day(slot.local_start)} {at}"


def _moved(request: AccountRequest, appointment: Appointment) -> Toast:
    latest = Move.objects.filter(appointment=appointment).order_by("-id").first()
    at = clock_words(appointment.starts_at, appointment.location.time_zone)
    undo = request.account.url("move_reversal", latest.pk) if latest else ""
    return Toast(_("Moved to %(time)s") % {"time": at}, undo)


def _refused(form: WhenForm) -> Toast:
    words = [str(message) for messages in form.errors.values() for message in messages]
    return Toast(" ".join(words), level="error")
