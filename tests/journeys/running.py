"""A whole demo as processes of its own: started, asked, moved in time, stopped."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.demo import mailbox, processes
from config.demo.home import Home

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, "-B", "-m", "config.demo"]  # what bin/demo becomes
READY_WITHIN = 150.0  # seconds, on a machine that runs the other tests beside it
MAIL_WITHIN = 45.0
STOPS_WITHIN = 40.0


class Demo:
    """A running demo; `facts` is what `bin/demo --facts` prints of it."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = Home(home)
        self.port = port
        self.facts: dict[str, Any] = {}

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return str(self.facts["url"])

    @property
    def env(self) -> dict[str, str]:
        """The variables that tell this demo from others."""
        return {**os.environ, "KEEPWELL_HOME": str(self.home.folder), "PORT": str(self.port)}

    def start(self) -> subprocess.Popen[bytes]:
        """Start it and wait until it is ready; raise AssertionError with its last words if it isn't."""
        log = self.home.folder.parent / "demo.log"
        self.home.folder.parent.mkdir(parents=True, exist_ok=True)
        process = processes.spawn([*PROGRAM, "--small"], log=log, env=self.env, folder=ROOT)
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until and process.poll() is None:
            if self.home.run().get("ready"):
                self.facts = self.home.facts()
                return process
            time.sleep(0.2)
        said = log.read_text()
        self.stop(process)
        raise AssertionError(f"The demo did not become ready:\n{said}")

    def stop(self, process: subprocess.Popen[bytes]) -> bool:
        """End it as Ctrl-C does; return whether it stopped by itself."""
        return processes.end(process, by=signal.SIGINT, patience=STOPS_WITHIN)

    def move_clock(self, by: str) -> None:
        """Move its clock from another process, as a second terminal would."""
        moved = subprocess.run(
            [*PROGRAM, "--clock", by],
            env=self.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=READY_WITHIN,
        )
        assert moved.returncode == 0, moved.stderr
        assert f"is moved by {by}" in moved.stdout

    def mail(self, to: str, subject: str) -> mailbox.Message:
        """Wait for a mail whose subject holds some words, and return the newest one."""
        until = time.monotonic() + MAIL_WITHIN
        while time.monotonic() < until:
            for message in self._messages():
                if to in message.recipients and re.search(subject, message.subject):
                    return message
            time.sleep(0.2)
        got = [message.subject for message in self._messages() if to in message.recipients]
        raise AssertionError(f"No mail “{subject}” came to {to}; these did: {got}")

    def _messages(self) -> Iterator[mailbox.Message]:
        with contextlib.suppress(FileNotFoundError):
            for _region, messages in mailbox.messages(self.home.folder):
                yield from messages
