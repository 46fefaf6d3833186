"""Celery: one broker and one queue per region; arguments are ids, results are off, nothing personal is logged."""

from __future__ import annotations

import os
from functools import cache
from uuid import UUID

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import redis
from celery import Celery, Task
from celery.signals import beat_init, setup_logging, worker_init
from django.conf import settings
from kombu.connection import Connection
from kombu.pools import producers
from redis.backoff import NoBackoff
from redis.retry import Retry

from accounts.whereabouts import proof
from accounts.whereabouts.declared import WrongPlace

REGION = os.environ.get("KEEPWELL_REGION", "")
BROKER = {"socket_connect_timeout": 2, "socket_timeout": 5}


class Envelope(Task):
    """A task whose message shows no argument in any header (privacy.md 2)."""

    abstract = True

    def apply_async(self, *args: object, **options: object) -> object:
        return super().apply_async(*args, argsrepr="-", kwargsrepr="-", **options)


app = Celery("keepwell", task_cls=Envelope)


@setup_logging.connect
def leave_logging_to_django(**kwargs: object) -> None:
    """Celery would install handlers that print task arguments."""


@worker_init.connect
@beat_init.connect
def start_where_declared(**kwargs: object) -> None:
    """End a worker or beat one of whose parts is elsewhere: Celery only notes what else its signals raise."""
    try:
        proof.require()
    except WrongPlace as wrong:
        raise SystemExit(str(wrong)) from None


@cache
def broker(cell: str) -> Connection:
    """Return the connection to the broker of a cell's region."""
    return Connection(
        f"{settings.VALKEYS[settings.CELLS[cell].region]}/0", transport_options=BROKER
    )


@cache
def _probe(cell: str) -> redis.Redis:
    """A client that gives up at once: the driver's own retries would hold a request for seconds."""
    url = f"{settings.VALKEYS[settings.CELLS[cell].region]}/0"
    return redis.Redis.from_url(
        url, retry=Retry(NoBackoff(), 0), socket_connect_timeout=0.5, socket_timeout=0.5
    )


def nudge(cell: str, account_id: UUID, job_id: UUID) -> None:
    """Put a job's ids on its cell's queue; raises at once when the broker is away."""
    _probe(cell).ping()
    with producers[broker(cell)].acquire(block=True, timeout=2) as producer:
        app.send_task(
            "accounts.run_job",
            (cell, str(account_id), "", str(job_id)),
            queue=cell,
            producer=producer,
            argsrepr="-",
            kwargsrepr="-",
            retry=False,
        )


CELL = f"{REGION}-1" if REGION else ""
app.conf.update(
    broker_url=f"{settings.VALKEYS[REGION]}/0" if REGION else "memory://",
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 3600, **BROKER},
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=True,
    task_default_queue=CELL or "none",
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    beat_schedule={
        "due jobs": {"task": "accounts.run_due_jobs", "schedule": 5.0, "args": (CELL,)},
        "control tasks": {"task": "accounts.run_control_tasks", "schedule": 5.0, "args": (CELL,)},
        "moves": {"task": "privacy.move", "schedule": 15.0, "args": (CELL,)},
        "sweep": {"task": "privacy.sweep", "schedule": 3600.0, "args": (CELL,)},
    },
)
app.autodiscover_tasks(["accounts", "privacy"])
