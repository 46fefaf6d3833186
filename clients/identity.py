"""Which records are one person: the one door to the ids whose rows are read together (features B5).

A record that was merged into another keeps its rows and its key and only stands for the other. So whoever reads what
belongs to a client asks here, and new rows go to the record that is left; a test walks every reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.http import Http404

from clients.models import Client
from privacy.vocabulary.placement import TenantQuerySet
from privacy.vocabulary.prepared import Given, Prepared

_KNOWN = "merged_ids"
# The condition of `of` for what is prepared: `ROWS(person=ids(client))`
OF = Q(("client__among", Given("person")))


def find(pk: UUID, *related: str) -> Client:
    """Return the client with this id, for a merged record the one it stands for; raise Http404 when there is none.

    Whoever is confined to a location and may see only the merged one gets that.
    """
    rows = _records(*related)
    found = rows.first(pk=pk)
    if found is None:
        raise Http404
    return (rows.first(pk=found.alias_of_id) if found.alias_of_id else None) or found


def known(pk: UUID) -> Client | None:
    """Return the client with this id, archived too, for a merged record the one it stands for; None if there is none."""
    found = _records().first(pk=pk)
    if found is not None and found.alias_of_id:
        found = _records().first(pk=found.alias_of_id) or found
    return found


def present(pk: UUID) -> Client | None:
    """Return the client with this id when somebody can book for them or write to them: not archived, never an alias."""
    found = known(pk)
    return None if found is None or found.archived_at else found


def ids(client: Client) -> list[UUID]:
    """Return the ids of all records that are this person, the one that is left first; remembered with `client`."""
    known: list[UUID] | None = client.__dict__.get(_KNOWN)
    if known is None or client.alias_of_id:
        rows = Client.objects.filter(alias_of=client.person_id).order_by("pk")
        known = client.__dict__[_KNOWN] = list(rows.values_list("pk", flat=True))
    return [client.person_id, *known]


def of(client: Client, path: str = "client") -> Q:
    """Return the condition for rows that belong to this person; `path` leads from the row to its client."""
    found = ids(client)
    return Q((f"{path}_id", found[0])) if len(found) == 1 else Q((f"{path}_id__in", found))


def of_record(pk: UUID, path: str = "client") -> Q:
    """Return the same for the person of a record of which only the id is known, asked within the statement."""
    whose = Client.objects.filter(pk=pk).values(person=Coalesce("alias_of_id", "pk"))
    known = Client.objects.filter(Q(pk__in=whose) | Q(alias_of_id__in=whose)).values("pk")
    return Q((f"{path}_id__in", known))


def records(client_ids: Iterable[UUID]) -> dict[UUID, frozenset[UUID]]:
    """Return for each of these records the ids of all that are the same person, itself included; one statement."""
    wanted = set(client_ids)
    merged = Client.objects.filter(alias_of__isnull=False)
    roots = merged.filter(pk__in=wanted).values("alias_of_id")
    related = merged.filter(Q(alias_of__in=wanted) | Q(alias_of__in=roots))
    root_of = dict(related.values_list("pk", "alias_of_id"))
    families: dict[UUID, set[UUID]] = {}
    for alias, root in root_of.items():
        families.setdefault(root, {root}).add(alias)
    return {pk: frozenset(families.get(root_of.get(pk, pk), {pk})) for pk in wanted}


def among(families: Mapping[UUID, frozenset[UUID]], path: str = "client") -> Q:
    """Return the condition for rows of all of these people, told as `records` tells them."""
    return Q((f"{path}_id__in", set[UUID]().union(*families.values())))


def are_one(row: Any, other: Any) -> bool:
    """Tell whether two rows belong to the same person."""
    return bool(row.client_id == other.client_id or row.client == other.client)


def is_active(path: str = "client") -> Q:
    """Return the condition for rows whose person is not archived."""
    own = {f"{path}__alias_of": None, f"{path}__archived_at": None}
    kept = {f"{path}__alias_of__isnull": False, f"{path}__alias_of__archived_at": None}
    return Q(**own) | Q(**kept)


def person(path: str = "client") -> Coalesce:
    """Return the expression for the id of the person whom a row belongs to, for comparing rows with each other."""
    return Coalesce(F(f"{path}__alias_of_id"), F(f"{path}_id"))


@cache
def _records(*related: str) -> Prepared[Client]:
    """Return what finds a record with the ids of those merged into it, so that a page need not ask again."""

    def build() -> TenantQuerySet:
        merged = Client.objects.filter(alias_of=OuterRef("pk")).order_by("pk").values("pk")
        rows: TenantQuerySet = Client.objects.annotate(**{_KNOWN: ArraySubquery(merged)})
        rows = rows.select_related(*related) if related else rows
        return rows.filter(pk=Given("pk"))

    return Prepared(build)
