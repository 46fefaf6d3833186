"""What a newcomer types says plainly what is wrong and leaves the machine alone."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from config.demo import processes
from config.demo.checks import Check, find_chromium, run_all

REPOSITORY = Path(__file__).resolve().parents[2]
Ran = subprocess.CompletedProcess[str]


def run(*command: str | Path, env: dict[str, str] | None = None, folder: Path = REPOSITORY) -> Ran:
    return subprocess.run(
        [str(word) for word in command],
        env=os.environ | (env or {}),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What bin/setup needs of a fresh clone, in a folder with a space in its name."""
    folder = tmp_path / "fresh clone"
    (folder / "bin").mkdir(parents=True)
    for name in ("bin/setup", "requirements.lock", ".python-version", "pyproject.toml"):
        shutil.copy(REPOSITORY / name, folder / name)
    return folder


def test_setup_with_nothing_to_do_is_quiet_and_quick(clone: Path) -> None:
    programs = clone / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    shutil.copy(clone / "requirements.lock", clone / ".venv" / "requirements.installed")
    began = time.monotonic()
    ran = run(clone / "bin" / "setup", folder=Path("/"))
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert time.monotonic() - began < 1


def test_setup_without_python_says_what_to_install(clone: Path, tmp_path: Path) -> None:
    few = tmp_path / "programs"
    few.mkdir()
    for name in ("sh", "dirname", "cmp", "rm", "cp"):
        (few / name).symlink_to(str(shutil.which(name)))
    (few / "python3").write_text("#!/bin/sh\nexit 1\n")  # too old, or a shim without a version
    (few / "python3").chmod(0o755)
    env = {"PATH": str(few), "HOME": str(tmp_path), "PYENV_ROOT": str(tmp_path / "pyenv")}
    ran = run(clone / "bin" / "setup", env=env)
    assert ran.returncode == 1
    assert "Keepwell needs Python 3.12 or newer" in ran.stderr
    assert "apt install python3" in ran.stderr
    assert not (clone / ".venv").exists()


@pytest.mark.heavy
def test_setup_installs_once_and_again_only_when_the_lock_changes(clone: Path) -> None:
    (clone / "requirements.lock").write_text(_only(clone / "requirements.lock", "sqlparse"))
    first = run(clone / "bin" / "setup")
    assert first.returncode == 0, first.stderr
    assert run(clone / ".venv" / "bin" / "python", "-c", "import sqlparse").returncode == 0
    assert run(clone / "bin" / "setup").stdout == ""
    changed = (clone / "requirements.lock").read_text().replace("sha256:", "sha256:0")
    (clone / "requirements.lock").write_text(changed)
    assert run(clone / "bin" / "setup").returncode != 0
    assert run(clone / "bin" / "setup").returncode != 0  # a failed installation isn't taken for one


def _only(lock: Path, package: str) -> str:
    """Return the part of a lock file that installs one package without dependencies."""
    lines = lock.read_text().splitlines(keepends=True)
    start = next(n for n, line in enumerate(lines) if line.startswith(f"{package}=="))
    end = next(n for n in range(start + 1, len(lines)) if not lines[n].startswith(" "))
    return "".join(lines[start:end])


def test_facts_are_refused_where_no_demo_runs(tmp_path: Path) -> None:
    ran = run("bin/demo", "--facts", env={"KEEPWELL_HOME": str(tmp_path)})
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == f"No demo runs in {tmp_path}. Start it with bin/demo.\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("port", ["http", "0", "65535", "-1"])
def test_demo_refuses_what_is_no_port(tmp_path: Path, port: str) -> None:
    ran = run("bin/demo", env={"KEEPWELL_HOME": str(tmp_path / "home"), "PORT": port})
    assert ran.returncode == 1
    assert ran.stderr.startswith(f"PORT={port} is no port.")
    assert not (tmp_path / "home").exists()


