"""The directory: which account a slug means and in which cell it lives, remembered for a minute in this process."""

from __future__ import annotations

import logging
import time
from uuid import UUID

import psycopg
from django.db import Error

from accounts import dispatch
from accounts.cells import cells
from accounts.models import Account, AccountAccess, User
from accounts.tenancy import AccountRef

log = logging.getLogger("keepwell.directory")
REMEMBERED_SECONDS = 60
# While control is away: long enough that not every page waits for it, short enough to notice its return
PATIENCE_SECONDS = 10
SHUT = ("opening", "purging", "closed")  # states in which nobody enters
_known: dict[str, tuple[float, AccountRef | None]] = {}


def find(slug: str) -> AccountRef | None:
    """Return the live account with this slug, or None.

    While control is down, what was known stays true, and the regions say what is not known here (RP-9).
    """
    now = time.monotonic()
    known = _known.get(slug)
    if known and known[0] > now:
        return known[1]
    seconds = REMEMBERED_SECONDS
    try:
        account = Account.objects.filter(slug=slug).exclude(state__in=SHUT).first()
        found = account.ref if account else None
    except Error as failure:
        found = known[1] if known else _find_in_regions(slug, failure)
        seconds = PATIENCE_SECONDS
    if len(_known) > 10_000:
        _known.clear()
    _known[slug] = (time.monotonic() + seconds, found)
    return found


def _find_in_regions(slug: str, failure: Error) -> AccountRef | None:
    """Return the one account that a region knows by this slug, or None when every region answers that it has none.

    Raises `failure`, by which control was missed, when a region is away as well or two claim the slug: better no
    answer than a wrong one.
    """
    claims: list[AccountRef] = []
    silent = 0
    for cell in cells():
        try:
            claim = dispatch.account_called(slug, cell)
        except psycopg.Error:
            silent += 1
        else:
            claims += [claim] if claim else []
    log.warning("control away, regions asked", extra={"count": len(claims)})
    if len(claims) > 1 or (silent and not claims):
        raise failure
    return claims[0] if claims else None


def forget(slug: str) -> None:
    """Drop what this process remembers of a slug."""
    _known.pop(slug, None)


def forget_all() -> None:
    """Drop everything that is remembered (tests)."""
    _known.clear()


def accounts_for(user: User) -> list[Account]:
    """Return the accounts that a User may enter, by name."""
    return list(Account.objects.filter(accesses__user=user).exclude(state__in=SHUT))


def closed_for(user: User) -> list[Account]:
    """Return the closed accounts whose certificate of deletion a User may read, as their last Owner."""
    closed = Account.objects.filter(state=Account.State.CLOSED)
    return list(closed.filter(certificate__statement__owner=str(user.pk)))


def may_enter(user: User, account_id: UUID) -> bool:
    """Tell whether a User is in the index of an account."""
    return AccountAccess.objects.filter(user=user, account_id=account_id).exists()
