"""The statements that the product sends: caught as they pass, counted, explained, sent again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connections
from django.test import Client as Inside

from accounts.tenancy import SETTINGS
from config.bench import plans
from config.bench.seeding import Practice

SAVEPOINTS = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement with its parameters and the database that it went to."""

    alias: str
    sql: str
    params: Any

    @property
    def is_reading(self) -> bool:
        """Whether it only reads rows of the region."""
        return (
            self.alias == "region_au"
            and self.sql.lstrip().startswith(("SELECT", "WITH"))
            and not self.sql.startswith("SELECT set_config")
            and " FOR UPDATE" not in self.sql
        )

    @property
    def table(self) -> str:
        """The table it reads first."""
        words = self.sql.split()
        return words[words.index("FROM") + 1].strip('"') if "FROM" in words else ""


@contextmanager
def caught() -> Iterator[list[Statement]]:
    """Collect every statement that this process sends to any database meanwhile."""
    found: list[Statement] = []

    def catcher(alias: str) -> Callable[..., Any]:
        def catch(
            execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
        ) -> Any:
            found.append(Statement(alias, sql, params))
            return execute(sql, params, many, context)

        return catch

    with ExitStack() as stack:
        for alias in connections:
            stack.enter_context(connections[alias].execute_wrapper(catcher(alias)))
        yield found


@dataclass(frozen=True, slots=True)
class Seen:
    """A page as seen from inside this process."""

    status: int
    body: bytes
    statements: list[Statement]

    @property
    def count(self) -> int:
        """How many statements it took, savepoints left out."""
        return sum(1 for each in self.statements if not each.sql.startswith(SAVEPOINTS))

    @property
    def reading(self) -> list[Statement]:
        """Its statements that read rows of the region."""
        return [each for each in self.statements if each.is_reading]


def visit(
    practice: Practice, path: str, fields: Mapping[str, str] | None = None, *, warm: bool = True
) -> Seen:
    """Return a page as its Owner gets it in this process, after a first visit that warms its memory."""
    browser = Inside(headers={"host": "localhost", "cookie": practice.headers["Cookie"]})
    if warm:
        _ask(browser, path, fields)
    with caught() as statements:
        answer = _ask(browser, path, fields)
    return Seen(answer.status_code, answer.content, statements)


def _ask(browser: Inside, path: str, fields: Mapping[str, str] | None) -> Any:
    return browser.get(path) if fields is None else browser.post(path, dict(fields))


@contextmanager
def tied(connection: psycopg.Connection[Any], practice: Practice) -> Iterator[None]:
    """Open a transaction that belongs to an account, as each request has one."""
    with connection.transaction():
        connection.execute(
            "SELECT set_config('app.account_id', %s, true)", [str(practice.account.id)]
        )
        for name in SETTINGS:
            connection.execute("SELECT set_config(%s, '', true)", [f"app.{name}"])
        yield


def send(connection: psycopg.Connection[Any], statements: Sequence[Statement]) -> None:
    """Send reading statements again and take their rows."""
    for each in statements:
        connection.execute(each.sql, each.params).fetchall()


def explained(
    connection: psycopg.Connection[Any], statements: Sequence[Statement]
) -> list[plans.Node]:
    """Send reading statements again and return how PostgreSQL went about each."""
    found = []
    for each in statements:
        answer = connection.execute(
            f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {each.sql}", each.params
        )
        ((told,),) = answer.fetchall()
        found.append(told[0]["Plan"])
    return found
