"""The standing PostgreSQL and Valkey of the tests: started once, shared by every test process, ended when idle."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from config.demo.servers import Postgres, Valkey

IDLE_SECONDS = 300
START_WITHIN = 90


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the standing servers answer: superuser URL of PostgreSQL, URL of Valkey."""

    postgres: str
    valkey: str

    @property
    def port(self) -> int:
        """PostgreSQL's port."""
        return urlsplit(self.postgres).port or 0


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one process at a time do what follows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def standing(home: Path) -> Parts:
    """Return the standing servers below `home`, starting them when they don't answer."""
    with locked(home / "parts.lock"):
        still_used(home)
        found = _found(home)
        if found is None:
            (home / "parts.json").unlink(missing_ok=True)
            with (home / "parts.log").open("ab") as log:
                subprocess.Popen(
                    [sys.executable, "-m", "tests.parts", str(home)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                ).returncode = 0  # it outlives us on purpose: no "still running" warning
            found = _wait(home)
    return found


def still_used(home: Path) -> None:
    """Keep the servers below `home` from ending as idle; does nothing where there are none."""
    if home.exists():
        (home / "used").touch()


def _found(home: Path) -> Parts | None:
    try:
        parts = Parts(**json.loads((home / "parts.json").read_text()))
        psycopg.connect(parts.postgres, connect_timeout=3).close()
    except (OSError, ValueError, psycopg.Error):
        return None
    return parts


def _wait(home: Path) -> Parts:
    until = time.monotonic() + START_WITHIN
    while time.monotonic() < until:
        if found := _found(home):
            return found
        time.sleep(0.1)
    raise RuntimeError(f"The test servers did not start; see {home / 'parts.log'}.")


def serve(home: Path) -> None:
    """Start both servers, say where they are, and end them when nobody has used them for a while."""
    postgres = Postgres(home / "postgres", durable=False)
    valkey = Valkey(home / "valkey")
    parts = {"postgres": postgres.start(), "valkey": valkey.start()}
    (home / "parts.json").write_text(json.dumps(parts))
    try:
        while time.time() - (home / "used").stat().st_mtime < IDLE_SECONDS:
            time.sleep(5)
    finally:
        (home / "parts.json").unlink(missing_ok=True)
        valkey.stop()
        postgres.stop()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
