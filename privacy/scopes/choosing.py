"""The whole account, and a set that was chosen from it: entities, fields, dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from privacy.inventory import Kind, kinds
from privacy.records import FILE, fields_of
from privacy.scopes.pieces import Piece, Plan, without

Choices = Mapping[str, Any]


def offered() -> list[Kind]:
    """Return the kinds that an export can hold, in registry order."""
    return [kind for kind in kinds() if kind.is_exported]


def account(*, whole: bool) -> Plan:
    """Return the plan of everything; without what is set apart unless it is asked for `whole`."""
    pieces = [Piece(kind, apart(kind, whole=whole)) for kind in offered()]
    return Plan({"kind": "account"}, pieces, without(kinds(), pieces, ""), whole=True)


def data_set(choices: Choices, zone: str, *, whole: bool) -> Plan:
    """Return the plan of chosen kinds, fields and days; `choices` is what `chosen` made."""
    since, until = moments(choices, zone)
    named = {kind.name: kind for kind in offered()}
    pieces = [
        Piece(
            named[name],
            apart(named[name], whole=whole) & between(named[name], since, until),
            only=frozenset(fields) | {named[name].model._meta.pk.attname}
            if fields
            else frozenset(),
        )
        for name, fields in sorted(choices["kinds"].items())
        if name in named
    ]
    about = {"kind": "data_set", **choices, "time_zone": zone}
    return Plan(about, pieces, without(kinds(), pieces, "wasn't chosen"))


def chosen(
    fields: Mapping[str, list[str]], since: date | None = None, until: date | None = None
) -> dict[str, Any]:
    """Return a choice as it is kept: fields by kind (an empty list: all of them) and the first and last day.

    Raises ValueError for no kind, for one that can't be exported, for an unknown field, and for days in the wrong order.
    """
    named = {kind.name: kind for kind in offered()}
    if not fields or not fields.keys() <= named.keys():
        raise ValueError("choose kinds that an export can hold")
    for name, some in fields.items():
        if not set(some) <= {each.name for each in fields_of(named[name])} | {FILE}:
            raise ValueError(f"{name} has no such field")
    if since and until and since > until:
        raise ValueError("the first day is after the last")
    return {
        "kinds": {name: sorted(some) for name, some in sorted(fields.items())},
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
    }


def apart(kind: Kind, *, whole: bool) -> Q:
    """Return the condition that leaves out what is set apart, unless it was asked for."""
    return Q() if whole or not kind.declared.apart else Q((kind.declared.apart, False))


def moments(choices: Choices, zone: str) -> tuple[datetime | None, datetime | None]:
    """Return the first moment of the first day and the first after the last day, in the practice's zone."""
    where = ZoneInfo(zone)
    since, until = (
        date.fromisoformat(choices[name]) if choices[name] else None for name in ("since", "until")
    )
    return (
        datetime.combine(since, time(), where) if since else None,
        datetime.combine(until + timedelta(days=1), time(), where) if until else None,
    )


def between(kind: Kind, since: datetime | None, until: datetime | None) -> Q:
    """Return the condition for rows of these days: by the moment that the kind names, else by when a row was made.

    A row's key is a UUIDv7 and begins with the millisecond at which it was made.
    """
    path = kind.declared.dated
    if not path and kind.model._meta.pk.attname != "id":
        return Q()  # the account itself
    found = Q()
    if since:
        found &= Q((f"{path}__gte", since)) if path else Q(pk__gte=first_key(since))
    if until:
        found &= Q((f"{path}__lt", until)) if path else Q(pk__lt=first_key(until))
    return found


def first_key(at: datetime) -> UUID:
    """Return the lowest key of a row made at that moment or later."""
    return UUID(int=int(at.timestamp() * 1000) << 80)
