"""The folder that holds every byte of the demo: whose it is and who runs in it."""

import contextlib
import fcntl
import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

from config.demo.servers import write_private

DEFAULT = Path(__file__).resolve().parents[2] / ".local"  # git-ignored, so ours in any case
MARK = ".keepwell-demo"
# What a demo writes, hence what starting over may delete. Compiled Python stays: nobody's data.
WRITTEN = (
    "postgres",
    "valkey",
    "objects",
    "mail",
    "logs",
    "beat",
    "static",
    "secrets",
    "tmp",
    "facts.json",
    "run.json",
    "children.json",
)


class NotOurs(RuntimeError):
    """The folder holds somebody's files, or a demo that runs; the message says which."""


class Home:
    """`KEEPWELL_HOME`, claimed by one supervisor at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._lock = -1

    def __truediv__(self, name: str) -> Path:
        return self.folder / name

    def claim(self) -> None:
        """Make the folder ours until this process ends. Raises NotOurs."""
        self._adopt()
        lock = os.open(self / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            # The kernel lets go of it however we end, so a stale lock can't exist.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            told = self.run()
            where = f" at {told['url']}" if told.get("url") else ""
            raise NotOurs(
                f"A demo already runs in {self.folder}{where} (process {self.runner()}).\n"
                "Stop it with Ctrl-C where it was started, or run a second one beside it:\n"
                "KEEPWELL_HOME=.local/second PORT=8001 bin/demo"
            ) from None
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())
        self._lock = lock

    def runner(self) -> int:
        """Return the process id of the supervisor that runs in this folder, 0 if none does."""
        try:
            lock = os.open(self / "lock", os.O_RDWR)
        except OSError:
            return 0
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            written = os.read(lock, 20).decode().strip()
            return int(written) if written.isdigit() else 0
        finally:
            os.close(lock)
        return 0

    def start_over(self) -> None:
        """Delete what earlier demos wrote here, and nothing else. Call it when claimed."""
        for name in WRITTEN:
            path = self / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def facts(self) -> dict[str, Any]:
        """Return what is known of the demo: accounts, and once it ran its address and databases."""
        return self._read("facts.json")

    def add_facts(self, **known: object) -> None:
        """Add to the facts what they lack or tell anew."""
        write_private(self / "facts.json", json.dumps(self.facts() | known, indent=2) + "\n")

    def ask_clock(self, clock: str) -> int:
        """Leave the wish for a moved clock to the supervisor; return the wish's number, later ones being higher."""
        number = time.monotonic_ns()
        write_private(self / "clock", f"{number} {clock}")
        return number

    def asked_clock(self) -> tuple[int, str]:
        """Return the number and the clock of the latest wish. Raises OSError when there is none."""
        number, _, clock = (self / "clock").read_text().partition(" ")
        return int(number), clock

    def run(self) -> dict[str, Any]:
        """Return how the present or last run stands: url, clock, the wish it answers, ready."""
        return self._read("run.json")

    def tell_run(self, **known: object) -> None:
        """Replace what `run` returns."""
        write_private(self / "run.json", json.dumps(known) + "\n")

    def _adopt(self) -> None:
        """Refuse a folder with files that no demo wrote: starting over deletes by name."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mark = self / MARK
        if not mark.exists():
            strangers = [path.name for path in self.folder.iterdir() if path.name in WRITTEN]
            if strangers and self.folder != DEFAULT:
                raise NotOurs(
                    f"{self.folder} holds {strangers[0]}, which no demo of Keepwell wrote.\n"
                    "Choose an empty folder: KEEPWELL_HOME=…"
                )
            mark.write_text("Keepwell's demo keeps its data in this folder.\n")

    def _read(self, name: str) -> dict[str, Any]:
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
            told = json.loads((self / name).read_text())
            if isinstance(told, dict):
                return told
        return {}
