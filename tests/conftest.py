"""Real parts for every test: PostgreSQL databases cloned from a template, the app's own role, Valkey, files, mail."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from functools import cache
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
from privacy.erasure import gate
from privacy.vocabulary import keyring
from tests import parts as parts_module
from tests.databases import HOME, PASSWORDS, REGIONS, ROOT, clone, drop_databases, environment

__all__ = ["HOME", "PASSWORDS", "ROOT", "environment"]  # by these names tests know them

# What bin/test says, for those who call pytest by itself: our test processes and children share compiled Python
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / ".local" / "pycache"))


@pytest.fixture(scope="session")
def parts() -> parts_module.Parts:
    """The standing servers, started by the first test process that finds none."""
    return parts_module.standing(HOME)


@pytest.fixture(scope="session")
def django_db_setup(parts: parts_module.Parts, django_db_blocker: Any) -> Iterator[None]:
    """Clone this process's databases from the templates and point Django at them as `keepwell_app`."""
    prefix = f"p{os.getpid()}_"
    clone(parts, prefix)
    point_django_at(parts.port, prefix)
    yield
    with django_db_blocker.unblock():
        for each in connections.all():
            each.close()
    for known in SUPERUSERS.values():
        known.close()
    with psycopg.connect(parts.postgres, autocommit=True) as admin:
        drop_databases(admin, prefix)


def point_django_at(port: int, prefix: str) -> None:
    """Give every alias its clone's name, the server's port and the role's password."""
    for alias in connections:
        kind = "control" if alias == "default" else alias.removesuffix("_reader")
        role = "exporter" if alias.endswith("_reader") else "app"
        for where in (connections[alias].settings_dict, settings.DATABASES[alias]):
            where.update(NAME=prefix + kind, HOST="127.0.0.1", PORT=port, PASSWORD=PASSWORDS[role])
    settings.DB_PASSWORDS.update(PASSWORDS)
    settings.CONTROL_PASSWORDS.update(PASSWORDS)


KEPT = ("django_migrations", "django_content_type", "auth_permission")
CELLS = [*(f"{code}-1" for code in REGIONS), "control"]
SUPERUSERS: dict[str, psycopg.Connection[Any]] = {}


def superuser_of(name: str) -> psycopg.Connection[Any]:
    """Return a connection to one database that stays, since a new one reads the whole catalog first."""
    known = SUPERUSERS.get(name)
    if known is None or known.closed:
        url = parts_module.standing(HOME).postgres
        known = SUPERUSERS[name] = psycopg.connect(url, dbname=name, autocommit=True)
        known.execute("SET session_replication_role = replica")  # no trigger and no key objects
    return known


@cache
def emptying(name: str) -> str:
    """Return one statement that deletes every row of every table of a database."""
    tables = superuser_of(name).execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL(%s)",
        [[*KEPT]],
    )
    deleting = [f"t{number} AS (DELETE FROM {table})" for number, (table,) in enumerate(tables)]
    return f"WITH {', '.join(deleting)} SELECT"


def reset_through_the_owner(case: Any) -> None:
    """After a test with real transactions: empty every database as a superuser, since the app can't.

    By DELETE, as TRUNCATE makes new files for each table, its indexes, and all tables that point at it.
    """
    for alias in connections:
        if alias.endswith("_reader"):
            continue
        name = connections[alias].settings_dict["NAME"]
        try:
            superuser_of(name).execute(emptying(name), prepare=True)
        except psycopg.OperationalError:  # a test that ends all connections ended ours, too
            superuser_of(name).execute(emptying(name), prepare=True)


def close_broken_connections(case: Any) -> bool:
    """After the same: connections stay, as they were when they were new; those that a test broke don't."""
    for each in connections.all(initialized_only=True):
        inner = each.connection
        if inner is None:
            continue
        try:
            is_good = inner.info.transaction_status == TransactionStatus.IDLE
            inner.execute("RESET ALL")
        except psycopg.Error:
            is_good = False
        if not is_good:
            each.close()
    return False


def was_used(case: Any, connection: Any) -> bool:
    """Whether a test sent anything to a database; of the ten it may use it uses three, and the rest need no check."""
    inner = connection.connection
    return bool(
        inner
        and inner.info.transaction_status == TransactionStatus.INTRANS
        and not connection.needs_rollback
    )


TransactionTestCase._fixture_teardown = reset_through_the_owner  # type: ignore[attr-defined]
TransactionTestCase._should_reload_connections = close_broken_connections  # type: ignore[attr-defined]
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
            for code in (*REGIONS, "control")
        },
    }


def forget_everything() -> None:
    """Drop what this process remembers between tests."""
    keyring.forget()
    directory.forget_all()
    for each in CELLS:  # each test's store is new, and so is what its database knows of the ledger
        gate._known[each] = (time.monotonic() + gate.AGAIN_SECONDS, "")
