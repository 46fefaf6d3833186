"""Every address: declares who may use it, tells strangers and neighbours nothing, changes nothing by GET (TI-4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import md5
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.apps import apps
from django.db import connections
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Account, AccountAnchor, User
from accounts.permissions import Audience, Door, Permission, door_of
from accounts.tenancy import acting_in
from accounts.wall import tenant_models
from tests import parts
from tests.accounts.test_mirror import CHAIN, made
from tests.browser import sign_in
from tests.conftest import HOME
from tests.drawing import both_ways
from tests.factories import make_account, make_user

# Addresses of Django's and allauth's own views; their doors are tested in tests/accounts/test_sign_in*.py
OUTSIDE = re.compile(r"^(sign-in/|admin/|demo/|static/|i18n/)")

# What a table without rows comes to, and those where nothing is put by hand
NOTHING = md5(b"").hexdigest()
CHAINED = {apps.get_model("accounts", name)._meta.db_table for name in CHAIN}


@dataclass(frozen=True)
class Address:
    """One pattern of the URL configuration."""

    route: str
    view: Any
    names: tuple[str, ...]

    @property
    def door(self) -> Door:
        found = door_of(self.view)
        assert found is not None, self.route
        return found

    def path(self, **values: object) -> str:
        """Fill the pattern's parameters in."""
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(values[match[1]]), self.route)


def walk(patterns: Any, prefix: str = "") -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield Address(route, pattern.callback, tuple(re.findall(r"<(?:\w+:)?(\w+)>", route)))
        elif isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, route)


ADDRESSES = [
    address for address in walk(get_resolver().url_patterns) if not OUTSIDE.match(address.route)
]


def permission_of(address: Address) -> Permission | None:
    door = door_of(address.view)
    return door.permission if door else None


INSIDE = [address for address in ADDRESSES if address.route.startswith("a/<slug:slug>/")]
MEMBERS = [address for address in INSIDE if permission_of(address)]
KEYED = [address for address in MEMBERS if set(address.names) - {"slug"}]


def test_every_view_declares_who_may_use_it() -> None:
    """By @require(…), @public or @signed_in."""
    assert [each.route for each in ADDRESSES if door_of(each.view) is None] == []
    for address in ADDRESSES:
        door = door_of(address.view)
        assert door is not None
        if address in INSIDE:
            assert door.permission or door.audience == Audience.PUBLIC, address.route
        else:
            assert door.permission is None, address.route


def test_only_entering_and_invitations_are_open_inside_an_account() -> None:
    open_ones = {address.route for address in INSIDE if address not in MEMBERS}
    assert all(re.search(r"enter|invitation|join|leave", route) for route in open_ones), open_ones


@pytest.fixture
def practice() -> tuple[User, Account]:
    user = make_user()
    return user, make_account(owner=user)


def values_for(address: Address, slug: str, key: object) -> dict[str, object]:
    return {name: _value(address, name, slug, key) for name in address.names}


def _value(address: Address, name: str, slug: str, key: object) -> object:
    if name == "slug":
        return slug
    return 1 if f"<int:{name}>" in address.route else key


@pytest.mark.django_db(databases="__all__")
def test_a_stranger_is_sent_to_sign_in(practice: tuple[User, Account], client: Browser) -> None:
    slug = practice[1].slug
    for address in MEMBERS:
        path = address.path(**values_for(address, slug, uuid4()))
        response = client.get(path)
        seen = (response.status_code, response.headers.get("Location", "").split("?")[0])
        assert (*seen, client.post(path).status_code) == (302, f"/enter/{slug}/", 401), path


@pytest.mark.django_db(databases="__all__")
def test_a_member_of_another_account_finds_nothing(
    practice: tuple[User, Account], client: Browser
) -> None:
    neighbour = make_user()
    theirs = make_account(owner=neighbour)
    sign_in(client, neighbour, theirs, stepped_up=True)
    # Even the cookie of one account under the name of another opens nothing
    stolen = client.cookies[f"kw-{theirs.slug}"].value
    for address in MEMBERS:
        client.cookies[f"kw-{practice[1].slug}"] = stolen
        path = address.path(**values_for(address, practice[1].slug, uuid4()))
        assert client.get(path).status_code in (302, 404), path
        assert client.post(path).status_code in (401, 404), path


def fill(account: Account) -> UUID:
    """Make one row of every kind, all with the id that is returned: whatever an address asks for, there is one."""
    existing: dict[Any, Any] = {}
    key = uuid4()
    with acting_in(account.ref):
        for model in tenant_models(apps.get_models()):
            if model is not AccountAnchor and model.__name__ not in CHAIN:
                assert made(model, existing, pk=key).pk == key
    return key


@contextmanager
def fingerprints(account: Account) -> Iterator[Callable[[], dict[str, str]]]:
    """Give a function that returns a hash of every table's rows of an account, read by a superuser."""
    tables = [model._meta.db_table for model in tenant_models(apps.get_models())]
    question = " UNION ALL ".join(
        f"SELECT '{table}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
        f" FROM {table} t WHERE account_id = %(account)s"
        for table in tables
    )
    database = connections["region_au"].settings_dict["NAME"]
    superuser = parts.standing(HOME).postgres
    with psycopg.connect(superuser, dbname=database, autocommit=True) as connection:
        yield lambda: dict(connection.execute(question, {"account": account.pk}).fetchall())


def without_ids(body: bytes, key: object) -> str:
    text = body.decode(errors="replace").replace(str(key), "ID")
    text = re.sub(r'nonce="[^"]*"|csrfmiddlewaretoken" value="[^"]*"', "", text)
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID", text)
    return re.sub(r"(data-csrf|content|X-CSRFToken)[^>]*", "", text)


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_a_neighbours_rows_look_like_rows_that_never_were(client: Browser) -> None:
    user, neighbour = make_user(), make_account()
    account = make_account(owner=user)
    theirs = fill(neighbour)
    sign_in(client, user, account, stepped_up=True)
    with fingerprints(neighbour) as now:
        before = now()
        for address in KEYED:
            for method in (client.get, client.post):
                seen = []
                for key in (uuid4(), theirs):
                    answer = method(address.path(**values_for(address, account.slug, key)))
                    body = without_ids(getattr(answer, "content", b""), key)
                    seen.append((answer.status_code, body))
                assert seen[0] == seen[1], address.route
        assert now() == before


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_looking_changes_nothing_and_draws_what_django_would(client: Browser) -> None:
    user = make_user()
    account = make_account(owner=user)
    key = fill(account)
    sign_in(client, user, account, stepped_up=True)
    # What was looked at, who is here, and that a print or download left
    quiet = {"accounts_auditqueue", "accounts_regionsession", "clients_disclosure"}
    with fingerprints(account) as now, both_ways() as drawn:
        before, shown = now(), 0
        assert {table for table in before if before[table] == NOTHING} <= CHAINED
        for address in MEMBERS:
            page = client.get(address.path(**values_for(address, account.slug, key)))
            shown += page.status_code == 200
            after = now()
            changed = {table for table in after if after[table] != before[table]} - quiet
            assert (address.route, changed) == (address.route, set())
    assert shown > len(MEMBERS) / 2
    assert len(set(drawn)) > 50