def test_demo_names_a_busy_port_and_starts_nothing(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        ran = run("bin/demo", env={"KEEPWELL_HOME": str(tmp_path), "PORT": str(port)})
    assert ran.returncode == 1
    assert ran.stderr.startswith(f"Port {port} is taken by another program. Choose another: PORT=")
    assert not (tmp_path / "postgres").exists()


def test_demo_refuses_a_clock_it_does_not_understand(tmp_path: Path) -> None:
    ran = run("bin/demo", "--clock", "tomorrow", env={"KEEPWELL_HOME": str(tmp_path)})
    assert ran.returncode == 2
    assert "takes +31d, +2h or +90m" in ran.stderr


def test_continuous_integration_runs_bin_test_and_nothing_else() -> None:
    lines = (REPOSITORY / ".ci" / "run").read_text().splitlines()
    assert lines[-1] == "exec bin/test"
    assert len(lines) == 5
    for name in ("bin/setup", "bin/demo", "bin/test", ".ci/run"):
        assert os.access(REPOSITORY / name, os.X_OK)


def test_checks_tell_each_result_in_a_line_and_show_what_failed(
    capfd: pytest.CaptureFixture[str],
) -> None:
    says = "import sys; print('why it failed'); sys.exit(len(sys.argv) - 1)"
    good = Check("good", [sys.executable, "-c", says])
    bad = Check("bad", [sys.executable, "-c", says, "1"])
    assert run_all([good, good], os.environ)
    assert "why" not in capfd.readouterr().out
    assert not run_all([good, bad], os.environ)
    told = capfd.readouterr().out
    assert "why it failed" in told
    assert [line.split()[:2] for line in sorted(told.splitlines())[:2]] == [
        ["bad", "FAILED"],
        ["good", "ok"],
    ]


def test_chromium_is_found_or_not() -> None:
    found = find_chromium()
    assert found == "" or os.access(found, os.X_OK)


class Demo:
    """A demo started as a person starts it, its words collected line by line."""

    def __init__(self, home: Path, port: int, *options: str) -> None:
        self.env = {"KEEPWELL_HOME": str(home), "PORT": str(port)}
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            ["bin/demo", *options],
            env=os.environ | self.env,
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as words:
            self.lines.extend(iter(words.readline, ""))

    def wait_for(self, words: str, seconds: float = 240) -> None:
        until = time.monotonic() + seconds
        while not any(words in line for line in self.lines):
            assert time.monotonic() < until, "".join(self.lines)
            assert self.process.poll() is None or words in "".join(self.lines), "".join(self.lines)
            time.sleep(0.1)

    def family(self) -> list[psutil.Process]:
        found: list[psutil.Process] = psutil.Process(self.process.pid).children(recursive=True)
        return found


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "home"
    shutil.rmtree(tmp_path / "home", ignore_errors=True)


def _all_gone(family: list[psutil.Process], seconds: float = 30) -> bool:
    _, alive = psutil.wait_procs(family, timeout=seconds)
    return not alive


@pytest.mark.heavy
def test_demo_starts_restarts_moves_its_clock_and_ends_without_a_trace(home: Path) -> None:
    port = processes.free_port()
    demo = Demo(home, port)
    demo.wait_for("Keepwell is ready:")
    facts = json.loads(run("bin/demo", "--facts", env=demo.env).stdout)
    assert facts["url"] == f"http://localhost:{port}"
    assert set(facts["databases"]) >= {"control", "region_au", "keyring_au", "region_us"}
    assert {account["region"] for account in facts["accounts"]} >= {"au", "eu"}
    with urllib.request.urlopen(f"{facts['url']}/demo/mail/") as page:
        assert page.status == 200

    second = run("bin/demo", env=demo.env)
    assert second.returncode == 1
    assert f"already runs in {home} at http://localhost:{port}" in second.stderr

    worker = next(one for one in demo.family() if "eu-1" in one.cmdline())
    worker.kill()
    demo.wait_for("worker-eu stopped (SIGKILL); starting it again in 1 s")

    moved = run("bin/demo", "--clock", "+31d", env=demo.env)
    assert (moved.returncode, moved.stderr) == (0, "")
    assert json.loads((home / "run.json").read_text())["clock"] == "+31d"

    demo.lines.clear()
    again = run("bin/demo", "--clock", "+31d", env=demo.env)
    assert (again.returncode, again.stderr) == (0, "")
    assert any("Moving the clock (+31d)" in line for line in demo.lines)
    assert json.loads((home / "run.json").read_text())["ready"] is True

    family = demo.family()
    assert len(family) > 10
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(60) == 0
    assert _all_gone(family)
    assert run("bin/demo", "--facts", env=demo.env).returncode == 1


@pytest.mark.heavy
def test_demo_starts_again_after_being_killed_and_keeps_its_data(home: Path) -> None:
    demo = Demo(home, processes.free_port())
    demo.wait_for("Keepwell is ready:")
    accounts = json.loads(run("bin/demo", "--facts", env=demo.env).stdout)["accounts"]
    family = demo.family()
    demo.process.kill()
    if sys.platform == "linux":
        assert _all_gone(family)
    demo.process.wait()

    again = Demo(home, int(demo.env["PORT"]))
    try:
        again.wait_for("Keepwell is ready:", 60)
        assert json.loads(run("bin/demo", "--facts", env=again.env).stdout)["accounts"] == accounts
    finally:
        again.process.terminate()
    assert again.process.wait(60) == 0
