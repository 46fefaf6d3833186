"""A mover that is really killed, by SIGKILL, again and again at any moment: one copy at most can be written to (RP-11)."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from accounts.tenancy import acting_in
from privacy.models import Relocation
from tests import parts as parts_module
from tests.conftest import ROOT, environment
from tests.factories import make_client
from tests.notes.parts import Practice
from tests.privacy import scene
from tests.privacy.relocation.test_moving import ask, here, readable, valkey_of_all, writable

pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__"), pytest.mark.heavy]
__all__ = ["here", "valkey_of_all"]

MOVER = """
import sys, uuid
from datetime import timedelta
from config.wsgi import application
from django.conf import settings
from privacy.relocation import carrying, moving
moving.LINGER, carrying.CHUNK, carrying.FILES_AT_ONCE = timedelta(0), 5, 1
for code in ("au", "eu"):
    settings.CACHES[code]["LOCATION"] = sys.argv[2]
print("go", flush=True)
moving.run(uuid.UUID(sys.argv[1]))
"""


def test_a_storm_of_kills(
    here: Practice, parts: parts_module.Parts, cache_address: str, settings: Any
) -> None:
    account = here.account
    with acting_in(account.ref, by=here.by):
        for _number in range(40):
            make_client()
        for number in range(6):
            scene.store(here.client, f"{number}.txt", scene.FILE)
    row = ask(account)
    prefix = connections["default"].settings_dict["NAME"].removesuffix("control")
    stores = {
        f"OBJECTS_{code.upper()}": Path(
            settings.STORAGES[f"objects_{code}"]["OPTIONS"]["location"]
        ).as_uri()
        for code in ("au", "eu")
    }
    child = {**environment(f"postgres://127.0.0.1:{parts.port}", prefix), **stores}
    command = [sys.executable, "-c", MOVER, str(row.pk), cache_address]
    dice, kills = random.Random(7), 0
    while Relocation.objects.get(pk=row.pk).is_open and kills < 60:
        with subprocess.Popen(
            command,
            cwd=ROOT,
            env={**child, "DJANGO_SETTINGS_MODULE": "config.settings"},
            stdout=subprocess.PIPE,
        ) as mover:
            assert mover.stdout is not None
            assert mover.stdout.readline() == b"go\n"
            try:
                mover.wait(dice.uniform(0.02, 0.6 + kills / 10))
            except subprocess.TimeoutExpired:
                mover.kill()
                kills += 1
        at = Relocation.objects.get(pk=row.pk)
        assert len(writable(account)) <= 1, at.step
        assert readable(account), at.step
        Relocation.objects.filter(pk=row.pk).update(leased_until=None)  # as if its time were over
    row.refresh_from_db()
    assert (row.step, writable(account), readable(account)) == ("done", ["eu-1"], True)
    assert kills >= 5
