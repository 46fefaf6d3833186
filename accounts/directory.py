"""The directory: which account a slug means and in which cell it lives, remembered for a minute in this process."""

from __future__ import annotations

import time
from uuid import UUID

from django.db import DatabaseError

from accounts.models import Account, AccountAccess, User
from accounts.tenancy import AccountRef

REMEMBERED_SECONDS = 60
SHUT = ("opening", "purging", "closed")  # states in which nobody enters
_known: dict[str, tuple[float, AccountRef | None]] = {}


def find(slug: str) -> AccountRef | None:
    """Return the live account with this slug, or None. While control is down, what was known stays true (RP-9)."""
    now = time.monotonic()
    known = _known.get(slug)
    if known and known[0] > now:
        return known[1]
    try:
        account = Account.objects.filter(slug=slug).exclude(state__in=SHUT).first()
    except DatabaseError:
        if known:
            return known[1]
        raise
    found = account.ref if account else None
    if len(_known) > 10_000:
        _known.clear()
    _known[slug] = (now + REMEMBERED_SECONDS, found)
    return found


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
