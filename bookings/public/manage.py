"""What a person does with their own booking by its signed link: see it, keep it in a calendar, cancel it in time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import public
from accounts.requests import AccountRequest
from bookings.calendar_entry import entry_of
from bookings.calendar_file import FILE_NAME, content_type
from bookings.cancelling import cancel
from bookings.models import Attendee
from bookings.prices import price
from bookings.public.forms import CancelForm
from bookings.public.links import BadLink, ExpiredLink, find, token_of
from bookings.public.pages import current_notice, page, phones, place_words
from bookings.public.times import zone_words
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor, ActorKind

View = Callable[..., HttpResponseBase]


def by_link(view: Callable[[AccountRequest, Attendee], HttpResponseBase]) -> View:
    """Turn the token of an address into the booking; a link that leads nowhere gets a page that helps."""

    @wraps(view)
    def opened(request: AccountRequest, token: str) -> HttpResponseBase:
        try:
            attendee = find(token)
        except (BadLink, ExpiredLink) as problem:
            return page(
                request,
                "link_gone",
                is_over=isinstance(problem, ExpiredLink),
                phones=phones(),
                book_url=request.account.url("book"),
                status=404,
            )
        return view(request, attendee)

    return opened


@public
@require_safe
@by_link
def booked(request: AccountRequest, attendee: Attendee) -> HttpResponse:
    """Say what was booked, when and where, and what comes next."""
    return _show(request, attendee, "done")


@public
@require_safe
@by_link
def booking(request: AccountRequest, attendee: Attendee) -> HttpResponse:
    """Show a booking as it stands, with the ways to change or cancel it."""
    return _show(request, attendee, "manage", form=CancelForm())


@public
@require_POST
@by_link
def cancellation(request: AccountRequest, attendee: Attendee) -> HttpResponse:
    """Cancel in time; sent too late or without a reason the page comes back and says so."""
    form = CancelForm(request.POST)
    if not may_cancel(attendee) or not request.account.is_active:
        return _show(request, attendee, "manage", form=form, status=409)
    if not form.is_valid():
        return _show(request, attendee, "manage", form=form, status=422)
    cancel(
        by=Actor(ActorKind.CLIENT, attendee.client_id),
        attendee=attendee,
        side=Attendee.Side.CLIENT,
        reason=form.cleaned_data["reason"],
    )
    return redirect(request.account.url("booking", token_of(attendee)))


@public
@require_safe
@by_link
def calendar(request: AccountRequest, attendee: Attendee) -> HttpResponse:
    """Give the booking as a calendar file."""
    cancelled = attendee.state == Attendee.State.CANCELLED
    return HttpResponse(
        entry_of(request.account, attendee),
        content_type=content_type(cancelled=cancelled),
        headers={"Content-Disposition": f'attachment; filename="{FILE_NAME}"'},
    )


@public
@require_safe
def privacy(request: AccountRequest) -> HttpResponse:
    """Show the practice's privacy notice with its version."""
    return page(request, "privacy", notice=current_notice(), book_url=request.account.url("book"))


@public
@require_safe
def change(request: AccountRequest) -> HttpResponse:
    """Say how to change or cancel a booking; asks for no address, so it tells nobody who is known here."""
    return page(request, "change", phones=phones(), book_url=request.account.url("book"))


def may_cancel(attendee: Attendee) -> bool:
    """Whether a person may still cancel by themselves: expected, not begun, and within the service's notice."""
    return attendee.state == Attendee.State.EXPECTED and clock.now() <= cancel_until(attendee)


def may_move(attendee: Attendee) -> bool:
    """Whether a person may choose another time by themselves: as for cancelling, and nobody else comes along."""
    appointment = attendee.appointment
    away = appointment.practitioner.deactivated_at or appointment.location.archived_at
    others = appointment.attendees.exclude(pk=attendee.pk).exclude(state=Attendee.State.CANCELLED)
    return may_cancel(attendee) and not away and not others.exists()


def cancel_until(attendee: Attendee) -> datetime:
    """Return the last instant at which a person may cancel by themselves."""
    appointment = attendee.appointment
    until: datetime = appointment.starts_at - timedelta(
        minutes=appointment.service.cancel_notice_minutes
    )
    return until


def _show(
    request: AccountRequest, attendee: Attendee, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    appointment = attendee.appointment
    url, token = request.account.url, token_of(attendee)
    return page(
        request,
        template,
        location=appointment.location,
        appointment=appointment,
        practitioner=appointment.practitioner,
        price=price(appointment.price_minor, appointment.currency),
        place=place_words(appointment.location),
        zone_words=zone_words(appointment.time_zone),
        phone=appointment.location.phone,
        is_cancelled=attendee.state == Attendee.State.CANCELLED,
        may_cancel=may_cancel(attendee) and request.account.is_active,
        may_move=may_move(attendee) and request.account.is_active,
        times_url=url("booking_times", token),
        cancel_until=cancel_until(attendee),
        manage_url=url("booking", token),
        cancel_url=url("booking_cancellation", token),
        calendar_url=url("booking_calendar", token),
        book_url=url("book"),
        status=status,
        **context,
    )
