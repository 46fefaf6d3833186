"""What waits behind the entries of the frame: each app says how it is counted, each page counts it in one statement."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from django.db import connections

from accounts.requests import AccountRequest
from privacy.vocabulary import clock, scope

_counted_by: dict[str, str] = {}
_known: WeakKeyDictionary[AccountRequest, dict[str, int]] = WeakKeyDictionary()


def counts(name: str, select: str) -> None:
    """Register the SELECT of one number that waits as `name`; a higher app does so as it starts.

    It is written out, because building it would cost every page more than its answer does. It may use
    `%(account)s`, `%(member)s`, `%(now)s`, `%(place)s` for the location that the member is confined to, else NULL, and
    `%(confined)s` for whether some clients aren't there for them.
    """
    _counted_by[name] = select


def waiting(request: AccountRequest, name: str) -> int | None:
    """Return how many wait as `name`, None for none; the first question of a request counts everything."""
    if request not in _known:
        _known[request] = _count(request)
    return _known[request].get(name) or None


def _count(request: AccountRequest) -> dict[str, int]:
    active = scope.current()
    asked: dict[str, Any] = {
        "account": active.account_id,
        "member": request.member.pk,
        "place": active.location,
        "confined": active.is_confined,
        "now": clock.now(),
    }
    numbers = ", ".join(f"({select})" for select in _counted_by.values())
    with connections[active.database].cursor() as cursor:
        cursor.execute(f"SELECT {numbers}", asked)
        return dict(zip(_counted_by, cursor.fetchone(), strict=True))
