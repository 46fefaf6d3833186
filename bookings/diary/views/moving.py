"""Moving: by a drag, which gets the diary anew, or by a form that works without JavaScript."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Permission, require
from accounts.places import here
from accounts.requests import AccountRequest
from accounts.templatetags.keepwell import clock as clock_words
from bookings.appointments.booking import SlotTaken
from bookings.appointments.conflicts import Conflict
from bookings.appointments.elsewhere import people_of
from bookings.appointments.moving import (
    conflicts_of_move,
    move,
    move_back,
)
from bookings.availability.wall_time import NonexistentTime
from bookings.diary.moving_forms import MoveForm, with_start
from bookings.diary.views.beside import form_page, refused, taken_page
from bookings.diary.views.frame import Toast, changed
from bookings.diary.views.series import how_far
from bookings.diary.views.who import uuid_in
from bookings.models import Appointment, Move
from bookings.openings.taking import Taken
from bookings.rooms import choosing
from bookings.series.changing import take_back
from privacy.vocabulary import scope

WITH_PLACE = ("practitioner", "location", "service")


@require(Permission.DIARY_EDIT)
@require_http_methods(["GET", "POST"])
def appointment_move(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Move an appointment: a drag posts `practitioner` and `starts`, the form a day, a time, and who is told.

    A drag onto a taken time is answered with the form, which shows what is there and asks whether to overbook. Among
    rooms a drag posts a `resource` in place of the practitioner, who stays.
    """
    appointment = get_object_or_404(
        Appointment.objects.select_related(*WITH_PLACE).filter(here()), pk=pk
    )
    form = MoveForm(_dropped(request, appointment) if request.method == "POST" else None)
    if form.is_valid() and (answer := _carried_out(request, appointment, form)):
        return answer
    if request.method == "POST" and request.htmx:
        if "practitioner" in form.errors:
            raise Http404
        return changed(request, appointment, refused(form), status=409)
    return form_page(request, appointment, form, status=422 if form.errors else 200)


def _carried_out(
    request: AccountRequest, appointment: Appointment, form: MoveForm
) -> HttpResponse | None:
    """Move as the form says, or ask what there is to ask; None when it can't be, and then the form says why."""
    wanted: dict[str, Any] = {
        "practitioner": form.cleaned_data["practitioner"],
        "starts_local": form.starts_local,
    }
    if question := how_far(request, appointment, **wanted):
        return question
    wanted["people"] = people_of(appointment)
    there: list[Conflict] = []
    try:
        there = conflicts_of_move(appointment=appointment, **wanted)
        with transaction.atomic(using=scope.current().database):
            moved = move(
                by=request.actor,
                appointment=appointment,
                overbook_because=form.because({str(each.id) for each in there}),
                tell=form.tells,
                **wanted,
            )
            undo = _rehoused(request, moved)
    except SlotTaken as taken:
        return taken_page(request, appointment, form, there, taken.nearest)
    except NonexistentTime as missing:
        form.add_error("time", str(missing.advice))
    except Taken:
        form.add_error(None, _("That room is somebody else’s then, or doesn’t suit the service."))
    except ValidationError as refusal:
        form.add_error(None, refusal)
    else:
        return changed(request, moved, _moved(request, moved, appointment, undo))
    return None


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


def _dropped(request: AccountRequest, appointment: Appointment) -> QueryDict:
    """Return what was posted with a drag's start taken apart; a room's column leaves the practitioner as it is."""
    values = with_start(request.POST).copy()
    if "resource" in values:
        values.setdefault("practitioner", str(appointment.practitioner_id))
    return values


def _rehoused(request: AccountRequest, moved: Appointment) -> str:
    """Give an appointment the room that it was dropped on; return the address that gives it back the one it had.

    Raises `Taken`.
    """
    wanted = uuid_in(request.POST.get("resource", ""))
    had = dict(moved.uses.values_list("resource_id", "resource__kind"))
    if wanted is None or wanted in had:
        return ""
    use = choosing.change(by=request.actor, appointment=moved, resource=wanted)
    before = next((pk for pk, kind in had.items() if kind == use.resource.kind), None)
    url = request.account.url
    return url("appointment_room", moved.pk, resource=before) if before else ""


def _moved(request: AccountRequest, moved: Appointment, before: Appointment, undo: str) -> Toast:
    if "resource" in request.POST and moved.starts_at == before.starts_at:
        rooms = ", ".join(choosing.names(moved))
        return Toast(_("Now in %(room)s.") % {"room": rooms} if rooms else _("No room."), undo)
    latest = Move.objects.filter(appointment=moved).order_by("-id").first()
    at = clock_words(moved.starts_at, moved.location.time_zone)
    undo = request.account.url("move_reversal", latest.pk) if latest else ""
    return Toast(_("Moved to %(time)s") % {"time": at}, undo)
