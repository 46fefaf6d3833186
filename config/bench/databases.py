"""Which of the bench's databases this process and its servers use: those with the short history or with the long one."""

from __future__ import annotations

from typing import Any

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql

from accounts import directory as accounts_directory
from clients import directory as clients_directory
from config.bench.stage import REGIONS, superuser
from config.roles import database_names, mark
from privacy.vocabulary import keyring


def duplicate(prefix: str, copy: str) -> None:
    """Make databases that begin with `copy` from those that begin with `prefix`, rights included."""
    forget()
    with psycopg.connect(superuser(settings.HOME), autocommit=True) as server:
        for name in database_names(REGIONS):
            server.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER keepwell_owner").format(
                    sql.Identifier(copy + name), sql.Identifier(prefix + name)
                )
            )
            server.execute(
                "UPDATE pg_database SET datacl = (SELECT datacl FROM pg_database WHERE datname = %s)"
                " WHERE datname = %s",
                [prefix + name, copy + name],
            )
            mark(server, copy + name)


def use(prefix: str) -> None:
    """Let this process work on the databases that begin with `prefix`."""
    forget()
    for alias in connections:
        where = connections[alias].settings_dict
        where["NAME"] = prefix + where["NAME"].partition("_")[2]


def forget() -> None:
    """Close every connection and drop all that this process remembers of the data."""
    for connection in connections.all():
        connection.close()
    keyring.forget()
    accounts_directory.forget_all()
    clients_directory.forget()


def tidy(prefix: str) -> None:
    """Give the planner its numbers and write everything out, so that no later job pays for it."""
    with connect(prefix) as connection:
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")


def connect(prefix: str, role: str = "", *, database: str = "region_au") -> psycopg.Connection[Any]:
    """Return a plain connection: of the superuser, whom no policy holds, or of one of our roles.

    It prepares statements as the product's connections do.
    """
    options: dict[str, Any] = {"dbname": prefix + database, "autocommit": True}
    if role:
        options |= {"user": f"keepwell_{role}", "password": settings.DB_PASSWORDS[role]}
    connection = psycopg.connect(superuser(settings.HOME), **options)
    connection.prepare_threshold = settings.DATABASES["region_au"]["OPTIONS"]["prepare_threshold"]
    return connection
