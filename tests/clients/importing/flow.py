"""An import from its bytes to its end, as a practice and its worker do it; for tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from accounts import outbox
from accounts.models import Account, Member, OutboxJob, Role
from accounts.tenancy import acting_in
from clients.importing import batches
from clients.models import ImportBatch


def owner_in(account: Account) -> Member:
    """Return the Owner; inside the account."""
    member: Member = Member.objects.get(role=Role.OWNER)
    return member


def upload(account: Account, kind: str, data: bytes, **told: Any) -> ImportBatch:
    """Upload a file and match it as guessed, with what else is `told`; return the batch."""
    with acting_in(account.ref):
        by = owner_in(account).actor
        batch = batches.begin(by=by, kind=kind, name="export.csv", pieces=[data])
        return batches.match(by=by, batch=batch, told={**batch.mapping, **told})


def tried(account: Account, batch: ImportBatch) -> ImportBatch:
    """Try a batch and let the worker do it; return it as it is then."""
    with acting_in(account.ref):
        batches.try_out(by=owner_in(account).actor, batch=batch)
    return worked(account, batch)


def taken(account: Account, batch: ImportBatch) -> ImportBatch:
    """Import a batch that was tried, and let the worker do it; return it as it is then."""
    with acting_in(account.ref):
        batches.take(by=owner_in(account).actor, batch=batch)
    return worked(account, batch)


def imported(account: Account, kind: str, data: bytes, **told: Any) -> ImportBatch:
    """Do all of it; return the batch."""
    return taken(account, tried(account, upload(account, kind, data, **told)))


def worked(account: Account, batch: ImportBatch) -> ImportBatch:
    """Run the batch's job as the worker does; return the batch as it is then."""
    with acting_in(account.ref):
        job = ImportBatch.objects.get(pk=batch.pk).job_id
    assert job is not None
    outbox.run(account.ref, job)
    with acting_in(account.ref):
        error = OutboxJob.objects.get(pk=job).error
        assert error == ""
        found: ImportBatch = ImportBatch.objects.get(pk=batch.pk)
        for name in ("survey", "mapping", "name", "sha256", "file_key"):
            getattr(found, name)
        return found


def csv(*rows: Iterable[str]) -> bytes:
    """Return rows as the bytes of a file."""
    quoted = [",".join(f'"{cell}"' for cell in row) for row in rows]
    return ("\r\n".join(quoted) + "\r\n").encode()
