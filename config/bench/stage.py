"""The stage: servers and databases that live for one run of the bench, in a folder of their own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from config.demo.environment import environment, make_secrets, role_passwords
from config.demo.home import Home
from config.demo.processes import free_port
from config.demo.servers import Postgres, Valkey, write_private
from config.demo.services import REPOSITORY
from config.roles import create_roles_and_databases

REGIONS = ("au",)
SUPERUSER = "secrets/SUPERUSER"
# The same accounts with one and with ten times the history
SMALL, LARGE = "x1_", "x10_"


def play(folder: Path, command: Sequence[str]) -> int:
    """Set the stage in `folder`, run `command` of manage.py on it, take everything away; return its exit code."""
    home = Home(folder)
    home.claim()
    home.start_over()
    with _servers(home) as env:
        prepared = _run([sys.executable, "-m", "config.prepare"], env | _as_owner())
        code = prepared or _run([sys.executable, "manage.py", *command], env)
    home.start_over()
    return code


def superuser(folder: Path) -> str:
    """Return the superuser's URL of the stage in `folder`; raise FileNotFoundError where none is set."""
    return (folder / SUPERUSER).read_text()


@contextmanager
def _servers(home: Home) -> Iterator[dict[str, str]]:
    postgres = Postgres(home / "postgres", durable=False)
    valkey = Valkey(home / "valkey")
    (home / "tmp").mkdir(exist_ok=True)
    try:
        secret_files = make_secrets(home / "secrets", REGIONS)
        write_private(home / SUPERUSER, postgres.start())
        create_roles_and_databases(postgres.url, role_passwords(secret_files), REGIONS, SMALL)
        env = environment(
            home,
            port=free_port(),
            clock="",
            postgres_port=postgres.port,
            valkeys={region: valkey.start() for region in REGIONS},
            secret_files=secret_files,
        )
        yield env | {"DATABASE_PREFIX": SMALL}
    finally:
        valkey.stop()
        postgres.stop()


def _as_owner() -> dict[str, str]:
    return {"KEEPWELL_DB_ROLE": "owner"}


def _run(command: Sequence[str], env: dict[str, str]) -> int:
    return subprocess.run(command, cwd=REPOSITORY, env=env, check=False).returncode
