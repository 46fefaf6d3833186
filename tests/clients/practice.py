"""A signed-in browser in an account, and what the audit was told; for tests of the clients' pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connections
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, Role
from accounts.tenancy import acting_in
from clients import records
from clients.models import Client
from tests.browser import sign_in
from tests.factories import make_account, make_client, make_member, make_user

EVENT = re.compile(r"'([a-z]+\.[a-z_]+)'")


@contextmanager
def told() -> Iterator[list[str]]:
    """Collect the actions that are written to the audit queue, which the application itself can't read."""
    actions: list[str] = []
    with CaptureQueriesContext(connections["region_au"]) as queries:
        yield actions
    for query in queries.captured_queries:
        if query["sql"].startswith('INSERT INTO "accounts_auditqueue"'):
            actions += EVENT.findall(query["sql"])[:1]


@dataclass
class Practice:
    """A signed-in browser in an account."""

    account: Account
    browser: Browser

    def url(self, rest: str) -> str:
        """Return an address below the clients' pages."""
        return f"/a/{self.account.slug}/clients/{rest}"

    def get(self, rest: str = "", **more: Any) -> Any:
        """Ask for a page."""
        return self.browser.get(self.url(rest), **more)

    def post(self, rest: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
        return self.browser.post(self.url(rest), data or {}, **more)

    def client(self, **fields: Any) -> UUID:
        """Add a client; return the id."""
        with acting_in(self.account.ref):
            return make_client(**fields).pk

    def load(self, pk: UUID) -> Client:
        """Return a client with every field opened."""
        with acting_in(self.account.ref):
            found: Client = Client.objects.get(pk=pk)
            for name in records.EDITABLE:
                getattr(found, name)
            return found


def practice(role: str = Role.OWNER, account: Account | None = None) -> Practice:
    """Return somebody of this role, signed in."""
    owner = make_user()
    account = account or make_account(owner=owner)
    user = owner if role == Role.OWNER else make_member(account, role)[0]
    browser = Browser()
    sign_in(browser, user, account)
    return Practice(account, browser)
