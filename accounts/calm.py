"""Pages for what is not the person's fault: a part of the house is away, or the database refuses a change."""

from __future__ import annotations

import errno
import logging
import sys

import botocore.exceptions as s3
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from accounts.logs import request_id
from accounts.tenancy import NotServing
from privacy.vocabulary.region_keys import KeysAway

log = logging.getLogger("keepwell.requests")
# Raised by the triggers of accounts.wall and of notes' migrations
READ_ONLY = "KW001"
SIGNED = "KW002"
STORED_ONLY = "KW005"
# What a file store raises when it is away, and what else may tell of a part; `part_away` looks closer
FILE_STORE = (OSError, s3.BotoCoreError, s3.ClientError)
AWAY_OR_REFUSED = (DatabaseError, InterfaceError, RedisError, KeysAway, NotServing, *FILE_STORE)
# A folder of files that is full, broken, read-only, closed to us or not mounted as it should be
DISK = {
    errno.EACCES,
    errno.EDQUOT,
    errno.EIO,
    errno.ENOSPC,
    errno.ENOTDIR,
    errno.EPERM,
    errno.EROFS,
    errno.ESTALE,
}
RETRY_AFTER_SECONDS = "20"


def calm_page(request: HttpRequest, failure: BaseException | None) -> HttpResponse | None:
    """Return the page for a part that is away (503) or for a refused change (409); None for everything else.

    The account's transaction is rolled back by now. The page asks no database and gives back what was typed.
    """
    if isinstance(failure, DatabaseError):
        sqlstate = getattr(failure.__cause__, "sqlstate", None)
        if sqlstate in (READ_ONLY, SIGNED, STORED_ONLY):
            refusal = {"signed": sqlstate == SIGNED, "stored_only": sqlstate == STORED_ONLY}
            return render(request, "accounts/read_only.html", refusal, status=409)
    part = part_away(failure)
    if part is None:
        return None
    log.error("part away", exc_info=failure)
    typed = [(name, value) for name, value in request.POST.items() if "code" not in name]
    context = {"reference": request_id.get(), "typed": typed, "part": part}
    page = render(request, "503.html", context, status=503)
    page.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return page


def part_away(failure: BaseException | None) -> str | None:
    """Return the name of the part whose absence a failure tells of; None when it tells of something else."""
    if isinstance(failure, OperationalError | InterfaceError):
        return _("the database")
    if isinstance(failure, RedisError):
        return _("the counter of sign-in attempts")
    if isinstance(failure, KeysAway):
        return _("the key service")
    if isinstance(failure, NotServing):
        return _("a check after data was restored; our staff see to it")
    return _("the file store") if _is_of_the_file_store(failure) else None


def _is_of_the_file_store(failure: BaseException | None) -> bool:
    """Tell whether files can't be reached; a store that refuses or misses one thing is there."""
    if isinstance(failure, s3.ClientError):
        answer = failure.response.get("ResponseMetadata", {})
        return int(answer.get("HTTPStatusCode") or 0) >= 500
    if isinstance(failure, s3.ConnectionError | s3.HTTPClientError):
        return True
    return isinstance(failure, OSError) and failure.errno in DISK


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer whatever nobody caught, also in middleware: as calmly as the failure allows (Django's handler500)."""
    page = calm_page(request, sys.exc_info()[1])
    return page or render(request, "500.html", {"reference": request_id.get()}, status=500)
