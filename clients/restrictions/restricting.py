"""Restricting a client's data, noting an objection, lifting either with a reason; and working on what is restricted."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import DatabaseError, connections
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts import audit
from accounts.tenancy import everywhere
from clients import identity
from clients.models import Client, Restriction
from clients.restrictions.standing import standing
from privacy.vocabulary import clock, scope
from privacy.vocabulary.scope import Actor, ActorKind

Kind = Restriction.Kind


@everywhere()
def restrict(
    *,
    by: Actor,
    client: Client,
    reason: str,
    allows: Collection[str] = (),
    case_id: UUID | None = None,
) -> Restriction:
    """Have a client's data only stored; what is in `allows` goes on. Return the row of the person's own record.

    Raises `ValidationError` where they are restricted already: lift that first, so that each has its own reason.
    """
    if any(each.kind != Kind.OBJECTION for each in standing(client)):
        raise ValidationError(_("The data of this client are restricted already."))
    return _begun(by, client, Kind.RESTRICTION, reason, case_id, allows=sorted(allows))


@everywhere()
def object_to(
    *,
    by: Actor,
    client: Client,
    reason: str,
    uses: Collection[str],
    case_id: UUID | None = None,
) -> Restriction:
    """Note that a client objects to some uses of their data; those stop at once, also for what is queued."""
    if not uses:
        raise ValidationError({"against": _("Tick what they object to.")})
    known = {use for each in standing(client) for use in each.against}
    if known >= set(uses):
        raise ValidationError(_("They object to this already."))
    return _begun(by, client, Kind.OBJECTION, reason, case_id, against=sorted(set(uses) - known))


@everywhere()
def lift(*, by: Actor, restriction: Restriction, because: str) -> Restriction:
    """Lift a restriction or objection, for all records of the person; twice is once. It stays in the record."""
    if not because.strip():
        raise ValidationError({"because": _("Write why it is lifted.")})
    rows = Restriction.objects.select_for_update().filter(
        decision=restriction.decision, lifted_at=None
    )
    for row in rows:
        row.lifted_at, row.lifted_by = clock.now(), _member(by)
        row.lifted_because = because
        row.full_clean(exclude=["client"])
        row.save(update_fields=["lifted_at", "lifted_by", "lifted_because"])
        audit.record(f"{row.kind}.lifted", by=by, of=row, client_id=row.client_id)
    fresh: Restriction = Restriction.objects.get(pk=restriction.pk)
    return fresh


@contextmanager
def answering() -> Iterator[None]:
    """Work on data that are only stored, to answer the request of whom they are about; each verb says so in the audit."""
    active = scope.current()
    _despite(active.database, "request")
    try:
        yield
    finally:
        with suppress(DatabaseError):  # a failed transaction takes the setting back itself
            _despite(active.database, "")


def _begun(
    by: Actor, client: Client, kind: str, reason: str, case_id: UUID | None, **more: list[str]
) -> Restriction:
    decision = uuid7()
    rows = [
        Restriction(
            client_id=pk,
            decision=decision,
            kind=kind,
            reason=reason,
            by_kind=by.kind,
            by_id=by.id,
            case_id=case_id,
            **more,
        )
        for pk in identity.ids(client)
    ]
    for row in rows:
        row.full_clean(exclude=["client"])
        row.save(force_insert=True)
        detail = {name: values for name, values in more.items() if values}
        audit.record(f"{kind}.begun", by=by, of=row, client_id=row.client_id, detail=detail)
    return rows[0]


def _member(by: Actor) -> UUID | None:
    return by.id if by.kind == ActorKind.MEMBER else None


def _despite(database: str, word: str) -> None:
    with connections[database].cursor() as cursor:
        cursor.execute("SELECT set_config('app.despite', %s, true)", [word])
