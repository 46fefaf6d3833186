"""What all pages of self-booking share: the practice's head and foot, the number of the step, the way back."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from accounts.models import Location, PrivacyNotice
from accounts.requests import AccountRequest
from bookings.models import BookingPage
from bookings.public import choices
from bookings.public.embedding import form_token, is_embedded
from bookings.public.languages import switch
from bookings.public.offers import Choice, NotOffered

View = Callable[..., HttpResponseBase]
Mode = BookingPage.Mode


def page(
    request: AccountRequest,
    template: str,
    *,
    location: Location | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """Render a page of `/book/<slug>/` with the practice's name, place and region around it."""
    account = request.account
    place = place_words(location)
    embedded = is_embedded(request)
    frame = {
        "practice_name": account.name,
        # A place named as the practice, with no address, would only say the name twice.
        "practice_place": "" if place == account.name else place,
        "region_name": account.city,
        "privacy_url": url(request, "book_privacy"),
        "change_url": url(request, "book_change"),
        "embedded": embedded,
        "form_token": form_token() if embedded else "",
        "frame_sites": " ".join(choices.chosen().frame_sites) if embedded else "",
        # A choice is kept in a cookie, and a frame has none: there the browser's languages decide
        "languages": [] if embedded else switch(),
        "language_url": account.url("book_language"),
        "here": request.get_full_path() if request.method == "GET" else "",
    }
    return render(request, f"booking/{template}.html", frame | context, status=status)


def url(request: AccountRequest, name: str, *args: object, **query: object) -> str:
    """Return the address of a page of self-booking; a page in a frame leads to pages in the frame."""
    name = f"embed:{name}" if is_embedded(request) else name
    return request.account.url(name, *args, **query)


def place_words(location: Location | None) -> str:
    """Return a location's name and address in one line, "" without one."""
    return ", ".join(part for part in (location.name, location.address) if part) if location else ""


def steps(choice: Choice, name: str) -> dict[str, Any]:
    """Return the number of the step `name` and of all steps; what there is only one of is not a step."""
    names = [
        "what",
        *(["where"] if choice.asks_where else []),
        *(["who"] if choice.asks_who else []),
        "when",
        "you",
    ]
    here = names.index(name) + 1 if name in names else 1
    return {"step": here, "steps": len(names)}


def open_door(view: View) -> View:
    """Answer for a practice that is closing or books by telephone; what isn't offered is a page that isn't there."""

    @wraps(view)
    def guarded(request: AccountRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.account.is_active:
            return page(request, "closed", phones=phones(), status=410)
        wishes = choices.chosen()
        if wishes.mode == Mode.OFF:
            return page(request, "services", cards=[], phones=phones())
        try:
            return view(request, wishes, *args, **kwargs)
        except NotOffered:
            raise Http404 from None

    return guarded


def booking_door(view: View) -> View:
    """As `open_door`, for the steps that book: where people only look, they are led back to the times."""

    @wraps(view)
    def guarded(
        request: AccountRequest, wishes: BookingPage, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        if wishes.mode == Mode.VIEW:
            return redirect(url(request, "book_when", kwargs["service"]))
        return view(request, wishes, *args, **kwargs)

    return open_door(guarded)


def phones() -> list[Location]:
    """Return the locations that can be called."""
    rows = Location.objects.filter(archived_at=None).exclude(phone="").order_by("pk")
    return list(rows)


def current_notice() -> PrivacyNotice | None:
    """Return the privacy notice in force, None while the practice has published none."""
    notice: PrivacyNotice | None = PrivacyNotice.objects.order_by("-version").first()
    return notice
