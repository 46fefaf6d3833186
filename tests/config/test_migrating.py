"""Databases made together are the ones that migrations make one by one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from config.demo.servers import POSTGRES_PROGRAMS
from config.roles import create_roles_and_databases
from tests import parts as parts_module
from tests.databases import KINDS, PASSWORDS, as_owner, drop_databases, migrate_together

ROOT = Path(settings.BASE_DIR)
# What pg_dump makes up each time, and numbers of rows
CHANCE = re.compile(r"^\\(?:un)?restrict .*$|\d+", re.MULTILINE)


@pytest.fixture
def prefix(parts: parts_module.Parts) -> Iterator[str]:
    """What two sets of databases of this test begin with."""
    name = f"m{os.getpid()}_"
    yield name
    with psycopg.connect(parts.postgres, autocommit=True) as connection:
        drop_databases(connection, name)


def dump(parts: parts_module.Parts, name: str) -> list[str]:
    """Return every line that pg_dump writes about a database, but for when its migrations ran."""
    url = parts.postgres.rpartition("/")[0] + f"/{name}"
    told = subprocess.run(
        [POSTGRES_PROGRAMS / "pg_dump", "--inserts", "--exclude-table-data=django_migrations", url],
        capture_output=True,
        text=True,
        check=True,
    )
    return sorted(CHANCE.sub("", told.stdout).splitlines())


@pytest.mark.heavy
def test_made_together_or_one_by_one_is_the_same(parts: parts_module.Parts, prefix: str) -> None:
    together, apart = f"{prefix}a_", f"{prefix}b_"
    for each in (together, apart):
        create_roles_and_databases(parts.postgres, PASSWORDS, ("au",), each)
    migrate_together(parts, together)
    for alias in KINDS.values():
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--database", alias, "-v0"],
            cwd=ROOT,
            env=as_owner(parts, apart),
            check=True,
        )
    for kind in KINDS:
        name = "control" if kind == "control" else f"{kind}_au"
        one, other = dump(parts, together + name), dump(parts, apart + name)
        assert len(one) > 100
        assert one == other
