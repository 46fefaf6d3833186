"""The complete record of one client, and what a practitioner who leaves takes along."""

from __future__ import annotations

from uuid import UUID

from accounts.models import AuditEvent, Practitioner
from accounts.models.practice import current_anchor
from accounts.tenancy import acting_in
from clients import identity
from clients.models import Client
from privacy.inventory import Kind, client_kind, kind_of, kinds, kinds_in
from privacy.scopes.choosing import apart
from privacy.scopes.pieces import Piece, Plan, without
from privacy.scopes.pointing import rows_of, with_pointed_at
from privacy.vocabulary.classification import Subject
from privacy.vocabulary.placement import Placement
from privacy.vocabulary.scope import ActorKind, Purpose

GOES_ALONG = "client"


def client(person: Client, *, whole: bool, audit: bool) -> Plan:
    """Return the plan of everything about one person, merged records included, with what their rows lead to.

    `audit`: with who saw and did what. Rows about every client, such as an export of the account, count from when the
    person was put on record.
    """
    ids = identity.ids(person)
    pieces = [
        Piece(kind, apart(kind, whole=whole), _own(kind, ids))
        for kind in _about_clients()
        if kind.declared.record is True
    ]
    pieces = with_pointed_at(pieces, _who_saw(person) if audit else ())
    if audit:
        pieces.append(Piece(kind_of(AuditEvent), identity.of(person)))
    about = {"kind": "client", "client_ids": [str(each) for each in ids]}
    reasons = {
        k.name: str(k.declared.record) for k in _about_clients() if k.declared.record is not True
    }
    return Plan(about, pieces, without(kinds(), pieces, "says nothing about this person") | reasons)


def practitioner(leaver: Practitioner, *, whole: bool) -> Plan:
    """Return the plan of what one practitioner takes along: their own work, the clients it is about, what it leads to."""
    mine = {kind.name: _work(kind, leaver) for kind in _about_clients() if _is_work(kind)}
    treated: set[UUID] = set()
    for kind in _about_clients():
        if kind.name in mine:
            path = str(kind.declared.client)
            for some in Piece(kind, ids=mine[kind.name]).found():
                treated.update(some.order_by().values_list(path, flat=True).distinct())
    treated = {each for person in identity.records(treated).values() for each in person}
    pieces = []
    for kind in _about_clients():
        if kind.declared.work_of == GOES_ALONG:
            ids = rows_of(kind, str(kind.declared.client), sorted(treated))
            pieces.append(Piece(kind, apart(kind, whole=whole), ids))
        elif kind.name in mine:
            pieces.append(Piece(kind, apart(kind, whole=whole), mine[kind.name]))
    pieces = with_pointed_at(pieces)
    about = {"kind": "practitioner", "practitioner_id": str(leaver.pk)}
    return Plan(about, pieces, without(kinds(), pieces, "isn't theirs to take along"))


def _who_saw(person: Client) -> set[UUID]:
    """Return the ids of the members whom the audit names with these records; the exporting role alone reads it."""
    with acting_in(current_anchor().ref, purpose=Purpose.EXPORT, reading=True):
        by_members = AuditEvent.objects.filter(identity.of(person), actor_kind=ActorKind.MEMBER)
        return set(by_members.order_by().values_list("actor_id", flat=True).distinct())


def _about_clients() -> list[Kind]:
    found = kinds_in(Placement.REGION)
    return [kind for kind in found if kind.is_exported and kind.declared.subject == Subject.CLIENT]


def _own(kind: Kind, ids: list[UUID]) -> list[UUID]:
    """Return the rows of these records, and those about every client that were made since the first of them."""
    path = str(kind.declared.client)
    found = rows_of(kind, path, ids)
    if (
        kind.model is not client_kind().model
        and kind.model._meta.get_field(path.removesuffix("_id")).null
    ):
        about_all = kind.model._default_manager.filter(**{path: None, "pk__gt": min(ids)})
        found += about_all.order_by().values_list("pk", flat=True)
    return sorted(found)


def _is_work(kind: Kind) -> bool:
    return kind.declared.work_of not in ("", GOES_ALONG)


def _work(kind: Kind, leaver: Practitioner) -> list[UUID]:
    """Return the rows of a kind that are a practitioner's work, found by what their path leads to."""
    model, path = kind.model, kind.declared.work_of
    for part in path.split("__"):
        model = model._meta.get_field(part).related_model  # type: ignore[assignment]
    whose = leaver.pk if issubclass(model, Practitioner) else leaver.member_id
    return rows_of(kind, path, [whose] if whose else [])
