"""Health checks for machines, and the pages shown when something is refused."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.cache import caches
from django.core.files.storage import storages
from django.db import connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from uuid_utils.compat import uuid7

from accounts.cells import cells
from accounts.dispatch import connect
from accounts.permissions import public
from accounts.tenancy import AccountRef, acting_in


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process is alive."""
    return HttpResponse("ok", content_type="text/plain")


@public
def readyz(request: HttpRequest) -> HttpResponse:
    """Say which parts answer, control's and each region's; 503 when one does not."""
    parts = {"control": _answers(lambda: connections["default"].cursor().execute("SELECT 1"))}
    for cell in cells().values():
        parts[f"{cell.name} database"] = _answers(
            lambda cell=cell: connect(cell.name, "app").close()
        )
        parts[f"{cell.name} keyring"] = _answers(lambda cell=cell: _ask_keyring(cell.name))
        parts[f"{cell.name} cache"] = _answers(
            lambda cell=cell: caches[cell.cache].set("ready", 1, 5)
        )
        parts[f"{cell.name} objects"] = _answers(
            lambda cell=cell: storages[cell.objects].exists("ready")
        )
    ready = all(state == "ok" for state in parts.values())
    return JsonResponse({"ready": ready, "parts": parts}, status=200 if ready else 503)


def _ask_keyring(cell: str) -> None:
    nobody = AccountRef(uuid7(), "", cell)
    with acting_in(nobody) as scope, connections[scope.keyring].cursor() as cursor:
        cursor.execute("SELECT 1")


def _answers(ask: Callable[[], object]) -> str:
    try:
        ask()
    except Exception as error:
        return type(error).__name__
    return "ok"


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Explain a form that came without its token, and keep what was typed."""
    typed = [
        (name, value)
        for name, value in request.POST.items()
        if name != "csrfmiddlewaretoken" and "password" not in name
    ]
    return render(
        request, "accounts/form_expired.html", {"typed": typed, "debug": settings.DEBUG}, status=403
    )
