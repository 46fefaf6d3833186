"""What holds: whether a client's data are only stored, what they object to, and the words for both."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from clients.identity import OF, among, ids, records
from clients.models import Client, Restriction
from privacy.vocabulary.prepared import Prepared

Kind, Use, Area = Restriction.Kind, Restriction.Use, Restriction.Area
_STANDING = Prepared[Restriction](lambda: Restriction.objects.filter(OF, lifted_at=None))


def standing(client: Client) -> list[Restriction]:
    """Return what holds for a person, restrictions first; one row for each decision."""
    return _once(_STANDING(person=ids(client)))


def standing_of(clients: Iterable[Client]) -> dict[UUID, list[Restriction]]:
    """Return the same of several clients by id; one statement where nothing holds for anybody, else two."""
    wanted = [client.pk for client in clients]
    if not Restriction.objects.filter(lifted_at=None).exists():
        return {pk: [] for pk in wanted}
    theirs = records(wanted)
    rows = list(Restriction.objects.filter(among(theirs), lifted_at=None))
    return {pk: _once(row for row in rows if row.client_id in theirs[pk]) for pk in wanted}


def permits(client: Client, use: str) -> bool:
    """Tell whether a client's data may be used in some way: nobody restricted them, and the client didn't object."""
    return not any(each.kind != Kind.OBJECTION or use in each.against for each in standing(client))


def is_restricted(client: Client, area: str) -> bool:
    """Tell whether an area of work stands still for a client."""
    return any(each.kind != Kind.OBJECTION and area not in each.allows for each in standing(client))


def told(each: Restriction) -> tuple[str, str, str]:
    """Return what holds as alerts are shown: tone, title and text."""
    if each.kind == Kind.OBJECTION:
        return "warn", _("Objects to"), words(each)
    return "danger", _("Data only stored"), words(each)


def words(each: Restriction) -> str:
    """Return what stops, in words."""
    if each.kind == Kind.OBJECTION:
        uses = [str(Use(use).label) for use in each.against if use in Use.values]
        return capfirst(", ".join(use[0].lower() + use[1:] for use in uses))
    if Area.CARE in each.allows:
        return _("No messages, no offers, no forms by link.")
    if Area.BOOKING in each.allows:
        return _("Notes and files are kept and not shown. Appointments go on; no messages.")
    return _("Nothing is shown, changed or sent until this is lifted.")


def _once(rows: Iterable[Restriction]) -> list[Restriction]:
    """Return one row of each decision: the others say the same of the person's other records."""
    found = {row.decision: row for row in rows}
    return sorted(found.values(), key=lambda row: (row.kind == Kind.OBJECTION, row.since))
