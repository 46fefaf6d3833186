"""Further phones and mail addresses of a client, kept with the record and found like its first ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from clients import phones
from clients.models import Client, ContactPoint

MOST = 10
Kind = ContactPoint.Kind
# Names under which forms and imports give them: one list of lines for each kind
FIELDS = {"more_phones": Kind.PHONE, "more_emails": Kind.EMAIL}


class Line(NamedTuple):
    """One further number or address, and what it is for."""

    use: str
    value: str


def of_client(client: Client) -> dict[str, list[Line]]:
    """Return a client's further phones and addresses by the names of `FIELDS`, in one query."""
    found: dict[str, list[Line]] = {name: [] for name in FIELDS}
    names = {kind: name for name, kind in FIELDS.items()}
    for point in ContactPoint.objects.filter(client=client):
        found[names[Kind(point.kind)]].append(Line(point.use, point.value))
    return found


def keep(client: Client, wanted: Mapping[str, Iterable[Line]], country: str) -> list[str]:
    """Make a client's further phones and addresses be `wanted`; return the names of the lists that changed.

    Phones are kept in E.164 as numbers of `country`; what is there already is not written again.
    """
    changed = []
    before = of_client(client) if wanted else {}
    for name, lines in wanted.items():
        kind = FIELDS[name]
        new = [_normal(kind, line, country) for line in lines]
        if new == before[name]:
            continue
        changed.append(name)
        ContactPoint.objects.filter(client=client, kind=kind).delete()
        for position, line in enumerate(new):
            point = ContactPoint(client=client, kind=kind, position=position, **line._asdict())
            point.full_clean(exclude=["client"])
            point.save(force_insert=True)
    return changed


def clients_reached_by(value: str) -> list[UUID]:
    """Return the clients who have this exact phone or mail address beside their first."""
    rows = ContactPoint.objects.filter(value=value).order_by().values_list("client_id", flat=True)
    return list(dict.fromkeys(rows))


def _normal(kind: str, line: Line, country: str) -> Line:
    value = line.value.strip()
    return Line(line.use, phones.kept(value, country) if kind == Kind.PHONE else value)
