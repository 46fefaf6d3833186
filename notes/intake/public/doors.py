"""The way to a form by its link: what leads nowhere, is over or belongs to another device gets a page that helps."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from accounts.requests import AccountRequest
from bookings.messaging.links import BadLink
from bookings.public.languages import speak
from bookings.public.pages import page, phones, url
from bookings.public.restraint import opens_strange_links
from notes.intake import links, proving
from notes.models import Form
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor, ActorKind

State = Form.State
View = Callable[..., HttpResponseBase]
DAY_SECONDS = 24 * 3600


def by_link(view: Callable[..., HttpResponseBase]) -> View:
    """Turn the token of an address into its form, and speak the client's language unless they chose another."""

    @wraps(view)
    def opened(request: AccountRequest, token: str, **more: Any) -> HttpResponseBase:
        try:
            form = links.find(token)
        except BadLink:
            return _nowhere(request)
        if form.state == State.DRAFT:
            return _nowhere(request)
        # that in which it was begun, else the client's own
        speak(request, form.language, form.client.language)
        if request.method == "POST" and not request.account.is_active:
            return page(request, "closed", phones=phones(), status=410)
        return view(request, form, **more)

    return opened


def working(view: Callable[..., HttpResponseBase]) -> View:
    """As `by_link`, for the pages on which answers are seen and typed: only while it is open, on its own device."""

    @by_link
    @wraps(view)
    def opened(request: AccountRequest, form: Form, **more: Any) -> HttpResponseBase:
        if form.is_complete or form.state == State.SENT:
            return redirect(start(request, form))
        if is_over(form):
            return over(request, form)
        if proving.needs_proof(form, secret_of(request, form)):
            return redirect(start(request, form))
        return view(request, form, **more)

    return opened


def start(request: AccountRequest, form: Form) -> str:
    """Return the address of a form's first page, which says what comes next."""
    return request.account.url("form_link", links.token_of(form))


def is_over(form: Form) -> bool:
    """Whether a form that was never completed can't be any more."""
    late = form.expires_at is not None and form.expires_at <= clock.now()
    return late or form.state in (State.EXPIRED, State.ARCHIVED)


def over(request: AccountRequest, form: Form) -> HttpResponse:
    """Say that a form's time is over; nothing of it is shown."""
    return page(request, "forms/over", phones=phones(), status=410)


def client_of(form: Form) -> Actor:
    """Return the client of a form as the one who acts."""
    return Actor(ActorKind.CLIENT, form.client_id)


def secret_of(request: HttpRequest, form: Form) -> str:
    """Return the secret that this device has for a form, "" for none."""
    return str(request.COOKIES.get(cookie_of(form), ""))


def cookie_of(form: Form) -> str:
    """Return the name of the cookie by which a device is known to one form."""
    return f"{'__Host-' if settings.HTTPS else ''}form-{form.pk.hex[-12:]}"


def remember(response: HttpResponse, form: Form, secret: str) -> HttpResponse:
    """Let a device keep its secret for as long as the form's link works."""
    left = (form.expires_at - clock.now()).total_seconds() if form.expires_at else DAY_SECONDS
    response.set_cookie(
        cookie_of(form),
        secret,
        max_age=max(60, int(left)),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response


def see(address: str) -> HttpResponse:
    """Send the browser on, so that going back or reloading sends nothing twice."""
    response = redirect(address)
    response.status_code = 303
    return response


def _nowhere(request: AccountRequest) -> HttpResponse:
    """Answer alike for every link that leads nowhere; whoever tries many waits."""
    status = 429 if opens_strange_links(request) else 404
    return page(
        request,
        "link_gone",
        phones=phones(),
        book_url=url(request, "book"),
        status=status,
    )
