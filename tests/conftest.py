"""Real parts for every test: PostgreSQL databases cloned from a template, the app's own role, Valkey, files, mail."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.test import TestCase, TransactionTestCase
from psycopg.pq import TransactionStatus

from accounts import directory
from config.parts import object_store as settings_of_store
from config.roles import create_roles_and_databases
from privacy.vocabulary import keyring
from tests import parts as parts_module

ROOT = Path(settings.BASE_DIR)
HOME = ROOT / ".local" / "test"
REGIONS = ("au", "eu", "us")
PASSWORDS = {role: f"test-{role}" for role in settings.DB_ROLES}
# What bin/test says, for those who call pytest by itself: our test processes and children share compiled Python
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / ".local" / "pycache"))
KINDS = {"control": "default", "region": "region_au", "keyring": "keyring_au"}


def fingerprint() -> str:
    """Return a hash of everything that shapes the databases."""
    found = hashlib.sha256()
    for pattern in (
        "*/migrations/*.py",
        "privacy/vocabulary/migrations/*.py",
        "accounts/wall.py",
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


@pytest.fixture(scope="session")
def parts() -> parts_module.Parts:
    """The standing servers, started by the first test process that finds none."""
    return parts_module.standing(HOME)


@pytest.fixture(scope="session")
def django_db_setup(parts: parts_module.Parts, django_db_blocker: Any) -> Iterator[None]:
    """Clone this process's databases from the templates and point Django at them as `keepwell_app`."""
    template = f"t{fingerprint()}_"
    prefix = f"p{os.getpid()}_"
    superuser = parts.postgres
    with (
        parts_module.locked(HOME / "template.lock"),
        psycopg.connect(superuser, autocommit=True) as connection,
    ):
        built = connection.execute(
            "SELECT NOT datallowconn FROM pg_database WHERE datname = %s", [f"{template}region_au"]
        ).fetchone()
        if not (built and built[0]):
            drop_databases(connection, template)
            build_templates(parts, template)
        for name, kind in databases_of(prefix).items():
            connection.execute(
                f"CREATE DATABASE {name} TEMPLATE {template}{kind} OWNER keepwell_owner"
            )
            connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
            connection.execute(
                f"GRANT CONNECT ON DATABASE {name} TO "
                + ", ".join(f"keepwell_{r}" for r in PASSWORDS)
            )
    point_django_at(parts.port, prefix)
    yield
    with django_db_blocker.unblock():
        for each in connections.all():
            each.close()
    with psycopg.connect(superuser, autocommit=True) as admin:
        drop_databases(admin, prefix)


def point_django_at(port: int, prefix: str) -> None:
    """Give every alias its clone's name, the server's port and the role's password."""
    for alias in connections:
        kind = "control" if alias == "default" else alias.removesuffix("_reader")
        role = "exporter" if alias.endswith("_reader") else "app"
        for where in (connections[alias].settings_dict, settings.DATABASES[alias]):
            where.update(NAME=prefix + kind, HOST="127.0.0.1", PORT=port, PASSWORD=PASSWORDS[role])
    settings.DB_PASSWORDS.update(PASSWORDS)


KEPT = ("django_migrations", "django_content_type", "auth_permission")


def reset_through_the_owner(case: Any) -> None:
    """After a test with real transactions: empty every database as a superuser, since the app can't TRUNCATE."""
    superuser = parts_module.standing(HOME).postgres
    for alias in connections:
        if alias.endswith("_reader"):
            continue
        with psycopg.connect(
            superuser, dbname=connections[alias].settings_dict["NAME"]
        ) as database:
            tables = [
                row[0]
                for row in database.execute(
                    "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
                )
                if row[0] not in KEPT
            ]
            question = " UNION ALL ".join(
                f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables
            )
            filled = [row[0] for row in database.execute(question)]
            if filled:
                database.execute(f"TRUNCATE {', '.join(filled)} CASCADE")


def was_used(case: Any, connection: Any) -> bool:
    """Whether a test sent anything to a database; of the ten it may use it uses three, and the rest need no check."""
    inner = connection.connection
    return bool(
        inner
        and inner.info.transaction_status == TransactionStatus.INTRANS
        and not connection.needs_rollback
    )


TransactionTestCase._fixture_teardown = reset_through_the_owner  # type: ignore[attr-defined]
TestCase._should_check_constraints = was_used  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def valkey(parts: parts_module.Parts) -> str:
    """The address of the test Valkey."""
    return parts.valkey


@pytest.fixture(scope="session")
def cache_address(valkey: str) -> str:
    """The address of a cache that this test process may clear: each has a numbered one of its own."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return f"{valkey}/{2 + number % 14}"


@pytest.fixture(autouse=True)
def parts_of_this_test(tmp_path: Path, settings: Any, request: pytest.FixtureRequest) -> None:
    """Give each test its own object stores; forget keys and directory entries of the test before."""
    forget_everything()
    parts_module.still_used(HOME)
    settings.STORAGES = {
        **settings.STORAGES,
        **{
            f"objects_{code}": settings_of_store((tmp_path / "objects" / code).as_uri())
            for code in REGIONS
        },
    }


def forget_everything() -> None:
    """Drop what this process remembers between tests."""
    keyring.forget()
    directory.forget_all()
