"""A worker that is really killed, by SIGKILL, in the middle of an export leaves nothing half-done (EX-5)."""

from __future__ import annotations

import hashlib
import os
import secrets
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from accounts import objects, outbox, uploads
from accounts.models import Account, OutboxJob
from accounts.tenancy import acting_in
from privacy import exporting
from privacy.models import Export, ExportPart
from tests import parts as parts_module
from tests.conftest import ROOT, environment
from tests.factories import make_account, owner_of
from tests.privacy import scene

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

WORKER = """
import sys, uuid
from config.wsgi import application
from accounts import outbox
from accounts.tenancy import AccountRef
outbox.run(AccountRef(uuid.UUID(sys.argv[1]), "", "au-1"), uuid.UUID(sys.argv[2]))
"""


PART = 500_000
IN_SMALL_PARTS = WORKER.replace(
    "outbox.run(", f"from accounts import uploads\nuploads.PART = {PART}\noutbox.run("
)


def worker(
    parts: parts_module.Parts, job: OutboxJob, store: str, program: str = WORKER
) -> subprocess.Popen[bytes]:
    """Start a process that runs one job against this test's databases and object store."""
    prefix = connections["default"].settings_dict["NAME"].removesuffix("control")
    server = f"postgres://127.0.0.1:{parts.port}"
    child = {
        **environment(server, prefix),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "OBJECTS_AU": store if "://" in store else Path(store).as_uri(),
    }
    command = [sys.executable, "-c", program, str(job.account_id), str(job.pk)]
    return subprocess.Popen(
        command, cwd=ROOT, env=child, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )


def begun(account: Account) -> bool:
    """Tell whether a part of the archive is in the store."""
    with acting_in(account.ref):
        return bool(ExportPart.objects.exclude(name="").exists())


def test_an_export_survives_sigkill(
    parts: parts_module.Parts, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "PART", PART)
    account = make_account()
    client = scene.fill(account)
    owner = owner_of(account)
    with acting_in(account.ref, by=owner.actor):
        scene.store(client, "long.txt", secrets.token_hex(8_000_000).encode())
        export = exporting.request(by=owner.actor, member=owner)
    [job] = scene.jobs(account, "export.build")
    until = time.monotonic() + 60
    store = settings.STORAGES["objects_au"]["OPTIONS"]["location"]
    with worker(parts, job, store, IN_SMALL_PARTS) as running:
        while not begun(account):
            assert running.poll() is None, "the worker ended before it could be killed"
            assert time.monotonic() < until
            time.sleep(0.01)
        running.kill()
    assert running.returncode == -9

    with acting_in(account.ref):
        killed = Export.objects.get(pk=export.pk)
        assert killed.state == "running"
        known = list(killed.parts.order_by("number").values_list("sha256", flat=True))
    assert scene.run_jobs(account) == []  # its lease still holds
    settings.CLOCK_OFFSET = outbox.LEASE + timedelta(seconds=1)
    assert scene.run_jobs(account) == ["export.build", "export.announce"]
    with acting_in(account.ref):
        done = Export.objects.get(pk=export.pk)
        assert (done.state, done.gaps, done.snapshots) == ("ready", 0, 1)
        with exporting.opened(done) as source:
            assert source.read(2) == b"PK"
        with objects.opened("au-1", done.storage_key) as source:
            sent = [hashlib.sha256(source.read(PART)).hexdigest() for _ in known]
    assert sent == known
    assert len(objects.keys_of("au-1", account.pk)) == 3  # two documents and one archive


MEASURED = (
    WORKER.replace("outbox.run(", "before = peak()\noutbox.run(") + "print(peak() - before)\n"
)
PEAK = """
import re
def peak():  # of this program alone: ru_maxrss would carry over what its parent had
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024
"""


@pytest.mark.heavy
def test_memory_stays_flat_while_half_a_gigabyte_is_exported(
    parts: parts_module.Parts, settings: Any
) -> None:
    """EX-4: the worker grows by less than 128 MB, however much there is to write."""
    account = make_account()
    client = scene.fill(account)
    owner = owner_of(account)
    with acting_in(account.ref, by=owner.actor):
        for number in range(20):
            scene.store(client, f"scan{number}.pdf", b"%PDF-1.7 " + os.urandom(24_000_000))
        export = exporting.request(by=owner.actor, member=owner)
    [job] = scene.jobs(account, "export.build")
    store = settings.STORAGES["objects_au"]["OPTIONS"]["location"]
    with worker(parts, job, store, PEAK + MEASURED) as running:
        assert running.stdout is not None
        grown = int(running.stdout.read())
    with acting_in(account.ref):
        done = Export.objects.get(pk=export.pk)
        assert (done.state, done.size > 350_000_000) == ("ready", True)
    assert grown < 128
