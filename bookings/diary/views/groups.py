"""A group's session: giving clients places in it, and calling it off."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission, require
from accounts.places import here
from accounts.requests import AccountRequest
from accounts.templatetags.keepwell import clock as clock_words
from bookings import groups
from bookings.appointments import elsewhere
from bookings.availability.wall_time import local
from bookings.diary.about import About
from bookings.diary.belonging import belongs
from bookings.diary.booking_forms import WhoForm
from bookings.diary.cancelling_forms import SessionCancelForm
from bookings.diary.views.frame import Toast, diary_of, tell
from bookings.diary.views.who import about_picked, found_clients, who_context
from bookings.models import Appointment, Attendee
from clients import records

PAGE = "bookings/session_place.html"


@require(Permission.DIARY_EDIT)
@require_http_methods(["GET", "POST"])
def session_place(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Look for a client, or write down a new one, and give them a place."""
    session = _session(pk)
    if request.method == "GET":
        return _place_page(request, session, WhoForm())
    form = WhoForm(request.POST)
    if request.htmx and request.htmx.target == "about":
        return render(request, "bookings/about.html", {"about": _about(session, form)})
    if request.htmx:
        return render(request, "bookings/new.html#found", found_clients(request, request.POST))
    if "search" in request.POST:
        form = WhoForm(initial=request.POST.dict())
        return _place_page(request, session, form, **found_clients(request, request.POST))
    if form.is_valid():
        try:
            place = groups.join(
                by=request.actor,
                appointment=session,
                client=form.cleaned_data["client"]
                or (lambda: records.add(by=request.actor, values=form.new_client)),
                tell=form.cleaned_data["tell"],
            )
        except groups.Full:
            form.add_error(None, _("Every place is taken by now."))
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            belongs(request, form, [place])
            tell(request, Toast(_place_words(session, place)))
            return redirect(request.account.url("diary") + diary_of(session).query())
    return _place_page(request, session, form, status=422)


@require(Permission.DIARY_EDIT)
@require_http_methods(["GET", "POST"])
def session_cancellation(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Ask for the reason and cancel a session with every place in it."""
    session = _session(pk)
    form = SessionCancelForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        groups.call_off(by=request.actor, appointment=session, **form.cleaned_data)
        tell(request, Toast(_("The session is cancelled. The time is free again.")))
        asked = diary_of(session).but(appointment=None)
        return redirect(request.account.url("diary") + asked.query())
    context = {**_context(request, session), "form": form}
    part = "#form" if request.htmx else ""
    return render(
        request,
        f"bookings/session_cancel.html{part}",
        context,
        status=422 if form.errors else 200,
    )


def _place_words(session: Appointment, place: Attendee) -> str:
    """Return that somebody has a place, and what else they have at its time."""
    said = _("They have a place.")
    there = elsewhere.meeting(session, elsewhere.people(place.client)).first()
    if there is None:
        return said
    at = clock_words(there.appointment.starts_at, session.location.time_zone)
    return f"{said} " + _("They also have an appointment at %(time)s.") % {"time": at}


def _session(pk: UUID) -> Appointment:
    related = Appointment.objects.select_related("location").filter(
        here(), capacity__gt=1, state=Appointment.State.BOOKED
    )
    found: Appointment = get_object_or_404(related, pk=pk)
    return found


def _context(request: AccountRequest, session: Appointment) -> dict[str, Any]:
    return {
        "action": request.path,
        "session": session,
        "zone": session.location.time_zone,
        "panel_url": request.account.url("appointment", session.pk),
    }


def _about(session: Appointment, form: WhoForm) -> About | None:
    zone = session.location.time_zone
    return about_picked(
        form.data if form.is_bound else form.initial,
        on=local(session.starts_at, zone).date(),
        price_minor=session.price_minor,
    )


def _place_page(
    request: AccountRequest,
    session: Appointment,
    form: WhoForm,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        **_context(request, session),
        **who_context(request, form),
        "form": form,
        "about": _about(session, form),
        **more,
    }
    part = "#form" if request.htmx else ""
    return render(request, f"{PAGE}{part}", context, status=status)
