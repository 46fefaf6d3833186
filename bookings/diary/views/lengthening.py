"""Lengthening: by a drag of the lower edge, or by a form that works without JavaScript."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission, require
from accounts.places import here
from accounts.requests import AccountRequest
from bookings.appointments.booking import SlotTaken
from bookings.appointments.elsewhere import people_of
from bookings.appointments.moving import conflicts_of_length, lengthen
from bookings.diary.moving_forms import LengthForm
from bookings.diary.views.beside import form_page, refused, taken_page
from bookings.diary.views.frame import Toast, changed
from bookings.diary.views.series import how_far
from bookings.messaging.heard import is_change_known
from bookings.models import Appointment

WITH_PLACE = ("practitioner", "location", "service")


@require(Permission.DIARY_EDIT)
@require_http_methods(["GET", "POST"])
def appointment_length(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Make an appointment last `minutes`; the undo asks the same address with the old length in its query."""
    appointment = get_object_or_404(
        Appointment.objects.select_related(*WITH_PLACE).filter(here()), pk=pk
    )
    if request.method == "GET":
        return form_page(request, appointment, LengthForm(), status=200)
    before = appointment.duration_minutes
    posted = request.POST.copy()
    posted.setdefault("minutes", request.GET.get("minutes", ""))
    form = LengthForm(posted)
    if not form.is_valid():
        if form.data.get("is_asked"):
            return form_page(request, appointment, form, status=422)
        return changed(request, appointment, refused(form), status=409)
    minutes = form.cleaned_data["minutes"]
    if "minutes" not in request.GET:
        question = how_far(request, appointment, minutes=minutes)
        if question is not None:
            return question
    # An undo is told only to those who heard of what it takes back
    undoes = "minutes" in request.GET and not is_change_known(appointment)
    # What it takes back was decided before
    people = () if "minutes" in request.GET else people_of(appointment)
    there = conflicts_of_length(appointment=appointment, minutes=minutes, people=people)
    try:
        longer = lengthen(
            by=request.actor,
            appointment=appointment,
            minutes=minutes,
            overbook_because=form.because({str(each.id) for each in there}),
            tell=False if undoes else form.tells,
            people=people,
        )
    except SlotTaken as taken:
        return taken_page(request, appointment, form, there, taken.nearest)
    except ValidationError as refusal:
        toast = Toast(" ".join(refusal.messages), level="error")
        return changed(request, appointment, toast, status=409)
    undo = request.account.url("appointment_length", pk, minutes=before)
    words = _("Now %(minutes)d minutes") % {"minutes": longer.duration_minutes}
    return changed(request, longer, Toast(words, undo))
