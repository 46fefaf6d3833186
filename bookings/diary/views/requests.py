"""Requests made online: the list of those that wait, and saying yes or no."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import tallies
from accounts.permissions import Permission, require
from accounts.places import here
from accounts.requests import AccountRequest
from bookings import requests
from bookings.diary.cancelling_forms import DeclineForm
from bookings.diary.views.frame import Toast, can_edit, diary_of, tell
from bookings.models import Appointment
from bookings.requests import listing


@require(Permission.DIARY_VIEW)
@require_safe
def requests_to_answer(request: AccountRequest) -> HttpResponse:
    """List the requests that wait, the most pressing first."""
    context = {
        "requests": listing.described(requests.waiting()),
        "can_edit": can_edit(request),
        "tabs": tabs(request, "requests"),
    }
    return render(request, "bookings/requests.html", context)


@require(Permission.DIARY_EDIT)
@require_POST
def request_acceptance(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Say yes."""
    found = get_object_or_404(Appointment.objects.select_related("location").filter(here()), pk=pk)
    try:
        requests.accept(by=request.actor, appointment=found)
    except ValidationError as refusal:
        tell(request, Toast(" ".join(refusal.messages), level="error"))
    else:
        tell(request, Toast(_("Accepted. The client gets the confirmation.")))
    return _onward(request, found)


@require(Permission.DIARY_EDIT)
@require_http_methods(["GET", "POST"])
def request_refusal(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Ask for the reason and say no."""
    found = get_object_or_404(Appointment.objects.select_related("location").filter(here()), pk=pk)
    form = DeclineForm(request.POST or None)
    if form.is_valid():
        try:
            requests.decline(by=request.actor, appointment=found, **form.cleaned_data)
        except ValidationError as refusal:
            tell(request, Toast(" ".join(refusal.messages), level="error"))
        else:
            tell(request, Toast(_("Declined. The time is free again.")))
        return _onward(request, found)
    place = found.attendees.select_related("client").first()
    context = {
        "form": form,
        "action": request.get_full_path(),
        "appointment": found,
        "client": place.client if place else None,
        "panel_url": request.account.url("appointment", pk),
        "zone": found.location.time_zone,
    }
    part = "#form" if request.htmx else ""
    return render(
        request, f"bookings/decline.html{part}", context, status=422 if form.errors else 200
    )


@require(Permission.DIARY_VIEW)
@require_safe
def visits_to_settle(request: AccountRequest) -> HttpResponse:
    """List past visits of which nobody said how they went."""
    page = listing.page(request.GET.get("page", ""))
    context = {
        "visits": listing.described_places(page.object_list),
        "page": page,
        "can_edit": can_edit(request),
        "tabs": tabs(request, "visits"),
    }
    return render(request, "bookings/visits.html", context)


def tabs(request: AccountRequest, current: str) -> list[dict[str, object]]:
    """Return the two lists of what waits for somebody at the desk, each with how much."""
    waits = {
        "requests": (_("Requests to answer"), tallies.waiting(request, "requests") or 0),
        "visits": (_("Visits to settle"), listing.unsettled().count()),
    }
    return [
        {
            "label": label,
            "url": request.account.url(name),
            "current": name == current,
            "count": count,
        }
        for name, (label, count) in waits.items()
    ]


def _onward(request: AccountRequest, answered: Appointment) -> HttpResponse:
    """Lead back to the list from which somebody answered, else to the day in the diary."""
    if "list" in request.GET:
        return redirect(request.account.url("requests"))
    fresh = Appointment.objects.select_related("location").get(pk=answered.pk)
    gone = fresh.state == Appointment.State.CANCELLED
    asked = diary_of(fresh).but(appointment=None) if gone else diary_of(fresh)
    return redirect(request.account.url("diary") + asked.query())
