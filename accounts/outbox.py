"""Jobs: asked for in a transaction, leased from the database, run by the region's worker, taken up again when it dies."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.module_loading import import_string
from uuid_utils.compat import uuid7

from accounts.models import OutboxJob
from accounts.tenancy import AccountRef, acting_in
from privacy.vocabulary import clock, scope
from privacy.vocabulary.scope import Purpose

log = logging.getLogger("keepwell.outbox")

LEASE = timedelta(seconds=45)
MAX_ATTEMPTS = 20

Nudge = Callable[[str, UUID, UUID], None]


class LeaseLost(RuntimeError):
    """Another worker has taken the job over; this one must stop without writing."""


@dataclass(frozen=True, slots=True)
class Work:
    """A leased job as its handler sees it."""

    account: AccountRef
    job_id: UUID
    lease: UUID
    payload: dict[str, Any]

    def beat(self, progress: int | None = None, total: int | None = None) -> None:
        """Keep the lease and show progress, in a transaction of its own; raise `LeaseLost` when it was taken over."""
        with acting_in(self.account, purpose=Purpose.MAINTENANCE):
            self.beat_here(progress, total)

    def beat_here(self, progress: int | None = None, total: int | None = None) -> None:
        """The same inside the open transaction, so that work and progress commit together (fencing)."""
        changes: dict[str, Any] = {"leased_until": clock.now() + LEASE}
        changes |= {"progress": progress} if progress is not None else {}
        changes |= {"total": total} if total is not None else {}
        if not OutboxJob.objects.filter(pk=self.job_id, lease=self.lease, done_at=None).update(
            **changes
        ):
            raise LeaseLost


@dataclass(frozen=True, slots=True)
class Handler:
    """What runs a job: a short one runs inside the account in one transaction; a long one enters it itself."""

    name: str
    run: Callable[[Work], None]
    long: bool


HANDLERS: dict[str, Handler] = {}


def handles(
    name: str, *, long: bool = False
) -> Callable[[Callable[[Work], None]], Callable[[Work], None]]:
    """Register a function as the handler of jobs called `name`; it must be idempotent."""

    def register(run: Callable[[Work], None]) -> Callable[[Work], None]:
        HANDLERS[name] = Handler(name, run, long)
        return run

    return register


def enqueue(
    name: str,
    payload: dict[str, Any] | None = None,
    *,
    run_at: datetime | None = None,
    requested_by: UUID | None = None,
) -> OutboxJob:
    """Ask for work in the open transaction of the active account; `payload` holds ids only. Return the job's row."""
    if name not in HANDLERS:
        raise LookupError(f"No handler for {name}.")
    active = scope.current()
    job = OutboxJob(
        name=name, payload=payload or {}, run_at=run_at or clock.now(), requested_by=requested_by
    )
    job.save(force_insert=True)
    if job.run_at <= clock.now():
        transaction.on_commit(
            lambda: nudge(active.cell, active.account_id, job.pk), using=active.database
        )
    return job


def nudge(cell: str, account_id: UUID, job_id: UUID) -> None:
    """Tell the worker; a broker that is down is only logged, because the dispatcher finds the job in the database."""
    tell: Nudge = import_string(settings.OUTBOX_NUDGE)
    try:
        tell(cell, account_id, job_id)
    except Exception as error:
        log.warning("nudge failed", extra={"cell": cell, "error": type(error).__name__})


def run(account: AccountRef, job_id: UUID) -> bool:
    """Lease and run one job; return whether it was ours to run. A failure is kept with backoff, never lost."""
    work, handler = _lease(account, job_id)
    if work is None or handler is None:
        return False
    try:
        if handler.long:
            handler.run(work)
            with acting_in(account, purpose=Purpose.MAINTENANCE):
                _finish(work)
        else:
            with acting_in(account, purpose=Purpose.MAINTENANCE):
                work.beat_here()
                handler.run(work)
                _finish(work)
    except LeaseLost:
        log.warning("lease lost", extra={"job": handler.name})
    except Exception as error:
        log.exception("job failed", extra={"job": handler.name})
        _retry_later(work, error)
    return True


def _lease(account: AccountRef, job_id: UUID) -> tuple[Work | None, Handler | None]:
    now = clock.now()
    token = uuid7()
    with acting_in(account, purpose=Purpose.MAINTENANCE) as active:
        if active.anchor is None or active.anchor.is_moving:
            return None, None  # it is done where the account lives
        free = Q(leased_until=None) | Q(leased_until__lt=now)
        taken = OutboxJob.objects.filter(
            free, pk=job_id, done_at=None, failed_at=None, run_at__lte=now
        ).update(lease=token, leased_until=now + LEASE, attempts=F("attempts") + 1)
        if not taken:
            return None, None
        job = OutboxJob.objects.get(pk=job_id)
        return Work(account, job.pk, token, job.payload), HANDLERS[job.name]


def _finish(work: Work) -> None:
    OutboxJob.objects.filter(pk=work.job_id, lease=work.lease).update(
        done_at=clock.now(), leased_until=None, error=""
    )


def _retry_later(work: Work, error: Exception) -> None:
    now = clock.now()
    with acting_in(work.account, purpose=Purpose.MAINTENANCE):
        job = OutboxJob.objects.filter(pk=work.job_id, lease=work.lease).first()
        if job is None:
            return
        job.error = type(error).__name__[:80]
        job.leased_until = None
        job.run_at = now + timedelta(seconds=min(3600, 5 * 2**job.attempts))
        if job.attempts >= MAX_ATTEMPTS:
            job.failed_at = now
        job.save()
