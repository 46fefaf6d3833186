"""Further phones and mail addresses of a client, kept with the record and found like its first ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from clients import glance, phones
from clients.identity import OF, ids
from clients.models import Client, ContactPoint
from privacy.vocabulary.prepared import Prepared

MOST = 10
Kind = ContactPoint.Kind
# Names under which forms and imports give them: one list of lines for each kind
glance.watches(ContactPoint)
_POINTS = Prepared[ContactPoint](lambda: ContactPoint.objects.filter(OF))
FIELDS = {"more_phones": Kind.PHONE, "more_emails": Kind.EMAIL}


class Line(NamedTuple):
    """One further number or address, and what it is for."""

    use: str
    value: str


def of_client(client: Client) -> dict[str, list[Line]]:
    """Return a client's further phones and addresses by the names of `FIELDS`, in one query.

    Of merged records their first ones too; each only once.
    """
    points = _POINTS(person=ids(client)) if glance.may_have(client, ContactPoint) else []
    found = _by_field(points)
    _own, *merged = ids(client)
    for record in Client.objects.filter(pk__in=merged).order_by("pk") if merged else ():
        found["more_phones"] += [Line(record.phone_use, record.phone)] if record.phone else []
        found["more_emails"] += [Line("", record.email)] if record.email else []
    first = (client.phone, client.email)
    return {
        name: list({line.value: line for line in lines if line.value not in first}.values())
        for name, lines in found.items()
    }


def of_record(client: Client) -> dict[str, list[Line]]:
    """Return what the record itself has, without that of merged ones, for changing it."""
    return _by_field(ContactPoint.objects.filter(client=client))


def _by_field(points: Iterable[ContactPoint]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {name: [] for name in FIELDS}
    names = {kind: name for name, kind in FIELDS.items()}
    for point in points:
        found[names[Kind(point.kind)]].append(Line(point.use, point.value))
    return found


def keep(client: Client, wanted: Mapping[str, Iterable[Line]], country: str) -> list[str]:
    """Make a client's further phones and addresses be `wanted`; return the names of the lists that changed.

    Phones are kept in E.164 as numbers of `country`; what is there already is not written again.
    """
    changed = []
    before = of_record(client) if wanted else {}
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
