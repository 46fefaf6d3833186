"""The question that a taken time asks: what is there, the nearest free times, and whether it may stand beside it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from accounts.requests import AccountRequest
from accounts.templatetags.keepwell import clock as clock_words
from accounts.templatetags.keepwell import short_day
from bookings.appointments.conflicts import Conflict
from bookings.availability.schedule import Slot
from bookings.availability.wall_time import local
from bookings.diary.moving_forms import BesideForm, LengthForm, MoveForm
from bookings.diary.views.frame import Toast, open_diary
from bookings.models import Appointment

PAGE = "bookings/move.html"


def taken_page(
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
        more["taken"] = taken_words(nearest, form.starts_local, there)
        more["nearest"] = [
            (slot, nearest_words(slot, form.starts_local))
            for slot in that_day_first(nearest, form.starts_local)
        ]
    return form_page(request, appointment, form, status=409, **more)


def form_page(
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


def taken_words(nearest: list[Slot], wanted: datetime, there: list[Conflict]) -> str:
    """Return what is said when a time is somebody else's, or the client is elsewhere, with the nearest free ones."""
    taken = _("%(time)s is taken.") % {"time": clock_words(wanted)}
    if there and all(each.with_whom for each in there):
        taken = _("The client has another appointment then.")
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


def refused(form: BesideForm) -> Toast:
    words = [str(message) for messages in form.errors.values() for message in messages]
    return Toast(" ".join(words), level="error")
