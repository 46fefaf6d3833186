"""Behind a pooler that shares one session no request sees another account's rows; a session's setting would (TI-5)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections
from django.db.backends.signals import connection_created
from django.test import Client as Browser

from accounts.models import Account
from accounts.tenancy import acting_in
from tests import parts as parts_module
from tests.browser import sign_in
from tests.conftest import PASSWORDS
from tests.factories import make_account, make_client, make_user
from tests.promises.pooling import PROGRAM, pooled

pytestmark = [
    pytest.mark.django_db(transaction=True, databases="__all__"),
    pytest.mark.skipif(not PROGRAM, reason="No pgbouncer here"),
]
THREADS = 8
COUNT = "SELECT count(*) FROM clients_client"


@dataclass(slots=True)
class Practice:
    """An account, its one client's name, and the cookies of its Owner."""

    account: Account
    name: str
    cookies: Any


@dataclass(slots=True)
class Seen:
    """What came of a storm of requests: errors, pages with a stranger's name, rows seen outside any account."""

    wrong: list[str] = field(default_factory=list)
    leaked: list[int] = field(default_factory=list)


@pytest.fixture
def practices() -> list[Practice]:
    made = []
    for name in ("Anselm Aardvark", "Berenice Buzzard"):
        user = make_user()
        account = make_account(owner=user)
        with acting_in(account.ref):
            given, family = name.split()
            make_client(given_name=given, family_name=family)
        browser = Browser()
        sign_in(browser, user, account)
        made.append(Practice(account, name, browser.cookies))
    return made


@pytest.fixture
def pooler(parts: parts_module.Parts, tmp_path: Path, practices: list[Practice]) -> Iterator[int]:
    with pooled(parts, tmp_path) as port:
        yield port


def storm(practices: list[Practice], port: int, requests: int) -> Seen:
    """Ask for pages of both practices from eight threads at once, and between them for rows of nobody."""
    seen = Seen()
    name = str(connections["region_au"].settings_dict["NAME"])
    begin = threading.Barrier(THREADS)

    def ask(number: int) -> None:
        mine, other = practices[number % 2], practices[1 - number % 2]
        browser = Browser(raise_request_exception=False)
        browser.cookies = mine.cookies
        answer = browser.get(f"/a/{mine.account.slug}/clients/")
        text = answer.content.decode()
        if answer.status_code != 200 or mine.name not in text:
            seen.wrong.append(f"{answer.status_code} without {mine.name}")
        if other.name in text:
            seen.wrong.append(f"{other.name} shown to {mine.name}")
        if number % 4 == 0:
            _look_in_passing(port, name, seen)

    def work(thread: int) -> None:
        begin.wait()
        try:
            for number in range(requests // THREADS):
                ask(number + thread)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(work, range(THREADS)))
    return seen


def _look_in_passing(port: int, name: str, seen: Seen) -> None:
    """Ask as a forgotten `acting_in` would: whatever the session was left with answers."""
    with psycopg.connect(
        host="127.0.0.1",
        port=port,
        dbname=name,
        user="keepwell_app",
        password=PASSWORDS["app"],
        autocommit=True,
        prepare_threshold=None,
    ) as passing:
        try:
            row = passing.execute(COUNT).fetchone()
        except psycopg.errors.DatabaseError:
            return  # no account: PostgreSQL refuses the statement
        seen.leaked.append(row[0] if row else 0)


@pytest.mark.parametrize("requests", [48, pytest.param(500, marks=pytest.mark.heavy)])
def test_no_request_sees_anothers_rows(
    practices: list[Practice], pooler: int, requests: int
) -> None:
    assert storm(practices, pooler, requests) == Seen()


def test_a_setting_of_the_session_would_be_seen(practices: list[Practice], pooler: int) -> None:
    def for_the_session(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if "set_config('app.account_id'" in sql:
            sql = sql.replace(", true)", ", false)")
        return execute(sql, params, many, context)

    def patch(connection: Any, **kwargs: Any) -> None:
        connection.execute_wrappers.append(for_the_session)

    connection_created.connect(patch)
    try:
        seen = storm(practices, pooler, 32)
    finally:
        connection_created.disconnect(patch)
    assert seen.leaked
    assert seen != Seen()
