"""A person gives their own booking another time by its signed link, as long as they could cancel it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.contrib import messages as toasts
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import public
from accounts.requests import AccountRequest
from accounts.templatetags.keepwell import when, zone_words
from accounts.time_zones import zone_info
from bookings.appointments.booking import SlotTaken
from bookings.appointments.moving import move
from bookings.availability.schedule import Slot
from bookings.messaging.links import token_of
from bookings.models import Appointment, Attendee, Service
from bookings.openings.finding import openings
from bookings.public.forms import read_start
from bookings.public.manage import actor_of, by_link, may_move
from bookings.public.offers import Choice
from bookings.public.pages import page
from bookings.public.times import shown, value_of, week_of
from bookings.public.views import asked_day
from privacy.vocabulary import clock


@public
@require_safe
@by_link
def times(request: AccountRequest, attendee: Attendee) -> HttpResponse:
    """Show the times that are free for this booking, but for the one it has."""
    if not _is_open(request, attendee):
        return redirect(request.account.url("booking", token_of(attendee)))
    return _show(request, attendee)


@public
@require_POST
@by_link
def new_time(request: AccountRequest, attendee: Attendee) -> HttpResponse:
    """Move the booking; a time that went meanwhile brings the free ones back."""
    here = request.account.url("booking", token_of(attendee))
    if not _is_open(request, attendee):
        return redirect(here)
    start = read_start(request.POST.get("start", ""))
    slot = _slot_at(attendee.appointment, start) if start else None
    if start is None or slot is None:
        return _show(request, attendee, start=start, was_taken=True, status=409)
    if _is_late(attendee.appointment, slot) and not request.POST.get("sure"):
        return _warn(request, attendee, slot)
    try:
        move(
            by=actor_of(attendee),
            appointment=attendee.appointment,
            practitioner=attendee.appointment.practitioner,
            starts_local=slot.local_start,
        )
    except (SlotTaken, ValidationError):
        return _show(request, attendee, start=start, was_taken=True, status=409)
    toasts.success(request, _("Moved. Your booking has a new time."))
    return redirect(here)


def _is_open(request: AccountRequest, attendee: Attendee) -> bool:
    return request.account.is_active and may_move(attendee)


def _is_late(appointment: Appointment, slot: Slot) -> bool:
    """Tell whether a time is so soon that it couldn't be changed here any more."""
    notice = timedelta(minutes=appointment.cancel_notice_minutes)
    return slot.starts_at - notice <= clock.now()


def _warn(request: AccountRequest, attendee: Attendee, slot: Slot) -> HttpResponse:
    """Ask once more before a move that can't be undone here."""
    account, token = request.account, token_of(attendee)
    return page(
        request,
        "move_late",
        location=attendee.appointment.location,
        starts_at=slot.starts_at,
        value=value_of(slot),
        zone=slot.zone,
        zone_words=zone_words(slot.zone),
        action=account.url("booking_time", token),
        manage_url=account.url("booking", token),
        back=account.url("booking_times", token),
    )


def _service_as_booked(appointment: Appointment) -> Service:
    """Return the service with the length and buffers that were agreed; never saved."""
    service: Service = appointment.service
    minute = timedelta(minutes=1)
    service.duration_minutes = appointment.duration_minutes
    service.buffer_before = (appointment.starts_at - appointment.busy_from) // minute
    service.buffer_after = (appointment.busy_until - appointment.ends_at) // minute
    return service


def _slot_at(appointment: Appointment, start: datetime) -> Slot | None:
    day = start.astimezone(zone_info(appointment.location.time_zone)).date()
    found = openings(
        service=_service_as_booked(appointment),
        practitioners=[appointment.practitioner],
        location=appointment.location,
        first_day=day,
        last_day=day,
        leaving_out=appointment.pk,
    )
    return next((slot for slot in found if slot.starts_at == start), None)


def _show(
    request: AccountRequest,
    attendee: Attendee,
    *,
    start: datetime | None = None,
    was_taken: bool = False,
    status: int = 200,
) -> HttpResponse:
    appointment = attendee.appointment
    location, practitioner = appointment.location, appointment.practitioner
    choice = Choice(
        service=_service_as_booked(appointment),
        locations=[location],
        location=location,
        candidates=[practitioner],
        who=str(practitioner.pk),
        asks_who=False,
    )
    asked = asked_day(request, location, start)
    week = week_of(choice, location, asked=asked, moving=appointment)
    account, token = request.account, token_of(attendee)

    def url(day: date | None) -> str:
        query = urlencode({"day": day})
        return f"{account.url('booking_times', token)}?{query}" if day else ""

    now = when(appointment.starts_at, appointment.time_zone)
    return page(
        request,
        "when",
        location=location,
        choice=choice,
        **shown(week, url),
        was_taken=was_taken,
        zone_words=zone_words(location.time_zone),
        about=_("Now: %(when)s") % {"when": now},
        back=account.url("booking", token),
        next_action=account.url("booking_time", token),
        return_url=account.url("booking_times", token),
        is_moving=True,
        status=status,
    )
