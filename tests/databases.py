"""The databases of the tests: templates made once for each state of the migrations, cloned by each test process."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from config.roles import create_roles_and_databases, mark
from tests import parts as parts_module

ROOT = Path(settings.BASE_DIR)
HOME = ROOT / ".local" / "test"
REGIONS = ("au", "eu", "us")
PASSWORDS = {role: f"test-{role}" for role in settings.DB_ROLES}
KINDS = {"control": "default", "region": "region_au", "keyring": "keyring_au"}


def fingerprint() -> str:
    """Return a hash of everything that shapes the databases."""
    found = hashlib.sha256()
    for pattern in (
        "*/migrations/*.py",
        "privacy/vocabulary/migrations/*.py",
        "accounts/wall*.py",
        "accounts/grants.py",
        "notes/models/readers.py",
    ):
        for path in sorted(ROOT.glob(pattern)):
            found.update(path.read_bytes())
    for path in (ROOT / "config/roles.py", ROOT / "requirements.lock"):
        found.update(path.read_bytes())
    return found.hexdigest()[:10]


def environment(server: str, prefix: str) -> dict[str, str]:
    """Return the variables under which a child process sees these databases."""
    return {
        **os.environ,
        "KEEPWELL_MODE": "test",
        "DATABASE_PREFIX": prefix,
        **{f"DATABASE_SERVER_{name}": server for name in ("CONTROL", "AU", "EU", "US")},
        **{f"DB_PASSWORD_{role.upper()}": word for role, word in PASSWORDS.items()},
    }


def as_owner(parts: parts_module.Parts, prefix: str) -> dict[str, str]:
    """Return the variables under which a child process may migrate one database of each kind."""
    seen = environment(f"postgres://127.0.0.1:{parts.port}", prefix)
    return {**seen, "KEEPWELL_DB_ROLE": "owner", "KEEPWELL_REGIONS": "au"}


def migrate_together(parts: parts_module.Parts, prefix: str) -> None:
    """Make the tables of one database of each kind, as `keepwell_owner`."""
    program = "import django; django.setup(); from config.migrating import migrate;"
    program += f"migrate({[*KINDS.values()]})"
    subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=as_owner(parts, prefix), check=True
    )


def build_templates(parts: parts_module.Parts, prefix: str) -> None:
    """Make one database of each kind, once for each fingerprint."""
    create_roles_and_databases(parts.postgres, PASSWORDS, ("au",), prefix)
    migrate_together(parts, prefix)
    with psycopg.connect(parts.postgres, autocommit=True) as server_connection:
        for name in ("control", "region_au", "keyring_au"):
            server_connection.execute(f"ALTER DATABASE {prefix}{name} WITH ALLOW_CONNECTIONS false")


def drop_databases(connection: psycopg.Connection[Any], prefix: str) -> None:
    """Drop every database whose name starts with `prefix`."""
    for (name,) in connection.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{prefix}%"]
    ).fetchall():
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def databases_of(prefix: str) -> dict[str, str]:
    """Return clone → template kind."""
    names = {f"{prefix}control": "control"}
    for region in REGIONS:
        names[f"{prefix}region_{region}"] = "region_au"
        names[f"{prefix}keyring_{region}"] = "keyring_au"
    return names


def template(parts: parts_module.Parts) -> str:
    """Return what the templates' names begin with, once they are there."""
    prefix = f"t{fingerprint()}_"
    with (
        parts_module.locked(HOME / "template.lock"),
        psycopg.connect(parts.postgres, autocommit=True) as connection,
    ):
        built = connection.execute(
            "SELECT NOT datallowconn FROM pg_database WHERE datname = %s", [f"{prefix}region_au"]
        ).fetchone()
        if not (built and built[0]):
            drop_databases(connection, prefix)
            build_templates(parts, prefix)
    return prefix


def clone(parts: parts_module.Parts, prefix: str) -> None:
    """Make all databases of one test process."""
    entrants = ", ".join(f"keepwell_{role}" for role in PASSWORDS)
    source = template(parts)
    with (
        parts_module.locked(HOME / "template.lock"),
        psycopg.connect(parts.postgres, autocommit=True) as connection,
    ):
        for name, kind in databases_of(prefix).items():
            connection.execute(
                f"CREATE DATABASE {name} TEMPLATE {source}{kind} OWNER keepwell_owner"
            )
            connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
            connection.execute(f"GRANT CONNECT ON DATABASE {name} TO {entrants}")
            mark(connection, name)


if __name__ == "__main__":
    template(parts_module.standing(HOME))
