"""`bin/test`: every check of the product, side by side where they don't share anything, pytest last."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
TEST_PROCESSES = "2"
RECORD = REPOSITORY / ".local" / "tests.json"


@dataclass(frozen=True)
class Check:
    """One program that must end with 0."""

    name: str
    command: list[str]


def checks() -> list[Check]:
    """Return what goes before pytest, which would otherwise wait for the last."""
    manage = [sys.executable, "manage.py"]
    return [
        Check("types", [_program("mypy"), "--explicit-package-bases", "."]),
        Check("layout", [_program("ruff"), "format", "--check", "--quiet", "."]),
        Check("lint", [_program("ruff"), "check", "--quiet", "."]),
        Check("imports run one way", [_program("lint-imports")]),
        Check("Django's checks", [*manage, "check", "--fail-level", "WARNING"]),
        Check("migrations are complete", [*manage, "makemigrations", "--check", "--dry-run"]),
        Check("databases to clone", [sys.executable, "-m", "tests.databases"]),
    ]


def run(check: Check, env: Mapping[str, str]) -> bool:
    """Run one check, say how it went in one line, and show its output if it failed."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as output:
        code = subprocess.run(
            check.command, cwd=REPOSITORY, env=env, stdout=output, stderr=subprocess.STDOUT
        ).returncode
        took = time.monotonic() - began
        output.seek(0)
        said = output.read().decode(errors="replace").rstrip() if code else ""
    verdict = "ok" if code == 0 else "FAILED"
    print(
        f"{check.name:<26} {verdict:<7} {took:6.1f} s" + (f"\n{said}" if said else ""), flush=True
    )
    return code == 0


def run_all(found: list[Check], env: Mapping[str, str]) -> bool:
    """Run the slowest check beside all others; True if every one passed."""
    slowest, *others = found
    passed = []
    beside = threading.Thread(target=lambda: passed.append(run(slowest, env)))
    beside.start()
    passed += [run(check, env) for check in others]
    beside.join()
    return all(passed)


def find_chromium() -> str:
    """Return the path of a Chromium that can run here, "" if there is none."""
    for name in CHROMIUMS:
        if path := shutil.which(name):
            return path
    asked = "from playwright.sync_api import sync_playwright as p\nwith p() as x: print(x.chromium.executable_path)"
    told = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=False
    )
    path = told.stdout.strip()
    return path if path and Path(path).exists() else ""


def ensure_chromium() -> str:
    """Return the path of a Chromium, installing one where we may; "" if that failed."""
    if found := find_chromium():
        return found
    began = time.monotonic()
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "chromium"],
        ):
            _try(command, quiet)
    if not find_chromium():
        _try([_program("playwright"), "install", "chromium"], os.environ)
    found = find_chromium()
    print(
        f"{'Chromium':<26} {'ok' if found else 'none':<7} {time.monotonic() - began:6.1f} s",
        flush=True,
    )
    return found


def main(arguments: list[str]) -> int:
    """Run every check, then pytest, and return 0 if all passed."""
    parser = argparse.ArgumentParser(
        prog="bin/test", description="Checks everything. Further arguments go to pytest."
    )
    parser.add_argument("--all", action="store_true", help="also the heavy rehearsals")
    asked, to_pytest = parser.parse_known_args(arguments)
    # The settings of the tests, which need no server merely to be checked.
    env = {**os.environ, "KEEPWELL_MODE": "test", "DJANGO_SETTINGS_MODULE": "tests.settings"}
    passed = run_all(checks(), env)
    chromium = ensure_chromium()
    if not chromium:
        print(
            "No Chromium here, so the journeys in a real browser are SKIPPED. Install one, for example",
            end=" ",
        )
        print("with `apt install chromium` or `.venv/bin/playwright install chromium`.", flush=True)
        passed = passed and not _in_ci()
    if not passed:
        print("Not all of these passed, so bin/test will fail whatever the tests say.", flush=True)
    command = [sys.executable, "-m", "pytest", "-q", "-n", TEST_PROCESSES]
    command += ["-m", "heavy or not heavy"] if asked.all else []
    # What a whole run found is what the promise board of this very commit shows
    command += [] if to_pytest else ["-p", "tests.recording"]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # pytest hears it, too, and ends tidily
    tested = subprocess.run(
        [*command, *to_pytest],
        cwd=REPOSITORY,
        env={**env, "KEEPWELL_CHROMIUM": chromium, "KEEPWELL_TEST_RECORD": str(RECORD)},
        check=False,
    ).returncode
    return 0 if passed and tested == 0 else 1


def _program(name: str) -> str:
    return str(PROGRAMS / name)


def _in_ci() -> bool:
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


def _try(command: list[str], env: Mapping[str, str]) -> None:
    """Run an installer that may fail: without network, or for want of rights."""
    with tempfile.TemporaryFile() as output:
        subprocess.run(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
            timeout=600,
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
