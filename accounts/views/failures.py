"""Health checks for machines, and the pages shown when something is refused."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.files.storage import storages
from django.db import connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from uuid_utils.compat import uuid7

from accounts import sequencer
from accounts.cells import Cell, cells
from accounts.dispatch import connect
from accounts.permissions import public
from accounts.tasks import alive_key
from accounts.tenancy import AccountRef, acting_in
from accounts.whereabouts import proof
from accounts.whereabouts.marking import client_of
from privacy.vocabulary import keyring

ALARM_SECONDS = 60


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process is alive."""
    return HttpResponse("ok", content_type="text/plain")


@public
def readyz(request: HttpRequest) -> HttpResponse:
    """Say which parts answer, control's and each region's; 503 when one does not."""
    parts = {"control": _answers(lambda: connections["default"].cursor().execute("SELECT 1"))}
    stores = {cell.name: _question_to_objects(cell) for cell in cells().values()}
    with ThreadPoolExecutor(len(stores)) as asking:  # a silent store takes its time: all at once
        objects = dict(zip(stores, asking.map(_answers, stores.values()), strict=True))
    for cell in cells().values():
        parts[f"{cell.name} database"] = _answers(partial(_ask_database, cell))
        parts[f"{cell.name} keyring"] = _answers(partial(_ask_keyring, cell))
        parts[f"{cell.name} cache"] = _answers(partial(_ask_cache, cell))
        parts[f"{cell.name} objects"] = objects[cell.name]
        parts[f"{cell.name} worker"] = _answers(partial(_ask_worker, cell))
        parts[f"{cell.name} audit"] = _answers(partial(_ask_audit, cell))
    parts["places"] = _answers(proof.require)
    ready = all(state == "ok" for state in parts.values())
    return JsonResponse({"ready": ready, "parts": parts}, status=200 if ready else 503)


class Silent(RuntimeError):
    """A worker has not been heard, or the sequencer lets events wait."""


def _ask_database(cell: Cell) -> None:
    connect(cell.name, "app").close()


def _ask_keyring(cell: Cell) -> None:
    nobody = AccountRef(uuid7(), "", cell.name)
    with acting_in(nobody), keyring.keyring_transaction():
        pass


def _ask_cache(cell: Cell) -> None:
    caches[cell.cache].set("ready", 1, 5)


def _question_to_objects(cell: Cell) -> Callable[[], object]:
    store: Any = storages[cell.objects]
    if not hasattr(store, "bucket_name"):
        return partial(_ask_folder, Path(store.location))
    return partial(client_of(store).head_bucket, Bucket=store.bucket_name)


def _ask_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise PermissionError


def _ask_worker(cell: Cell) -> None:
    if not caches[cell.cache].get(alive_key(cell.name)):
        raise Silent


def _ask_audit(cell: Cell) -> None:
    if sequencer.waiting_seconds(cell.name) > ALARM_SECONDS:
        raise Silent


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
