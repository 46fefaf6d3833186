"""Proves an account's audit against its own links, the recorded head and the last signed anchor (AU-5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from accounts import sequencer
from accounts.chain import FIELDS, Finding, findings
from accounts.models import AuditEvent, AuditHead
from accounts.tenancy import AccountRef, acting_in
from privacy.vocabulary.scope import SYSTEM, Purpose

COLUMNS = (*FIELDS, "detail", "previous_hash", "hash")


def events() -> Iterator[dict[str, Any]]:
    """Yield the links of the active account in order, as the chain's functions take them."""
    yield from AuditEvent.objects.order_by("seq").values(*COLUMNS).iterator(chunk_size=2000)


def verify(account: AccountRef) -> tuple[int, int, list[Finding]]:
    """Check one account's chain as the read-only role.

    Return how many links it has, up to which one it is anchored (0 for none), and what is wrong with it.
    """
    newest = sequencer.last_anchor(account.cell)
    anchored = newest.heads.get(account.id) if newest else None
    anchors = {anchored[0]: anchored[1]} if anchored else {}
    with acting_in(account, by=SYSTEM, purpose=Purpose.MAINTENANCE, reading=True):
        head = AuditHead.objects.first()
        wrong = list(findings(events(), anchors=anchors, head=head.seq if head else None))
        return (head.seq if head else 0), max(anchors, default=0), wrong
