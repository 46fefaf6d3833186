"""The booking page inside a practice's own site: framed by exactly the Owner's sites, without any cookie.

In a frame of another site browsers keep cookies away, so a form there brings a signed token in place of the CSRF
cookie: it holds the time and is bound to the account and to this purpose. The pages know no visitor, so there is
no signed-in person whom a forged form could act for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from accounts.permissions import public
from accounts.requests import AccountRequest
from bookings.messaging.links import BadLink, open_text, sealed_text
from bookings.public import choices
from privacy.vocabulary import clock

NAMESPACE = "embed"
FORM = "bookings.embed.form"
TOKEN_SECONDS = 2 * 3600

View = Callable[..., HttpResponseBase]


def is_embedded(request: HttpRequest) -> bool:
    """Tell whether a page is asked for inside a frame of the practice's site."""
    return bool(request.resolver_match and request.resolver_match.namespace == NAMESPACE)


def form_token() -> str:
    """Return a token for the forms of a page in a frame of the active account."""
    return sealed_text(FORM, str(int(clock.now().timestamp())))


def is_fresh(token: str) -> bool:
    """Tell whether a form came from a page of this account that was shown within two hours."""
    try:
        shown = int(open_text(FORM, token))
    except (BadLink, ValueError):
        return False
    return 0 <= clock.now().timestamp() - shown <= TOKEN_SECONDS


def embedded(view: View) -> View:
    """Serve a page of self-booking in a frame: forms need their token, only the Owner's sites may frame it."""

    @wraps(view)
    def framed(request: AccountRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        sites = choices.chosen().frame_sites
        if request.method == "POST" and not is_fresh(request.POST.get("form_token", "")):
            response: HttpResponseBase = _form_expired(request)
        else:
            response = view(request, *args, **kwargs)
        if sites:
            response._csp_config = settings.SECURE_CSP | {"frame-ancestors": list(sites)}  # type: ignore[attr-defined]
            response.xframe_options_exempt = True  # type: ignore[attr-defined]
        return response

    return csrf_exempt(framed)


def _form_expired(request: AccountRequest) -> HttpResponse:
    """Show what was typed once more in a form with a new token: one press sends it again."""
    own = ("form_token", "csrfmiddlewaretoken")
    typed = [(name, value) for name, value in request.POST.items() if name not in own]
    context = {
        "practice_name": request.account.name,
        "typed": typed,
        "action": request.get_full_path(),
        "embedded": True,
        "form_token": form_token(),
    }
    return render(request, "booking/expired.html", context, status=403)


@public
@require_safe
def script(request: AccountRequest) -> HttpResponse:
    """Give the script that a practice's site loads with one tag; it knows its practice by its own address."""
    return HttpResponse(
        _source(),
        content_type="text/javascript; charset=utf-8",
        headers={
            "Cache-Control": "public, max-age=3600",
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )


@cache
def _source() -> str:
    path = settings.BASE_DIR / "static" / "js" / "embed.js"
    return str(path.read_text(encoding="utf-8"))
