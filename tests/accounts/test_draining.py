"""What control asks of a region is done once, however often its drainer is killed or the task delivered (RP-10)."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from django.db import connections

from accounts import control_tasks, signup
from accounts.models import (
    Account,
    AccountAccess,
    AccountAnchor,
    AgreementAcceptance,
    ControlTask,
    Member,
    Practitioner,
    RegionSession,
)
from accounts.tenancy import acting_in
from privacy.vocabulary import keyring
from tests import parts
from tests.browser import sign_in
from tests.conftest import HOME, ROOT, environment
from tests.factories import make_account, make_user

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)

# For each named task a drainer that is killed as soon as the task's work is done, before it is said to be
DRAINERS = """
import os, signal, sys
from config.wsgi import application
from accounts import control_tasks, signup

def dying(work):
    def run(*given):
        work(*given)
        os.kill(os.getpid(), signal.SIGKILL)
    return run

for name in sys.argv[1:]:
    child = os.fork()
    if not child:
        if name == "account.found":  # between the region and control
            signup._found_in_region = dying(signup._found_in_region)
        else:
            control_tasks.HANDLERS[name] = dying(control_tasks.HANDLERS[name])
        control_tasks.run_open("au-1")
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def killed(*names: str) -> list[int]:
    """Run one drainer after the other, each killed in the midst of a task; return how they ended."""
    prefix = str(connections["default"].settings_dict["NAME"]).removesuffix("control")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", DRAINERS, *names],
        cwd=ROOT,
        env={
            **environment(f"postgres://127.0.0.1:{parts.standing(HOME).port}", prefix),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return [int(line) for line in done.stdout.split()]


def sessions_of(account: Account) -> int:
    with acting_in(account.ref):
        return int(RegionSession.objects.count())


def test_a_killed_drainer_leaves_nothing_half_done_and_twice_is_once(
    client: Any, settings: Any
) -> None:
    user = make_user()
    account = make_account(owner=user)
    sign_in(client, user, account)
    client.cookies.clear()
    control_tasks.end_sessions(user)
    # A practice that was opened by a process of another region
    here = dict(settings.CELLS)
    settings.CELLS_ELSEWHERE = {"au-1": here.pop("au-1")}
    settings.CELLS = here
    opened = signup.open_account(by=user, name="From afar", country="AU", owner_name="Mei")
    settings.CELLS, settings.CELLS_ELSEWHERE = here | settings.CELLS_ELSEWHERE, {}
    assert opened.state == Account.State.OPENING
    assert killed("sessions.end", "account.found") == [-9, -9]
    assert sessions_of(account) == 0
    # The second drainer did first what the first one had left
    assert [task.name for task in ControlTask.objects.filter(done_at=None)] == ["account.found"]
    opened.refresh_from_db()
    assert opened.state == Account.State.OPENING
    # Who comes in meanwhile stays in, though the task is delivered again and again
    sign_in(client, user, account)
    for _time in range(3):
        ControlTask.objects.update(done_at=None)
        assert control_tasks.run_open("au-1") == 2
        assert sessions_of(account) == 1
        opened.refresh_from_db()
        assert opened.state == Account.State.ACTIVE
        assert AccountAccess.objects.filter(account=opened).count() == 1
        assert AgreementAcceptance.objects.filter(account=opened).count() == 2
        with acting_in(opened.ref):
            counts = [each.objects.count() for each in (AccountAnchor, Member, Practitioner)]
            assert counts == [1, 1, 1]
            assert len(keyring.account_keys()) == 1
    assert not ControlTask.objects.filter(done_at=None).exists()
