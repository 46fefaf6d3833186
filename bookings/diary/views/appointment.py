"""One appointment: its side panel, who came, and cancelling it."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import Permission, require
from accounts.places import here
from accounts.requests import AccountRequest
from bookings.appointments import cancelling
from bookings.appointments.attendance import mark
from bookings.diary.cancelling_forms import CancelForm
from bookings.diary.views.frame import (
    DIARY,
    Toast,
    asked_of,
    context_of,
    diary_of,
    fragment,
    page_of,
    panel_of,
    tell,
)
from bookings.models import Appointment, Attendee
from bookings.waiting.freed import who_fits


@require(Permission.DIARY_VIEW)
@require_safe
def appointment(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show the panel, or lead to the diary with it open."""
    if request.htmx:
        return render(request, f"{DIARY}#panel", {"panel": panel_of(request, pk)})
    found = get_object_or_404(Appointment.objects.select_related("location").filter(here()), pk=pk)
    return redirect(request.account.url("diary") + diary_of(found).query())


@require(Permission.DIARY_EDIT)
@require_POST
def attendance(request: AccountRequest, pk: UUID, state: str) -> HttpResponse:
    """Say how a visit stands; the answer brings the panel and the block in the diary up to date, with an undo."""
    attendee = get_object_or_404(Attendee.objects.filter(here("appointment__location")), pk=pk)
    before = attendee.state
    try:
        place = mark(by=request.actor, attendee=attendee, state=state)
    except ValidationError:
        raise Http404 from None
    toast = Toast(
        text=str(Attendee.State(place.state).label),
        undo_url=request.account.url("attendance", pk, before) if before != place.state else "",
    )
    if not request.htmx:
        tell(request, toast)
        if "list" in request.GET:
            return redirect(request.account.url("visits"))
        found = Appointment.objects.select_related("location").get(pk=place.appointment_id)
        return redirect(request.account.url("diary") + diary_of(found).query())
    shown = page_of(request, asked_of(request).but(appointment=place.appointment_id))
    context = context_of(request, shown)
    if request.htmx.target == "diary":
        return fragment(request, "diary", context, toast)
    context["panel"] = panel_of(request, place.appointment_id)
    blocks = [block for column in shown.columns for block in column.blocks]
    context["block"] = next((each for each in blocks if each.is_open), None)
    return fragment(request, "marked", context, toast, announce=False)


@require(Permission.DIARY_EDIT)
@require_http_methods(["GET", "POST"])
def cancellation(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Ask for the coded reason and cancel a client's place."""
    attendee = get_object_or_404(
        Attendee.objects.select_related("client", "appointment__location").filter(
            here("appointment__location")
        ),
        pk=pk,
    )
    if attendee.state == Attendee.State.CANCELLED:
        return redirect(request.account.url("appointment", attendee.appointment_id))
    form = CancelForm(request.POST or None)
    if form.is_valid():
        cancelling.cancel(by=request.actor, attendee=attendee, **form.cleaned_data)
        stays = attendee.appointment.capacity > 1
        fitting = who_fits(attendee.appointment_id)
        tell(request, Toast(_freed_words(stays, len(fitting))))
        asked = diary_of(attendee.appointment)
        # The panel stays open where it has something to say: who else comes, or whom the time would suit
        asked = asked if stays or fitting else asked.but(appointment=None)
        return redirect(request.account.url("diary") + asked.query())
    context = {
        "form": form,
        "action": request.path,
        "attendee": attendee,
        "panel_url": request.account.url("appointment", attendee.appointment_id),
        "zone": attendee.appointment.location.time_zone,
    }
    part = "#form" if request.htmx else ""
    return render(
        request, f"bookings/cancel.html{part}", context, status=422 if form.errors else 200
    )


def _freed_words(stays: bool, fitting: int) -> str:
    if not fitting:
        return (
            _("Cancelled. The place is free again.")
            if stays
            else _("Cancelled. The time is free again.")
        )
    words = ngettext(
        "Cancelled. The time suits %(n)d person on the waiting list.",
        "Cancelled. The time suits %(n)d people on the waiting list.",
        fitting,
    )
    return words % {"n": fitting}
