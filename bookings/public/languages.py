"""The languages that the booking pages and messages to clients speak (all of their texts are translated)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.permissions import public
from accounts.requests import AccountRequest

YEAR_SECONDS = 365 * 24 * 3600


def switch() -> list[dict[str, Any]]:
    """Return the languages to choose from, each by its own name; none when there is only one."""
    now = translation.get_language()
    found = [
        {"code": code, "name": str(name), "current": code == now}
        for code, name in settings.LANGUAGES
    ]
    return found if len(found) > 1 else []


def language_of_visitor() -> str:
    """Return the language in which this person reads, to write to them in; "" for the practice's own."""
    now = translation.get_language() or ""
    return now if now in dict(settings.LANGUAGES) and now != settings.LANGUAGE_CODE else ""


def speak(request: HttpRequest, *languages: str) -> None:
    """Speak the first of these languages that is offered, unless this person chose one on a page."""
    known = dict(settings.LANGUAGES)
    wanted = next((each for each in languages if each in known), "")
    if wanted and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(wanted)
        request.LANGUAGE_CODE = wanted


@public
@require_POST
def choose(request: AccountRequest) -> HttpResponse:
    """Remember the language in a plain cookie and show the same page in it."""
    there = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        there, {request.get_host()}, require_https=request.is_secure()
    ):
        there = request.account.url("book")
    response = redirect(there)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=YEAR_SECONDS,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    return response
