"""Processes of the demo are restarted when they die and never outlive it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from config.demo import processes
from config.demo.services import Service, Services, end_leftovers

REPOSITORY = Path(__file__).resolve().parents[2]
# A process with a child of its own, as web servers and workers have.
FAMILY = "import subprocess,sys,time; print(subprocess.Popen(['sleep','300']).pid, flush=True); time.sleep(300)"
STUBBORN = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(300)"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def group(tmp_path: Path, said: list[str]) -> Iterator[Services]:
    services = Services(tmp_path / "children.json", said.append)
    yield services
    services.stop(patience=1)


def service(tmp_path: Path, program: str, name: str = "worker-au") -> Service:
    return Service(name, [sys.executable, "-c", program], os.environ, tmp_path / f"{name}.log")


def until(happened: Callable[[], object], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end
        processes.pause()


def watch(group: Services, said: list[str], times: int) -> None:
    """Look after the services until something was said that often."""

    def looked() -> bool:
        group.look()
        return len(said) >= times

    until(looked)


def gone(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def child_of(log: Path) -> int:
    until(lambda: log.exists() and log.read_text().strip())
    return int(log.read_text().split()[-1])


def test_dead_service_is_said_and_started_again_later_each_time(
    tmp_path: Path, group: Services, said: list[str]
) -> None:
    crashing = service(tmp_path, "raise SystemExit(3)")
    group.start([crashing])
    waits = []
    for times in (1, 2):
        watch(group, said, times)
        assert crashing.start_at is not None
        waits.append(round(crashing.start_at - time.monotonic()))
    assert waits == [1, 2]
    assert said[0] == f"worker-au stopped (exit 3); starting it again in 1 s. Log: {crashing.log}"


def test_what_a_killed_service_forked_goes_with_it(
    tmp_path: Path, group: Services, said: list[str]
) -> None:
    family = service(tmp_path, FAMILY)
    group.start([family])
    child = child_of(family.log)
    assert family.process is not None
    family.process.kill()
    watch(group, said, 1)
    until(lambda: gone(child))
    assert "(SIGKILL)" in said[0]


def test_stop_ends_willing_stubborn_and_forked(tmp_path: Path, group: Services) -> None:
    stubborn, family = service(tmp_path, STUBBORN, "stubborn"), service(tmp_path, FAMILY, "family")
    group.start([stubborn, family])
    until(lambda: "up" in stubborn.log.read_text())
    child = child_of(family.log)
    began = time.monotonic()
    group.stop(patience=1)
    assert time.monotonic() - began < 5
    assert [each.process and each.process.poll() for each in (stubborn, family)] == [-9, -15]
    until(lambda: gone(child))
    assert not (tmp_path / "children.json").exists()


def test_leftovers_of_a_killed_run_are_ended_with_their_children(
    tmp_path: Path, group: Services
) -> None:
    family = service(tmp_path, FAMILY)
    group.start([family])
    child = child_of(family.log)
    end_leftovers(tmp_path / "children.json")
    until(lambda: gone(child))
    assert family.process is not None
    until(lambda: family.process and gone(family.process.pid))
    end_leftovers(tmp_path / "children.json")  # nothing noted is no error


def test_leftover_whose_number_another_process_got_is_spared() -> None:
    other = subprocess.Popen(["sleep", "300"], start_new_session=True)
    try:
        processes.end_leftover(f"{other.pid} 1.00")
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


@pytest.mark.skipif(
    sys.platform != "linux", reason="the kernel's word for a starter's death is Linux's"
)
def test_service_ends_when_its_starter_is_killed(tmp_path: Path) -> None:
    program = (
        "import os,sys,time,pathlib;from config.demo.services import Service\n"
        "s=Service('s',['/bin/sleep','300'],os.environ,pathlib.Path(sys.argv[1]))\n"
        "s.start();print(s.process.pid,flush=True);time.sleep(300)"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "log")],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
    )
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    assert not gone(pid)
    starter.kill()
    starter.communicate()
    until(lambda: gone(pid))
