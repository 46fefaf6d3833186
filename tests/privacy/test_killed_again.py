"""Ten SIGKILLs at random moments, with an S3 store: the archive is the one that an undisturbed worker makes (EX-5)."""

from __future__ import annotations

import hashlib
import io
import os
import random
import time
from collections.abc import Iterator
from typing import Any

import pytest

from accounts import objects, uploads
from accounts.models import Account, OutboxJob
from accounts.tenancy import acting_in
from privacy import exporting
from privacy.export.verify_export import verify
from privacy.models import Export, ExportPart
from tests import parts as parts_module
from tests.factories import make_account, make_client, owner_of
from tests.object_store import s3_server
from tests.privacy import scene
from tests.privacy.test_killed_worker import WORKER, worker

pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__"), pytest.mark.heavy]
PART = 5 * 1024 * 1024  # the smallest that S3 takes
PROGRAM = WORKER.replace(
    "outbox.run(", f"from accounts import uploads\nuploads.PART = {PART}\noutbox.run("
)
KILLS = 10


@pytest.fixture
def store(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An S3 store, by the address that a child process needs."""
    with s3_server(settings, monkeypatch) as server:
        host, port = server.get_host_and_port()
        monkeypatch.setenv("OBJECTS_ACCESS_KEY", "test")
        monkeypatch.setenv("OBJECTS_SECRET_KEY", "test")
        yield f"s3://keepwell-objects?endpoint=http://{host}:{port}&region=us-east-1"


def known(account: Account, export: Export) -> tuple[int, dict[int, str]]:
    """Return how many snapshots were begun, and what is written down of the parts of the last."""
    with acting_in(account.ref):
        parts = ExportPart.objects.filter(export=export).values_list("number", "sha256")
        return Export.objects.get(pk=export.pk).snapshots, dict(parts)


def test_the_archive_is_the_same_whenever_its_workers_die(
    parts: parts_module.Parts, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "PART", PART)
    account = make_account()
    client = scene.fill(account)
    owner = owner_of(account)
    with acting_in(account.ref, by=owner.actor):
        for _ in range(300):
            make_client()
        for number in range(12):
            scene.store(client, f"scan{number}.pdf", b"%PDF-1.7 " + os.urandom(6_000_000))
        export = exporting.request(by=owner.actor, member=owner)
    [job] = scene.jobs(account, "export.build")
    dice, seen, kills = random.Random(5), dict[tuple[int, int], str](), 0
    while kills < KILLS:
        with worker(parts, job, store, PROGRAM) as running:
            # From before the first row to the last part: each a little later than the one before
            time.sleep(dice.uniform(1.5, 3.0 + kills))
            if running.poll() is None:
                running.kill()
        ended = running.returncode == 0
        snapshots, now = known(account, export)
        for number, sha256 in now.items():
            assert seen.setdefault((snapshots, number), sha256) == sha256
        if ended:
            break
        kills += 1
        with acting_in(account.ref):
            OutboxJob.objects.filter(pk=job.pk).update(leased_until=None)
    print(f"{kills} kills, {snapshots} snapshots, {len(seen)} parts written down")
    scene.run_jobs(account)
    with acting_in(account.ref):
        done = Export.objects.get(pk=export.pk)
        assert done.state == "ready"
        with exporting.opened(done) as source:
            assert verify(io.BufferedReader(source)).problems == []  # type: ignore[type-var]
        with objects.opened("au-1", done.storage_key) as source:
            raw = source.read()
    held = io.BytesIO(raw)
    sent = [hashlib.sha256(held.read(PART)).hexdigest() for _ in range(-(-len(raw) // PART))]
    last = {n: sha for (snapshot, n), sha in seen.items() if snapshot == done.snapshots}
    assert kills >= 5
    assert {n: sent[n - 1] for n in last} == last
    assert len(objects.keys_of("au-1", account.pk)) == 14  # thirteen documents and one archive
    assert uploads.abandon_all("au-1", account.pk) == 0
