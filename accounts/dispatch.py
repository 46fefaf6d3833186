"""Finds due jobs, and accounts by their slug, across all accounts of a cell, with a role that sees ids and no data."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connections

from accounts.cells import cell
from accounts.tenancy import AccountRef
from accounts.whereabouts.declared import WrongPlace
from accounts.whereabouts.proof import require_database
from privacy.vocabulary import clock

# How a plain connection is made as Django's are: it verifies the server, and keeps nothing in a pooler's session
AS_DJANGO = ("ssl", "prepare_threshold")

DUE = """
SELECT j.id, j.account_id, a.slug FROM accounts_outboxjob j JOIN accounts_accountanchor a USING (account_id)
WHERE j.done_at IS NULL AND j.failed_at IS NULL AND j.run_at <= %(now)s
  AND a.state NOT IN ('moving', 'left')
  AND (j.leased_until IS NULL OR j.leased_until < %(now)s)
ORDER BY j.run_at LIMIT %(most)s
"""


def connect(cell_name: str, role: str, *, autocommit: bool = True) -> psycopg.Connection[Any]:
    """Return a plain connection to a cell's region database as one of the narrow roles (dispatch, audit, purger)."""
    return connect_to(cell(cell_name).database, role, autocommit=autocommit)


def connect_to(alias: str, role: str, *, autocommit: bool = True) -> psycopg.Connection[Any]:
    """Return a plain connection to the database that an alias stands for, as one of the narrow roles."""
    where = connections[alias].settings_dict
    connection = psycopg.connect(
        host=where["HOST"],
        port=where["PORT"],
        dbname=where["NAME"],
        user=f"keepwell_{role}",
        password=(settings.CONTROL_PASSWORDS if alias == "default" else settings.DB_PASSWORDS)[
            role
        ],
        application_name=f"keepwell {role}",
        connect_timeout=5,
        autocommit=autocommit,
        **{name: value for name, value in where["OPTIONS"].items() if name.startswith(AS_DJANGO)},
    )
    try:
        require_database(alias, connection)
    except WrongPlace:
        connection.close()
        raise
    return connection


def due(cell_name: str, most: int = 200) -> list[tuple[AccountRef, UUID]]:
    """Return the jobs of a cell that should start now: new ones, and those whose worker died."""
    with connect(cell_name, "dispatch") as connection:
        rows = connection.execute(DUE, {"now": clock.now(), "most": most}).fetchall()
    return [(AccountRef(account_id, slug, cell_name), job_id) for job_id, account_id, slug in rows]


def accounts_of(cell_name: str) -> list[AccountRef]:
    """Return every account that lives in a cell, so that maintenance can enter one after the other."""
    with connect(cell_name, "dispatch") as connection:
        rows = connection.execute(
            "SELECT account_id, slug FROM accounts_accountanchor ORDER BY 1"
        ).fetchall()
    return [AccountRef(account_id, slug, cell_name) for account_id, slug in rows]


def account_called(slug: str, cell_name: str) -> AccountRef | None:
    """Return the account of a cell that has this slug and may be entered; None when the cell knows none."""
    with connect(cell_name, "dispatch") as connection:
        row = connection.execute(
            "SELECT account_id FROM accounts_accountanchor WHERE slug = %s AND state NOT IN ('purging', 'left')",
            [slug],
        ).fetchone()
    return AccountRef(row[0], slug, cell_name) if row else None
