"""Who looks after a client: those whom they came to, and who was named by hand (features A2)."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from accounts import audit
from accounts.models import Practitioner
from clients import glance
from clients.identity import OF, ids, of
from clients.models import Caring, Client
from privacy.vocabulary import clock
from privacy.vocabulary.prepared import Prepared
from privacy.vocabulary.scope import Actor

glance.watches(Caring)
_CARERS = Prepared[Practitioner](
    lambda: Practitioner.objects.filter(
        pk__in=Caring.objects.filter(OF, ended_at=None).values("practitioner_id"),
        deactivated_at=None,
    )
)


def of_client(client: Client) -> list[Practitioner]:
    """Return the active practitioners who look after a client, in their order."""
    return _CARERS(person=ids(client)) if glance.may_have(client, Caring) else []


def change(*, by: Actor, client: Client, practitioners: Collection[Practitioner]) -> None:
    """Say who looks after a client from now on; a new booking with somebody adds them again."""
    wanted = {each.pk for each in practitioners}
    before = {each.pk for each in of_client(client)}
    for pk in wanted - before:
        _take_up(client, pk)
    Caring.objects.filter(of(client), practitioner_id__in=before - wanted, ended_at=None).update(
        ended_at=clock.now()
    )
    if wanted != before:
        detail = {"added": sorted(wanted - before), "ended": sorted(before - wanted)}
        audit.record("client.carers_changed", by=by, of=client, client_id=client.pk, detail=detail)


def keep_for(client: Client, practitioner: Practitioner) -> None:
    """Make a client somebody's own who has just added them."""
    _take_up(client, practitioner.pk)


def _take_up(client: Client, practitioner_id: UUID) -> None:
    row = Caring.objects.filter(of(client), practitioner_id=practitioner_id).first()
    if row is None:
        Caring(client=client, practitioner_id=practitioner_id).save(force_insert=True)
    else:
        row.ended_at = None
        row.save(update_fields=["ended_at"])
