"""`bin/demo`: starts every part of Keepwell on this machine, keeps it running, stops it cleanly."""

import argparse
import contextlib
import json
import os
import re
import signal
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from config.demo import processes
from config.demo.environment import REGIONS, environment, make_secrets, role_passwords
from config.demo.home import DEFAULT, Home, NotOurs
from config.demo.roles import create_roles_and_databases, database_names
from config.demo.servers import Postgres, ServerError, Valkey
from config.demo.services import REPOSITORY, Services, catcher, end_leftovers, services

READY_WITHIN = 120.0  # seconds
CLOCK = re.compile(r"[+-]\d+[dhm]")


class StartFailed(RuntimeError):
    """The demo can't start; the message says why and what to do."""


class Asked(Exception):
    """Ctrl-C or SIGTERM."""


class Supervisor:
    """A run of the demo in one folder, on one port, from claim to stop."""

    def __init__(self, home: Home, *, port: int, clock: str) -> None:
        self.home = home
        self.port = port
        self.clock = clock
        self.logs = home / "logs"
        self.postgres = Postgres(home / "postgres", durable=True, log=self.logs / "postgres.log")
        self.valkeys = {
            region: Valkey(home / "valkey" / region, log=self.logs / f"valkey-{region}.log")
            for region in REGIONS
        }
        self.services = Services(home / "children.json", say)
        self._move_to: str | None = None

    @property
    def url(self) -> str:
        """The address to type."""
        return f"http://localhost:{self.port}"

    def run(self) -> None:
        """Start, then watch until SIGINT or SIGTERM. Raises StartFailed, ServerError."""
        signal.signal(signal.SIGTERM, _end)
        signal.signal(signal.SIGINT, _end)
        signal.signal(signal.SIGHUP, self._hear_clock)
        self.home.tell_run(url=self.url, clock=self.clock, ready=False)
        try:
            self._start()
            while True:
                time.sleep(0.2)
                self._watch()
        except Asked:
            say("Stopping …")
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.signal(signal.SIGINT, _hurry)
            self._stop()
        say("Stopped. Your data stays; bin/demo starts it again.")

    def _start(self) -> None:
        began = time.monotonic()
        end_leftovers(self.home / "children.json")
        (self.home / "tmp").mkdir(exist_ok=True)
        self._start_servers()
        self._step("PostgreSQL and Valkey run", began)
        env = self._environment()
        self.services.start([catcher(env, self.logs)])
        self._manage(
            "Databases are up to date",
            ["-m", "config.demo.prepare"],
            env | {"KEEPWELL_DB_ROLE": "owner"},
        )
        if not self.home.facts().get("accounts"):
            self._manage("Demo data is loaded", ["manage.py", "demo_data"], env)
        self._start_services(env)
        self._step("Ready, all in all", began)
        self._introduce()

    def _start_servers(self) -> None:
        secret_files = make_secrets(self.home / "secrets")
        self.postgres.start()
        for valkey in self.valkeys.values():
            valkey.start()
        create_roles_and_databases(self.postgres.url, role_passwords(secret_files), REGIONS)

    def _environment(self) -> dict[str, str]:
        return environment(
            self.home,
            port=self.port,
            clock=self.clock,
            postgres_port=self.postgres.port,
            valkeys={region: valkey.url for region, valkey in self.valkeys.items()},
            secret_files=make_secrets(self.home / "secrets"),
        )

    def _start_services(self, env: dict[str, str]) -> None:
        self.services.start(services(env, self.logs, self.home.folder, self.port))
        self._wait_until_ready()
        server = self.postgres.url.rpartition("/")[0]
        names = {name: f"{server}/{name}" for name in database_names(REGIONS)}
        self.home.add_facts(url=self.url, databases=names)
        self.home.tell_run(url=self.url, clock=self.clock, ready=True)

    def _wait_until_ready(self) -> None:
        """Wait for 200 from /readyz, restarting what dies meanwhile."""
        until = time.monotonic() + READY_WITHIN
        said = "no answer yet"
        while time.monotonic() < until:
            self.services.look()
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5):
                    return
            except urllib.error.HTTPError as answer:
                said = answer.read(2000).decode(errors="replace")
            except OSError as error:
                said = str(error)
            time.sleep(0.2)
        raise StartFailed(
            f"Keepwell was not ready after {READY_WITHIN:g} s. /readyz says: {said}\n"
            f"Logs: {self.logs}"
        )

    def _manage(self, done: str, arguments: list[str], env: dict[str, str]) -> None:
        """Run one of our programs to its end; its output is the end of its log if it fails."""
        began = time.monotonic()
        log = self.logs / "prepare.log"
        made = processes.spawn([sys.executable, *arguments], log=log, env=env, folder=REPOSITORY)
        try:
            code = made.wait()
        except Asked:
            processes.end(made, by=signal.SIGTERM, patience=5)
            raise
        if code != 0:
            raise StartFailed(
                f"`{' '.join(arguments)}` failed. Its log ({log}) ends:\n{processes.tail(log)}"
            )
        self._step(done, began)

    def _watch(self) -> None:
        """Look after everything once."""
        servers = {"PostgreSQL": self.postgres} | {
            f"The Valkey of {region}": valkey for region, valkey in self.valkeys.items()
        }
        for name, server in servers.items():
            if not server.running:
                self._revive(name, server)
        self.services.look()
        if self._move_to is not None:
            self._move_clock(self._move_to)

    def _revive(self, name: str, server: Postgres | Valkey) -> None:
        """Start a server again; when its port was taken meanwhile, everybody learns the new one."""
        say(f"{name} stopped; starting it again.")
        old = server.port
        server.start()
        if server.port != old:
            self._move_to = self.clock

    def _move_clock(self, clock: str) -> None:
        self._move_to = None
        self.clock = clock
        self.home.tell_run(url=self.url, clock=clock, ready=False)
        say(f"Moving the clock ({clock or 'real time'}) …")
        self.services.stop()
        env = self._environment()
        self.services.start([catcher(env, self.logs)])
        self._start_services(env)
        say(f"The clock stands at {clock or 'real time'}.")

    def _hear_clock(self, *_signal: object) -> None:
        with contextlib.suppress(OSError):
            self._move_to = (self.home / "clock").read_text().strip()

    def _stop(self) -> None:
        self.services.stop()
        for valkey in self.valkeys.values():
            valkey.stop()
        self.postgres.stop()
        self.home.tell_run(url=self.url, clock=self.clock, ready=False)

    def _step(self, done: str, began: float) -> None:
        say(f"  {done:<40} {time.monotonic() - began:5.1f} s")

    def _introduce(self) -> None:
        lines = ["", f"Keepwell is ready:  {self.url}/", ""]
        for account in self.home.facts().get("accounts", []):
            lines += [
                f"  {account['name']} (region {account['region']}, /a/{account['slug']}/)",
                f"    Owner  {account['owner_email']}   password  {account['owner_password']}",
            ]
        lines += ["", f"  Mail and text messages  {self.url}/demo/mail/"]
        if self.clock:
            lines += [f"  Clock                   moved by {self.clock}"]
        lines += [
            f"  Logs                    {_short(self.logs)}",
            "",
            "Ctrl-C stops it; the data stays. bin/demo --fresh starts over.",
            "bin/demo --clock +31d, here or in another terminal, moves the clock.",
        ]
        say("\n".join(lines))


