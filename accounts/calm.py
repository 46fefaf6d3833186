"""Pages for what is not the person's fault: a part of the house is away, or the database refuses a change."""

from __future__ import annotations

import logging
import sys

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from redis.exceptions import RedisError

from accounts.logs import request_id

log = logging.getLogger("keepwell.requests")
# Raised by the triggers of accounts.wall and of notes' migrations
READ_ONLY = "KW001"
SIGNED = "KW002"
AWAY = (OperationalError, InterfaceError, RedisError)
AWAY_OR_REFUSED = (DatabaseError, *AWAY)
RETRY_AFTER_SECONDS = "20"


def calm_page(request: HttpRequest, failure: BaseException | None) -> HttpResponse | None:
    """Return the page for a part that is away (503) or for a refused change (409); None for everything else.

    The account's transaction is rolled back by now. The page asks no database and gives back what was typed.
    """
    if isinstance(failure, DatabaseError):
        sqlstate = getattr(failure.__cause__, "sqlstate", None)
        if sqlstate in (READ_ONLY, SIGNED):
            refusal = {"signed": sqlstate == SIGNED}
            return render(request, "accounts/read_only.html", refusal, status=409)
    if isinstance(failure, AWAY):
        log.error("part away", exc_info=failure)
        typed = [(name, value) for name, value in request.POST.items() if "code" not in name]
        context = {"reference": request_id.get(), "typed": typed}
        page = render(request, "503.html", context, status=503)
        page.headers["Retry-After"] = RETRY_AFTER_SECONDS
        return page
    return None


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer whatever nobody caught, also in middleware: as calmly as the failure allows (Django's handler500)."""
    page = calm_page(request, sys.exc_info()[1])
    return page or render(request, "500.html", {"reference": request_id.get()}, status=500)
