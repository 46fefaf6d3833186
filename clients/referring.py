"""Where a client comes from: said once, changed, taken back; and the practice's own list of ways."""

from __future__ import annotations

from typing import Any

from django.db.models import Max

from accounts import audit
from clients import glance
from clients.identity import OF, ids, of
from clients.models import Client, Contact, Referral, ReferralType
from privacy.vocabulary import clock
from privacy.vocabulary.prepared import Prepared
from privacy.vocabulary.scope import Actor

Source = Client | Contact | ReferralType
_FIELDS: dict[type[Any], str] = {
    Client: "by_client",
    Contact: "by_contact",
    ReferralType: "by_type",
}

glance.watches(Referral)
_SAID = Prepared[Referral](
    lambda: Referral.objects.select_related("by_client", "by_contact", "by_type").filter(OF)
)


def of_client(client: Client) -> Referral | None:
    """Return how a client found the practice, with what it names."""
    if not glance.may_have(client, Referral):
        return None
    records = ids(client)
    return min(_SAID(person=records), key=lambda row: records.index(row.client_id), default=None)


def say(*, by: Actor, client: Client, source: Source | None, note: str = "") -> Referral | None:
    """Say how a client found the practice; None takes back what was said. Raises `ValidationError`."""
    rows = list(Referral.objects.select_for_update().filter(of(client)))
    if source is None:
        for kept in rows:
            kept.delete()
            audit.record("referral.removed", by=by, of=client, client_id=kept.client_id)
        return None
    row = next((kept for kept in rows if kept.client_id == client.pk), Referral(client=client))
    for kind, name in _FIELDS.items():
        setattr(row, name, source if isinstance(source, kind) else None)
    row.note = note
    row.full_clean(exclude=["client"])
    row.save()
    audit.record("referral.said", by=by, of=row, client_id=client.pk)
    return row


def types(*, archived: bool = False) -> list[ReferralType]:
    """Return the practice's own ways in their order."""
    return list(ReferralType.objects.filter(archived_at__isnull=not archived))


def add_type(*, by: Actor, name: str) -> ReferralType:
    """Add a way at the end of the list. Raises `ValidationError` for one that is there already."""
    last = ReferralType.objects.aggregate(last=Max("position"))["last"] or 0
    added = ReferralType(name=name.strip(), position=last + 1)
    added.full_clean()
    added.save(force_insert=True)
    audit.record("referral_type.added", by=by, of=added)
    return added


def archive_type(*, by: Actor, kind: ReferralType, archived: bool) -> None:
    """Take a way off the list, or put it back; clients who came by it keep it."""
    kind.archived_at = clock.now() if archived else None
    kind.save(update_fields=["archived_at"])
    done = "referral_type.archived" if archived else "referral_type.restored"
    audit.record(done, by=by, of=kind)
