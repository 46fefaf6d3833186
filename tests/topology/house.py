"""The isolated topology on one machine: control and two regions, each region's processes with its own credentials alone."""

from __future__ import annotations

import base64
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from config.demo import processes
from config.demo.services import REPOSITORY, services
from config.roles import ROLES
from tests.topology.net import Net, nets

PLACES = {"au": "ap-southeast-2", "eu": "eu-central-1"}
WITHIN = 180.0
PORT = 8000
BASE = "https://keepwell.test"
HOSTS = {code: f"https://{code}.keepwell.test" for code in PLACES}
KEYS = ("REGION_KEY", "AUDIT_SIGNING_KEY", "EXPORT_SIGNING_KEY")
# Of ours, what a process needs to run at all
OURS = ("PATH", "HOME", "PYTHONPYCACHEPREFIX", "LANG")


@dataclass(slots=True)
class Region:
    """A region: its net, its servers, and what its processes are told."""

    code: str
    net: Net
    folder: Path
    facts: dict[str, Any] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)

    def superuser(self, database: str) -> psycopg.Connection[Any]:
        """Connect past every wall, from outside."""
        where = urlsplit(self.facts["postgres"])
        return psycopg.connect(
            host=self.net.address,
            port=where.port,
            user="postgres",
            password=where.password,
            dbname=database,
            autocommit=True,
        )

    def run(self, *command: object, **more: str) -> str:
        """Run a program of ours in the region's net, with what its processes are told; return what it says."""
        done = subprocess.run(
            self.net.inside(*command),
            cwd=REPOSITORY,
            env=self.env | more,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@dataclass(slots=True)
class House:
    """Everything that runs."""

    folder: Path
    regions: dict[str, Region]
    control: dict[str, Any]
    passwords: dict[str, str]
    signing: str = field(default_factory=lambda: base64.b64encode(secrets.token_bytes(32)).decode())
    control_servers: subprocess.Popen[bytes] | None = None

    @property
    def logs(self) -> Path:
        """What every process of ours writes."""
        return self.folder / "logs"

    def superuser(self) -> psycopg.Connection[Any]:
        """Connect to control past every wall."""
        return psycopg.connect(self.control["postgres"], dbname="control", autocommit=True)


@contextmanager
def standing(folder: Path) -> Iterator[House]:
    """Start all of it, and take it away."""
    with ExitStack() as stack:
        joined = stack.enter_context(nets(*PLACES))
        servers = {"control": _servers(folder, "control", None)}
        stack.callback(
            lambda: [processes.end(p, by=signal.SIGTERM, patience=20) for p in servers.values()]
        )
        for code, net in joined.items():
            servers[code] = _servers(folder, code, net)
        house = House(folder, {}, _facts(folder, "control", servers["control"]), _words())
        house.control_servers = servers["control"]
        for code, net in joined.items():
            facts = _facts(folder, code, servers[code])
            house.regions[code] = Region(code, net, folder / code, facts, _words())
        secret = secrets.token_urlsafe(64)
        for region in house.regions.values():
            region.env = _environment(house, region, secret)
        _migrate(house)
        running = [each for region in house.regions.values() for each in _started(house, region)]
        stack.callback(lambda: [processes.end(p, by=signal.SIGTERM, patience=10) for p in running])
        for region in house.regions.values():
            _wait_for_web(house, region)
        yield house


def _words() -> dict[str, str]:
    return {role: secrets.token_urlsafe(12) for role in ROLES}


def _servers(folder: Path, code: str, net: Net | None) -> subprocess.Popen[bytes]:
    command: list[str] = [sys.executable, "-m", "tests.topology.servers"]
    command += [str(folder / code), code, PLACES.get(code, "")]
    return processes.spawn(
        net.inside(*command) if net else command,
        log=folder / "servers" / f"{code}.log",
        env={**os.environ, "KEEPWELL_MODE": "test"},
        folder=REPOSITORY,
    )


def _facts(folder: Path, code: str, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    file, log = folder / code / "facts.json", folder / "servers" / f"{code}.log"
    until = time.monotonic() + WITHIN
    while not file.exists():
        assert process.poll() is None, processes.tail(log)
        assert time.monotonic() < until, processes.tail(log)
        time.sleep(0.1)
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def _environment(house: House, region: Region, secret: str) -> dict[str, str]:
    code, facts, control = region.code.upper(), region.facts, house.control
    home = region.folder / "home"
    valkey = control["valkey"].replace("127.0.0.1", region.net.control)
    told = {
        "KEEPWELL_MODE": "production",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
        "KEEPWELL_HOME": str(home),
        "STATIC_ROOT": str(home / "static"),
        "SECRET_KEY": secret,
        "BASE_URL": BASE,
        "KEEPWELL_REGIONS": region.code,
        "AUDIT_ANCHOR_SECONDS": "5",
        "DATABASE_SERVER_CONTROL": f"postgres://{region.net.control}:{_port(control['postgres'])}",
        f"DATABASE_SERVER_{code}": f"postgres://127.0.0.1:{_port(facts['postgres'])}",
        "VALKEY_CONTROL": valkey,
        f"VALKEY_{code}": facts["valkey"],
        f"OBJECTS_{code}": f"s3://files-{region.code}?endpoint={facts['store']}&region={PLACES[region.code]}",
        "OBJECTS_ACCESS_KEY": "test",
        "OBJECTS_SECRET_KEY": "test",
        "MAIL_CONTROL": f"smtp://{region.net.control}:{control['mail']}",
        f"MAIL_{code}": f"smtp://127.0.0.1:{facts['mail']}",
        f"SMS_{code}": f"https://127.0.0.1:{facts['texts']}/",
        "OBJECTS_CONTROL": (house.folder / "control" / "objects").as_uri(),
        "AUDIT_SIGNING_KEY_CONTROL": house.signing,
        "OUTBOUND_CA": facts["authority"],
        "DB_PASSWORD_APP_CONTROL": house.passwords["app"],
    }
    told |= {f"HOST_{each.upper()}": host for each, host in HOSTS.items()}
    serving = ("app", "audit", "exporter", "dispatch", "purger")
    told |= {f"DB_PASSWORD_{role.upper()}": region.passwords[role] for role in serving}
    told |= {f"{key}_{code}": base64.b64encode(secrets.token_bytes(32)).decode() for key in KEYS}
    return told | {name: os.environ[name] for name in OURS if name in os.environ}


def _port(url: str) -> int:
    return urlsplit(url).port or 0


def as_owner(region: Region, house: House) -> dict[str, str]:
    """Return what only whoever migrates a region is told besides."""
    told = {f"DB_PASSWORD_{role.upper()}": word for role, word in region.passwords.items()}
    password = urlsplit(region.facts["postgres"]).password or ""
    return told | {"KEEPWELL_DB_ROLE": "owner", "POSTGRES_PASSWORD": password}


def _migrate(house: House) -> None:
    """Make control's database, then each region's, each from its own place by whoever may."""
    first = next(iter(house.regions.values()))
    told = {f"DB_PASSWORD_{role.upper()}_CONTROL": word for role, word in house.passwords.items()}
    told["POSTGRES_PASSWORD_CONTROL"] = urlsplit(house.control["postgres"]).password or ""
    first.run(sys.executable, "bin/migrate", "--only", "control", KEEPWELL_DB_ROLE="owner", **told)
    for region in house.regions.values():
        region.run(sys.executable, "bin/migrate", "--only", region.code, **as_owner(region, house))


def _started(house: House, region: Region) -> list[subprocess.Popen[bytes]]:
    """Start a region's web, worker, beat and sequencer in its net."""
    made = []
    for each in services(region.env, house.logs, region.folder / "home", PORT):
        command = ["0.0.0.0" if word == "127.0.0.1" else word for word in each.command]
        log = house.logs / f"{region.code}-{each.name}.log"
        made.append(
            processes.spawn(region.net.inside(*command), log=log, env=each.env, folder=REPOSITORY)
        )
    return made


def _wait_for_web(house: House, region: Region) -> None:
    until = time.monotonic() + WITHIN
    while not processes.listens(PORT, region.net.address):
        log = house.logs / f"{region.code}-web.log"
        assert time.monotonic() < until, processes.tail(log, 40)
        time.sleep(0.2)
