"""Jobs run as a worker runs them: in this process, or in one of its own, which shows how much memory a job takes."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import django
import psutil  # type: ignore[import-untyped]

from config.demo.services import REPOSITORY

if __name__ == "__main__":
    django.setup()

from accounts import outbox
from accounts.models import OutboxJob
from accounts.tenancy import AccountRef, acting_in
from config.bench.rounds import milliseconds


@dataclass(slots=True)
class Took:
    """How long a job took, and how much more memory its process at the most."""

    milliseconds: float
    megabytes: float


def work_off(account: AccountRef, name: str) -> None:
    """Run the account's jobs of a name."""
    with acting_in(account):
        waiting = OutboxJob.objects.filter(name=name, done_at=None, failed_at=None)
        jobs = list(waiting.values_list("pk", flat=True))
    for job in jobs:
        outbox.run(account, job)


def apart(account: AccountRef, name: str) -> Took:
    """Do the same in a process of its own."""
    words = [str(account.id), account.slug, account.cell, name]
    ran = subprocess.run(
        [sys.executable, "-m", "config.bench.working", *words],
        cwd=REPOSITORY,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return Took(**json.loads(ran.stdout.splitlines()[-1]))


def _alone(pk: str, slug: str, cell: str, name: str) -> None:
    account = AccountRef(UUID(pk), slug, cell)
    work_off(account, "nothing yet")  # connects, and loads what every job needs
    with _grown() as growth:
        took = milliseconds(partial(work_off, account, name))
    sys.stdout.write(json.dumps({"milliseconds": took, "megabytes": max(growth)}) + "\n")


@contextmanager
def _grown() -> Iterator[list[float]]:
    """Watch by how many megabytes this process grows."""
    process: Any = psutil.Process()
    before, over = process.memory_info().rss, threading.Event()
    growth = [0.0]

    def watch() -> None:
        while not over.wait(0.02):
            growth.append((process.memory_info().rss - before) / 2**20)
            growth[:] = [max(growth)]

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield growth
    finally:
        over.set()
        watcher.join()


if __name__ == "__main__":
    _alone(*sys.argv[1:])
