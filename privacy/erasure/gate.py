"""Nobody enters an account of a region whose database knows less of the ledger of erasures than there is (RT-8)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import psycopg
from django.http import HttpRequest, HttpResponse

from accounts.calm import FILE_STORE, calm_page
from accounts.tenancy import Entry, NotServing
from privacy.erasure import ledger
from privacy.erasure.places import CONTROL, place

log = logging.getLogger("keepwell.erasures")

# A process asks before it serves, and then now and then: a database may be restored under its feet
AGAIN_SECONDS = 60
SOON_SECONDS = 5
# What whoever watches over us asks, also when something is wrong
STANDING = ("healthz", "readyz")
_known: dict[str, tuple[float, str]] = {}
_is_lifted: ContextVar[bool] = ContextVar("keepwell_gate_lifted", default=False)


def ask(name: str) -> None:
    """Raise `NotServing` when a cell's database, or control's, is behind, or when that was never known in this process."""
    if _is_lifted.get():
        return
    until, wrong = _known.get(name, (0.0, ""))
    if time.monotonic() >= until:
        wrong = _look(name)
    if wrong:
        raise NotServing(wrong)


def forget() -> None:
    """Ask anew at once."""
    _known.clear()


@contextmanager
def lifted() -> Iterator[None]:
    """Enter accounts all the same: to ask, and to erase again."""
    token = _is_lifted.set(True)
    try:
        yield
    finally:
        _is_lifted.reset(token)


def _look(name: str) -> str:
    """Return what is wrong, remembered for a while; "" when nothing is, or when the database itself is away."""
    was_good = _known.get(name, (0.0, "?"))[1] == ""
    seconds, wrong = AGAIN_SECONDS, ""
    try:
        with lifted():
            ledger.check(place(name))
    except NotServing as refusal:
        seconds, wrong = SOON_SECONDS, str(refusal)
    except psycopg.Error:
        return ""  # whoever goes on finds it away, too, and says so
    except FILE_STORE as error:
        log.warning("ledger out of reach", extra={"cell": name, "error": type(error).__name__})
        seconds = SOON_SECONDS
        wrong = "" if was_good else f"The ledger of erasures of {name} is out of reach."
    if wrong:
        log.critical("serves nobody: run erasures check", extra={"cell": name})
    _known[name] = (time.monotonic() + seconds, wrong)
    return wrong


class ControlGate:
    """Middleware: the pages of control wait while control's database is behind; those of a region ask for themselves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: dict[str, object]
    ) -> HttpResponse | None:
        """Return the page that says so, or None."""
        match = request.resolver_match
        if "slug" in kwargs or (match is not None and match.url_name in STANDING):
            return None
        try:
            ask(CONTROL.name)
        except NotServing as refusal:
            return calm_page(request, refusal)
        return None


Entry.before_entering.append(ask)
