"""What happened, written in the same transaction as the change; the sequencer chains it (AU-1 to AU-3)."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db import models

from accounts.logs import request_id
from accounts.models import AuditQueue
from accounts.tenancy import AccountRef, Entry, acting_in
from privacy.vocabulary import clock, keyring, scope, sealing
from privacy.vocabulary.scope import Actor, Scope

DETAIL_PLACE = "accounts.AuditEvent"
READS_NAMED_SINGLY = 20


def record(
    action: str,
    *,
    by: Actor,
    of: models.Model | None = None,
    kind: str = "",
    object_id: UUID | None = None,
    client_id: UUID | None = None,
    result: str = "done",
    count: int = 1,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add one event to the audit of the active account.

    `action` is a code such as `appointment.booked`; ids and codes go in clear, `detail` is sealed under the client's key
    (the account's when `client_id` is None) and holds field names or, where needed, values.
    """
    active = scope.current()
    row = AuditQueue(
        at_us=int(clock.now().timestamp() * 1_000_000),
        actor_kind=by.kind,
        actor_id=by.id,
        action=action,
        kind=of._meta.label if of is not None else kind,
        object_id=of.pk if of is not None else object_id,
        client_id=client_id,
        purpose=active.purpose,
        result=result,
        request_id=request_id.get(),
        count=count,
    )
    if detail is not None:
        key = keyring.sealing_key(client_id)
        row.detail = sealing.seal(
            json.dumps(detail, sort_keys=True, default=str).encode(), key, detail_place(row)
        )
    _writable(active, row)


def detail_place(row: Any) -> bytes:
    """Return the place that binds an event's sealed detail; the queue's row and the chain's link share it."""
    return sealing.place(
        scope.current().region, row.account_id, row.client_id, DETAIL_PLACE, row.pk, "detail"
    )


def record_denial(account: AccountRef, *, by: Actor, action: str, reason: str) -> None:
    """Record, in a transaction of its own, that somebody asked for what they may not have (TI-4)."""
    with acting_in(account, by=by):
        record(action, by=by, result=reason)


def _writable(active: Scope, row: AuditQueue) -> None:
    if active.reading:
        active.late.append(row)
    else:
        row.save(force_insert=True)


def record_reads(active: Scope) -> None:
    """Turn the sensitive values decrypted in this scope into events: one per client and kind, or one for a long list."""
    for label, pk, field in sorted(active.unreadable, key=str):
        record(
            "integrity.unreadable",
            by=active.actor,
            kind=f"{label}.{field}",  # in clear: with the key gone, a sealed detail could not be written
            object_id=pk,
            result="alarm",
        )
    active.unreadable.clear()
    if len(active.reads) > READS_NAMED_SINGLY:
        objects = sum(len(ids) for ids in active.reads.values())
        record("record.read", by=active.actor, kind="many", count=objects)
    else:
        for (kind, client_id), ids in active.reads.items():
            only = next(iter(ids)) if len(ids) == 1 else None
            record(
                "record.read",
                by=active.actor,
                kind=kind,
                object_id=only,
                client_id=client_id,
                count=len(ids),
            )
    active.reads.clear()


Entry.before_leaving.append(record_reads)
