"""Starts every part of Keepwell on this machine, keeps it running, stops it cleanly."""

import contextlib
import signal
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from config.demo import processes
from config.demo.environment import REGIONS, environment, make_secrets, role_passwords
from config.demo.home import Home
from config.demo.servers import Postgres, Valkey
from config.demo.services import REPOSITORY, Services, catcher, end_leftovers, services
from config.roles import create_roles_and_databases, database_names

READY_WITHIN = 120.0  # seconds


class StartFailed(RuntimeError):
    """The demo can't start; the message says why and what to do."""


class Asked(Exception):
    """Ctrl-C, SIGTERM or a closed terminal."""


class Supervisor:
    """A run of the demo in one folder, on one port, from claim to stop."""

    def __init__(self, home: Home, *, port: int, clock: str, small: bool = False) -> None:
        self.home = home
        self.port = port
        self.clock = clock
        self.small = small
        self.logs = home / "logs"
        self.postgres = Postgres(home / "postgres", durable=True, log=self.logs / "postgres.log")
        self.valkeys = {
            region: Valkey(home / "valkey" / region, log=self.logs / f"valkey-{region}.log")
            for region in REGIONS
        }
        self.services = Services(home / "children.json", say)
        self._wish = 0  # number of the wish for a clock that stands
        self._heard = (
            0,
            clock,
        )  # the latest wish, also one that came while another is being granted
        self._is_stale = False  # a server has another port now, which running services don't know

    @property
    def url(self) -> str:
        """The address to type."""
        return f"http://localhost:{self.port}"

    def run(self) -> None:
        """Start, then watch until Ctrl-C, SIGTERM or a closed terminal. Raises StartFailed, ServerError."""
        for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(sign, _end)
        signal.signal(signal.SIGUSR1, self._hear_clock)
        self._tell(ready=False)
        try:
            self._start()
            while True:
                time.sleep(0.2)
                self._watch()
        except Asked:
            say("Stopping …")
        finally:
            # A second Ctrl-C changes nothing: stopping takes seconds and must be whole.
            for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(sign, signal.SIG_IGN)
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
            ["-m", "config.prepare"],
            env | {"KEEPWELL_DB_ROLE": "owner"},
        )
        if not self.home.facts().get("accounts"):
            size = ["--small"] if self.small else []
            self._manage("Demo data is loaded", ["manage.py", "demo_data", *size], env)
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
        self._tell(ready=True)

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
        wish, clock = self._heard
        if wish != self._wish or self._is_stale:
            self._move_clock(wish, clock)

    def _revive(self, name: str, server: Postgres | Valkey) -> None:
        """Start a server again; when its port was taken meanwhile, everybody learns the new one."""
        say(f"{name} stopped; starting it again.")
        old = server.port
        server.start()
        if server.port != old:
            self._is_stale = True

    def _move_clock(self, wish: int, clock: str) -> None:
        self._wish, self.clock, self._is_stale = wish, clock, False
        self._tell(ready=False)
        say(f"Moving the clock ({clock or 'real time'}) …")
        self.services.stop()
        env = self._environment()
        self.services.start([catcher(env, self.logs)])
        self._start_services(env)
        say(f"The clock stands at {clock or 'real time'}.")

    def _hear_clock(self, *_signal: object) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._heard = self.home.asked_clock()

    def _tell(self, *, ready: bool) -> None:
        self.home.tell_run(url=self.url, clock=self.clock, wish=self._wish, ready=ready)

    def _stop(self) -> None:
        self.services.stop()
        for valkey in self.valkeys.values():
            valkey.stop()
        self.postgres.stop()
        self._tell(ready=False)

    def _step(self, done: str, began: float) -> None:
        say(f"  {done:<40} {time.monotonic() - began:5.1f} s")

    def _introduce(self) -> None:
        lines = ["", f"Keepwell is ready:  {self.url}/", ""]
        for account in self.home.facts().get("accounts", []):
            lines += [
                f"  {account['name']} (region {account['region']}, /a/{account['slug']}/)",
                f"    Owner  {account['owner_email']}   password  {account['owner_password']}",
            ]
        if support := self.home.facts().get("support"):
            lines += [
                f"  Support staff ({self.url}/admin/)",
                f"    Staff  {support['email']}   password  {support['password']}",
            ]
        lines += ["", f"  Mail and text messages  {self.url}/demo/mail/"]
        if self.clock:
            lines += [f"  Clock                   moved by {self.clock}"]
        lines += [
            f"  Logs                    {short(self.logs)}",
            "",
            "Ctrl-C stops it; the data stays. bin/demo --fresh starts over.",
            "bin/demo --clock +31d, here or in another terminal, moves the clock.",
        ]
        say("\n".join(lines))


def short(path: Path) -> str:
    """Return a path as a person at the repository's root would type it."""
    return str(path.relative_to(REPOSITORY)) if path.is_relative_to(REPOSITORY) else str(path)


def _end(*_signal: object) -> None:
    raise Asked


def say(line: str) -> None:
    """Tell the person at the terminal, who may have left."""
    with contextlib.suppress(OSError):
        print(line, flush=True)
