"""A page's glance at a client: which kinds of rows there are at all, asked in one statement, and what is read only once.

Most people have few of the many things that can be kept of somebody. A page that shows all of them begins a glance, and
from then on asks only for what is there; without one everything is asked for, each time anew.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db import connections

from clients.identity import ids
from clients.models import Client
from privacy.vocabulary import scope
from privacy.vocabulary.placement import RegionModel

type Kind = type[RegionModel]

_THERE, _READ = "glanced_kinds", "glanced_rows"
_kinds: dict[str, Kind] = {}


def watches(*kinds: Kind) -> None:
    """Register kinds of rows, each with a `client`, that a glance looks for; at the head of whoever asks `may_have`."""
    for kind in kinds:
        _kinds[kind._meta.db_table] = kind
    _statement.cache_clear()


def begin(client: Client) -> None:
    """Begin a glance that lasts as long as the object: for a page that only shows."""
    active = scope.current()
    with connections[active.database].cursor() as cursor:
        asked: dict[str, Any] = {"account": active.account_id, "client": ids(client)}
        cursor.execute(_statement(), asked)
        found = cursor.fetchone() or ()
    there = {kind for kind, is_there in zip(_kinds.values(), found, strict=True) if is_there}
    client.__dict__.update({_THERE: there, _READ: {}})


def may_have(client: Client, *kinds: Kind) -> bool:
    """Tell whether rows of one of these kinds can be found: no only where a glance has found none of any."""
    there: set[Kind] | None = client.__dict__.get(_THERE)
    return there is None or any(kind in there for kind in kinds)


def once[Found](client: Client, read: Callable[[Client], Found]) -> Found:
    """Return `read(client)`; within a glance as it was at its first use."""
    known: dict[Any, Any] | None = client.__dict__.get(_READ)
    if known is None:
        return read(client)
    if read not in known:
        known[read] = read(client)
    found: Found = known[read]
    return found


@cache
def _statement() -> str:
    return "SELECT " + ", ".join(
        f"EXISTS (SELECT FROM {table} WHERE account_id = %(account)s AND client_id = ANY(%(client)s))"
        for table in _kinds
    )
