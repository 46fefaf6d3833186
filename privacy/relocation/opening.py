"""The one moment at which an account lives elsewhere: one transaction of control, with a new epoch (RP-2)."""

from __future__ import annotations

from django.db import transaction

from accounts import audit, directory
from accounts.cells import cell, region_name
from accounts.models import Account, AccountAnchor, OutboxJob
from accounts.tenancy import acting_in
from privacy.arrival import placing
from privacy.inventory import kind_of
from privacy.models import Relocation
from privacy.relocation import carrying, chain, freezing
from privacy.relocation.leasing import Move
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM, Purpose


def flip(move: Move) -> None:
    """Say in control where the account lives from now on; before this it lives there, after it here."""
    with transaction.atomic(using="default"):
        row = move.locked()
        if not row.has_flipped:
            region = cell(row.to_cell).region
            before, after = region_name(cell(row.from_cell).region), region_name(region)
            Account.objects.filter(pk=row.account_id).update(
                cell=row.to_cell,
                home_region=region,
                epoch=row.epoch,
                region_basis=row.basis,
                region_document=row.document,
                region_decided_by=row.decided_by,
                region_decided_at=row.asked_at,
                region_reason=f"It was in {before}; {row.decided_by} asked for {after}."[:300],
            )
            row.flipped_at = clock.now()
            row.save(update_fields=["flipped_at"])
        move.row.flipped_at = row.flipped_at
    directory.forget(move.new.slug)


def open_there(move: Move) -> None:
    """Let the account be written to in its new region, and say in the old one that it is gone from there."""
    with acting_in(move.new, purpose=Purpose.MAINTENANCE):
        anchor: AccountAnchor = AccountAnchor.objects.select_for_update().get(
            account_id=move.new.id
        )
        if anchor.state == AccountAnchor.State.ARRIVING:
            anchor.state = AccountAnchor.State.ACTIVE
            anchor.save(update_fields=["state"])
            audit.record("move.done", by=SYSTEM, kind=Relocation._meta.label, object_id=move.row.pk)
    freezing.leave(move.old)


def bring_work(move: Move) -> None:
    """Carry the work that waits, which nobody did meanwhile, and what the old region's audit still got."""
    kind, after = kind_of(OutboxJob), None
    while rows := carrying.read(move.old, kind, after=after):
        waiting = [{**row, "lease": None, "leased_until": None} for row in rows]
        with acting_in(move.new, purpose=Purpose.MAINTENANCE):
            placing.place(kind, waiting)
        after = rows[-1]["id"]
        move.beat()
    chain.carry_the_rest(move)
