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
from accounts.templatetags.keepwell import zone_words
from bookings.appointments.cancelling import cancel
from bookings.messaging.calendar_entry import entry_of
from bookings.messaging.calendar_file import FILE_NAME, content_type
from bookings.messaging.links import BadLink, ExpiredLink, find, token_of
from bookings.models import Appointment, Attendee
from bookings.offering.prices import price
from bookings.public import choices, errands
from bookings.public.agreements import choices_token, has_agreed
from bookings.public.forms import CancelForm
from bookings.public.pages import current_notice, page, phones, place_words, url
from clients.disclosures.outward import stays
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
                book_url=url(request, "book"),
                status=404,
            )
        return view(request, attendee)

    return opened


@public
@require_safe
@by_link
def booked(request: AccountRequest, attendee: Attendee) -> HttpResponse:
    """Say what was booked or asked for, when and where, and what comes next."""
    return _show(request, attendee, "done")


@public
@require_safe
def short(request: AccountRequest, token: str) -> HttpResponse:
    """Lead from the short address of a text message to the booking."""
    return redirect(request.account.url("booking", token))


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
    """Cancel in time, or take a request back; sent too late or without a reason the page comes back and says so.

    Only this person's place: others in a session keep theirs. Never looks at hours or length again.
    """
    form = CancelForm(request.POST)
    if not may_cancel(attendee) or not request.account.is_active:
        return _show(request, attendee, "manage", form=form, status=409)
    reason: str = Attendee.Reason.OTHER
    if not is_request(attendee):
        if not form.is_valid():
            return _show(request, attendee, "manage", form=form, status=422)
        reason = form.cleaned_data["reason"]
    cancel(
        by=actor_of(attendee),
        attendee=attendee,
        side=Attendee.Side.CLIENT,
        reason=reason,
    )
    return redirect(request.account.url("booking", token_of(attendee)))


@public
@require_POST
@by_link
def booking_errands(request: AccountRequest, attendee: Attendee) -> HttpResponse:
    """Send what the client has still to fill in once more; asked again at once, nothing more is sent."""
    if request.account.is_active:
        errands.send_again(attendee)
    return redirect(request.account.url("booking", token_of(attendee), again=1))


@public
@require_safe
@by_link
@stays("a person keeps their own booking")
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
    return page(
        request,
        "privacy",
        notice=current_notice(),
        book_url=url(request, "book"),
        ask_url=request.build_absolute_uri(request.account.url("privacy_request")),
    )


@public
@require_safe
def policy(request: AccountRequest) -> HttpResponse:
    """Show the practice's booking policy with its version."""
    text = choices.current_policy()
    return page(request, "policy", policy=text, book_url=url(request, "book"))


@public
@require_safe
def change(request: AccountRequest) -> HttpResponse:
    """Say how to change or cancel a booking; asks for no address, so it tells nobody who is known here."""
    return page(request, "change", phones=phones(), book_url=url(request, "book"))


def actor_of(attendee: Attendee) -> Actor:
    """Return who acts by the link: the client, or a client who stands by them."""
    via = attendee.via
    return Actor(ActorKind.CLIENT, (via.other_id if via else None) or attendee.client_id)


def is_request(attendee: Attendee) -> bool:
    """Whether the practice has still to say yes to this booking."""
    return bool(attendee.appointment.state == Appointment.State.REQUESTED)


def may_cancel(attendee: Attendee) -> bool:
    """Whether a person may still cancel by themselves: expected, not begun, and within the notice agreed at booking."""
    if attendee.state != Attendee.State.EXPECTED or attendee.is_only_shown:
        return False
    return clock.now() <= cancel_until(attendee)


def may_move(attendee: Attendee) -> bool:
    """Whether a person may choose another time by themselves: as for cancelling, and nobody else comes along."""
    appointment = attendee.appointment
    away = appointment.practitioner.deactivated_at or appointment.location.archived_at
    if away or appointment.capacity > 1 or is_request(attendee) or not may_cancel(attendee):
        return False
    others = appointment.attendees.exclude(pk=attendee.pk).exclude(state=Attendee.State.CANCELLED)
    return not others.exists()


def cancel_until(attendee: Attendee) -> datetime:
    """Return the last instant at which a person may cancel by themselves; a request can be taken back all along."""
    appointment = attendee.appointment
    notice = 0 if is_request(attendee) else appointment.cancel_notice_minutes
    until: datetime = appointment.starts_at - timedelta(minutes=notice)
    return until


def _show(
    request: AccountRequest, attendee: Attendee, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    appointment = attendee.appointment
    to, token = request.account.url, token_of(attendee)
    until = cancel_until(attendee)
    return page(
        request,
        template,
        location=appointment.location,
        appointment=appointment,
        practitioner=appointment.practitioner,
        price=price(appointment.price_minor, appointment.currency)
        if choices.chosen().shows_prices
        else "",
        place=place_words(appointment.location),
        zone_words=zone_words(appointment.time_zone),
        phone=appointment.location.phone,
        is_cancelled=attendee.state == Attendee.State.CANCELLED,
        is_own_word=attendee.cancelled_by == Attendee.Side.CLIENT,
        is_request=is_request(attendee),
        is_group=appointment.capacity > 1,
        may_cancel=may_cancel(attendee) and request.account.is_active,
        may_move=may_move(attendee) and request.account.is_active,
        policy=attendee.policy,
        policy_accepted_at=attendee.policy_accepted_at,
        notice=attendee.notice,
        times_url=to("booking_times", token),
        cancel_until=until,
        manage_url=to("booking", token),
        cancel_url=to("booking_cancellation", token),
        calendar_url=to("booking_calendar", token),
        has_errand=errands.any_for(attendee),
        errand_url=to("booking_errands", token),
        sent_again="again" in request.GET,
        book_url=url(request, "book"),
        choices_url=to("client_choices", choices_token(attendee.client_id))
        if has_agreed(attendee.client_id)
        else "",
        status=status,
        **context,
    )
