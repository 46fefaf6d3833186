"""What all pages of self-booking share: the practice's head and foot, the number of the step, the way back."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render

from accounts.models import Location, PrivacyNotice
from accounts.requests import AccountRequest
from bookings.public.offers import Choice, NotOffered

View = Callable[..., HttpResponseBase]


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
    frame = {
        "practice_name": account.name,
        # A place named as the practice, with no address, would only say the name twice.
        "practice_place": "" if place == account.name else place,
        "region_name": account.city,
        "privacy_url": account.url("book_privacy"),
        "change_url": account.url("book_change"),
    }
    return render(request, f"booking/{template}.html", frame | context, status=status)


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
    """Answer for a practice that is closing, and turn what isn't offered into a page that isn't there."""

    @wraps(view)
    def guarded(request: AccountRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.account.is_active:
            return page(request, "closed", phones=phones(), status=410)
        try:
            return view(request, *args, **kwargs)
        except NotOffered:
            raise Http404 from None

    return guarded


def phones() -> list[Location]:
    """Return the locations that can be called."""
    rows = Location.objects.filter(archived_at=None).exclude(phone="").order_by("pk")
    return list(rows)


def current_notice() -> PrivacyNotice | None:
    """Return the privacy notice in force, None while the practice has published none."""
    notice: PrivacyNotice | None = PrivacyNotice.objects.order_by("-version").first()
    return notice
