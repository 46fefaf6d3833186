"""The certificate of a move: what was carried, that both copies were the same, that one of them is gone; signed by both."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from accounts import outbox
from accounts.cells import cell, region_name
from accounts.models import OutboxJob
from accounts.models.practice import current_anchor
from accounts.tenancy import acting_in
from bookings.messaging.links import absolute
from privacy import letters
from privacy.closure import DATA_BACKUP_DAYS, KEYRING_BACKUP_DAYS
from privacy.exporting import public_key, signer
from privacy.models import Relocation
from privacy.relocation.leasing import Move
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Purpose

FORMAT = "keepwell-move-1"
TELL = "move.tell"


class NotSigned(RuntimeError):
    """The certificate isn't signed yet; the job tries again."""


def certify(move: Move) -> None:
    """Sign what was done, end the move, tell the Owner."""
    row, now = move.row, clock.now()
    assert row.frozen_at is not None  # or this would be
    assert row.flipped_at is not None  # another step
    statement = {
        "format": FORMAT,
        "account": str(row.account_id),
        "practice": row.account.name,
        "from": {"region": move.old.region, "cell": move.old.cell},
        "to": {"region": move.new.region, "cell": move.new.cell},
        "epoch": row.epoch,
        "basis": row.basis,
        "document": row.document,
        "decided_by": row.decided_by,
        "asked_at": row.asked_at.isoformat(),
        "read_only_from": row.frozen_at.isoformat(),
        "lives_there_from": row.flipped_at.isoformat(),
        "deleted_here_at": now.isoformat(),
        "backups_unreadable_by": (now + timedelta(days=KEYRING_BACKUP_DAYS)).isoformat(),
        "backups_gone_by": (now + timedelta(days=DATA_BACKUP_DAYS)).isoformat(),
        "compared": row.cursor["compared"],
        "files_missing_before": row.cursor.get("gaps", []),
    }
    certificate = {
        "statement": statement,
        "signatures": {
            region: {
                "public_key": public_key(region)[0],
                "signature": signer(region).sign(canonical(statement)).hex(),
            }
            for region in (move.old.region, move.new.region)
        },
    }
    with acting_in(move.new, purpose=Purpose.MAINTENANCE):
        payload = {"move": str(row.pk)}
        if not OutboxJob.objects.filter(name=TELL, payload=payload).exists():
            outbox.enqueue(TELL, payload)
    move.note(step=Relocation.Step.DONE, finished_at=now, certificate=certificate)


@outbox.handles(TELL)
def tell(work: outbox.Work) -> None:
    """Tell the Owner that the account has moved, once the certificate is signed."""
    row = Relocation.objects.get(pk=work.payload["move"])
    if row.certificate is None:
        raise NotSigned
    anchor = current_anchor()
    url = absolute(anchor.url("residency"))
    letters.to_owner(
        "moved", account=anchor, url=url, old_city=region_name(cell(row.from_cell).region)
    )


def canonical(statement: dict[str, Any]) -> bytes:
    """Return the bytes of a statement that are signed: JSON, keys sorted, no spaces."""
    return json.dumps(statement, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def as_file(relocation: Relocation) -> str:
    """Return the certificate as the text of a JSON file."""
    return json.dumps(relocation.certificate, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
