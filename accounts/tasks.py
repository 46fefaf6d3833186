"""Task envelopes: ids in, enter the account, call the verb (house.md 3)."""

from __future__ import annotations

import logging
from uuid import UUID

from celery import shared_task
from django.core.cache import caches
from redis.exceptions import RedisError

from accounts import control_tasks, dispatch, outbox
from accounts.cells import cell as cell_named
from accounts.tenancy import AccountRef, is_serving
from accounts.whereabouts import proof

log = logging.getLogger("keepwell.tasks")
ALIVE_SECONDS = 30


def alive_key(cell: str) -> str:
    """Return the cache key under which a cell's worker shows that it lives."""
    return f"alive.{cell}"


@shared_task(name="accounts.run_job")
def run_job(cell: str, account_id: str, slug: str, job_id: str) -> bool:
    """Run one outbox job of one account; a cell that serves nobody leaves it where it is."""
    return is_serving(cell) and outbox.run(AccountRef(UUID(account_id), slug, cell), UUID(job_id))


@shared_task(name="accounts.run_due_jobs")
def run_due_jobs(cell: str) -> int:
    """Hand every due job of a cell to its queue; return how many. Beat calls it every few seconds.

    That it runs at all is the sign that beat, broker and worker live: `/readyz` looks for it.
    """
    proof.require()
    try:
        caches[cell_named(cell).cache].set(alive_key(cell), 1, ALIVE_SECONDS)
    except RedisError:
        log.warning("cache away", extra={"cell": cell})
    if not is_serving(cell):
        return 0
    found = dispatch.due(cell)
    for account, job_id in found:
        run_job.apply_async((cell, str(account.id), account.slug, str(job_id)), queue=cell)
    return len(found)


@shared_task(name="accounts.run_control_tasks")
def run_control_tasks(cell: str) -> int:
    """Do what control asks of a cell, such as ending sessions of a User; return how many were done."""
    return control_tasks.run_open(cell) if is_serving(cell) else 0
