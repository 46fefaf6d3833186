"""The processes that make up a running Keepwell, each restarted when it dies."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.demo import processes
from config.demo.servers import write_private

REPOSITORY = Path(__file__).resolve().parents[2]
LONGEST_WAIT = 30.0  # seconds between two starts of something that keeps dying
STEADY_AFTER = 60.0  # seconds of life after which an old crash is forgotten
LARGEST_LOG = 5 * 2**20  # bytes; a larger one is set aside at the next start

type Say = Callable[[str], None]


@dataclass
class Service:
    """One process: what it is called, how it starts, how often it died lately."""

    name: str
    command: list[str]
    env: Mapping[str, str] = field(repr=False)
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0
    deaths: int = 0
    start_at: float | None = None

    def start(self) -> None:
        """Start the process now."""
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".old.log"))
        self.process = processes.spawn(self.command, log=self.log, env=self.env, folder=REPOSITORY)
        self.started_at = time.monotonic()
        self.start_at = None

    def look(self, say: Say) -> bool:
        """Notice a death and plan or make the next start; True if a process started."""
        if self.start_at is not None:
            if time.monotonic() < self.start_at:
                return False
            self.start()
            return True
        if self.process is None or self.process.poll() is None:
            return False
        processes.kill_group(self.process.pid)  # what it forked would keep its port or its queue
        if time.monotonic() - self.started_at > STEADY_AFTER:
            self.deaths = 0
        wait = min(2.0**self.deaths, LONGEST_WAIT)
        self.deaths += 1
        say(
            f"{self.name} stopped ({_reason(self.process.returncode)}); "
            f"starting it again in {wait:g} s. Log: {self.log}"
        )
        self.start_at = time.monotonic() + wait
        return False


class Services:
    """All services of a run, with a note on disk of what runs, for the case that we are killed."""

    def __init__(self, note: Path, say: Say) -> None:
        self._note = note
        self._say = say
        self._all: list[Service] = []

    def start(self, services: Iterable[Service]) -> None:
        """Start more services."""
        for service in services:
            service.start()
            self._all.append(service)
        self._write()

    def look(self) -> None:
        """Restart what died and is due."""
        started = [service for service in self._all if service.look(self._say)]
        if started:
            self._write()

    def stop(self, patience: float = 10) -> None:
        """Ask all to end at once, and kill what has not after `patience` seconds."""
        running = [service.process for service in self._all if service.process]
        for process in running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        until = time.monotonic() + patience
        for process in running:
            processes.end(process, by=signal.SIGTERM, patience=max(0.1, until - time.monotonic()))
            processes.kill_group(process.pid)
        self._all = []
        self._note.unlink(missing_ok=True)

    def _write(self) -> None:
        known = [processes.identity(each.process.pid) for each in self._all if each.process]
        write_private(self._note, json.dumps(known))


def end_leftovers(note: Path) -> None:
    """End the services that a killed supervisor noted and left behind."""
    if note.exists():
        for known in json.loads(note.read_text()):
            processes.end_leftover(known)
        note.unlink()


def services(env: Mapping[str, str], logs: Path, home: Path, port: int) -> list[Service]:
    """Return web, a worker and a beat per region, and the audit sequencer."""
    programs = Path(sys.executable).parent
    web = [programs / "granian", "--interface", "wsgi", "config.wsgi:application"]
    web += ["--host", "127.0.0.1", "--port", port, "--workers", 2, "--blocking-threads", 4]
    web += ["--respawn-failed-workers", "--workers-kill-timeout", "5s", "--no-ws"]
    web += ["--log-level", "warning", "--no-access-log"]
    celery = [programs / "celery", "--quiet", "-A", "config"]
    found = [_service("web", web, env, logs)]
    for region in env["KEEPWELL_REGIONS"].split(","):
        here = {**env, "KEEPWELL_REGION": region}
        worker = [
            *celery,
            "worker",
            "-Q",
            f"{region}-1",
            "--concurrency",
            1,
            "--loglevel",
            "warning",
        ]
        worker += ["--hostname", f"{region}@demo", "--without-gossip", "--without-mingle"]
        found.append(_service(f"worker-{region}", worker, here, logs))
        schedule = home / "beat" / region / "schedule"
        schedule.parent.mkdir(parents=True, exist_ok=True)
        beat = [*celery, "beat", "--schedule", schedule, "--pidfile=", "--loglevel", "warning"]
        found.append(_service(f"beat-{region}", beat, here, logs))
    found.append(_service("audit", [sys.executable, "manage.py", "audit", "sequence"], env, logs))
    return found


def catcher(env: Mapping[str, str], logs: Path) -> Service:
    """Return the mail servers and text-message gateways, one process for all."""
    return _service("mail", [sys.executable, "-m", "config.demo.mail"], env, logs)


def _service(name: str, command: Iterable[object], env: Mapping[str, str], logs: Path) -> Service:
    return Service(name, [str(word) for word in command], env, logs / f"{name}.log")


def _reason(code: int | None) -> str:
    return signal.Signals(-code).name if code and code < 0 else f"exit {code}"