def main(arguments: list[str]) -> int:
    """Run `bin/demo` and return its exit code."""
    asked = _parser().parse_args(arguments)
    home = Home(Path(os.environ.get("KEEPWELL_HOME") or DEFAULT))
    try:
        if asked.facts:
            return _print_facts(home)
        if asked.clock is not None and not asked.fresh and home.runner():
            return _move_running_clock(home, asked.clock)
        return _run(home, port=_port(), clock=asked.clock or "", fresh=asked.fresh)
    except (StartFailed, ServerError, NotOurs) as refusal:
        print(refusal, file=sys.stderr)
        return 1


def _run(home: Home, *, port: int, clock: str, fresh: bool) -> int:
    home.claim()
    if fresh:
        home.start_over()
    if processes.listens(port) or not processes.is_free(port):
        end_leftovers(home / "children.json")  # it may be our own, orphaned
    if processes.listens(port) or not processes.is_free(port):
        raise StartFailed(
            f"Port {port} is taken by another program. Choose another: PORT={port + 1} bin/demo"
        )
    say(f"Starting Keepwell in {_short(home.folder)} …")
    Supervisor(home, port=port, clock=clock).run()
    return 0


def _print_facts(home: Home) -> int:
    if not (home.runner() and home.run().get("ready")):
        raise NotOurs(f"No demo runs in {home.folder}. Start it with bin/demo.")
    print(json.dumps(home.facts(), indent=2, ensure_ascii=False))
    return 0


def _move_running_clock(home: Home, clock: str) -> int:
    """Ask the running demo for a moved clock and wait until it is ready with it."""
    (home / "clock").write_text(clock)
    os.kill(home.runner(), signal.SIGHUP)
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until and home.runner():
        told = home.run()
        if told.get("ready") and told.get("clock") == clock:
            stands = f"is moved by {clock}" if clock else "shows real time"
            say(f"The clock of the demo at {told['url']}/ {stands}.")
            return 0
        time.sleep(0.2)
    raise StartFailed(
        "The running demo did not come back with the moved clock; see where it was started."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bin/demo",
        description="Runs all of Keepwell on this machine, with demo data.",
        epilog="PORT (default 8000) is the port, KEEPWELL_HOME (default .local/) that of all data.",
    )
    parser.add_argument(
        "--fresh", action="store_true", help="start over: delete this demo's data first"
    )
    parser.add_argument(
        "--clock",
        type=_clock,
        metavar="+31d",
        help="move the clock (d, h, m), also of a running demo; 0 is real time",
    )
    parser.add_argument("--facts", action="store_true", help="print JSON about the running demo")
    return parser


def _clock(text: str) -> str:
    if text in ("", "0"):
        return ""
    if not CLOCK.fullmatch(text):
        raise argparse.ArgumentTypeError("takes +31d, +2h or +90m")
    return text


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not (text.isdigit() and 0 < int(text) < 65535):
        raise StartFailed(f"PORT={text} is no port. Choose one between 1024 and 65534.")
    return int(text)


def _short(path: Path) -> str:
    return str(path.relative_to(REPOSITORY)) if path.is_relative_to(REPOSITORY) else str(path)


def _end(*_signal: object) -> None:
    raise Asked


def _hurry(*_signal: object) -> None:
    """A second Ctrl-C while stopping changes nothing: stopping takes seconds and must be whole."""


def say(line: str) -> None:
    """Tell the person at the terminal."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
