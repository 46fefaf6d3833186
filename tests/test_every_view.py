"""Every address: declares who may use it, tells strangers and neighbours nothing, changes nothing by GET (TI-4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.apps import apps
from django.db import connections
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Account, AccountAnchor, User
from accounts.permissions import ROLE_PERMISSIONS, Audience, door_of
from accounts.tenancy import acting_in
from accounts.wall import tenant_models
from tests import parts
from tests.accounts.test_mirror import CHAIN, made
from tests.browser import sign_in
from tests.conftest import HOME
from tests.factories import make_account, make_member, make_user

# Addresses of Django's and allauth's own views; their doors are tested in tests/accounts/test_sign_in*.py
OUTSIDE = re.compile(r"^(sign-in/|admin/|demo/|static/|i18n/)")
PERSONAL_KINDS = (
    "Client",
    "Appointment",
    "Attendee",
    "Note",
    "NoteVersion",
    "Document",
    "Alert",
    "Practitioner",
)
OTHER_KINDS = (
    "Location",
    "Service",
    "Member",
    "Invitation",
    "Export",
    "NoteTemplate",
    "RegionSession",
    "WeeklyHours",
)


@dataclass(frozen=True)
class Address:
    """One pattern of the URL configuration."""

    route: str
    view: Any
    names: tuple[str, ...]

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
INSIDE = [address for address in ADDRESSES if address.route.startswith("a/<slug:slug>/")]
MEMBERS = [address for address in INSIDE if (door := door_of(address.view)) and door.permission]
KEYED = [address for address in MEMBERS if set(address.names) - {"slug"}]


def ids(address: Address) -> str:
    return address.route


@pytest.mark.parametrize("address", ADDRESSES, ids=ids)
def test_every_view_declares_who_may_use_it(address: Address) -> None:
    door = door_of(address.view)
    assert door is not None, (
        f"{address.route} declares nothing: use @require(…), @public or @signed_in"
    )
    if address.route.startswith("a/<slug:slug>/"):
        assert door.permission or door.audience == Audience.PUBLIC
    else:
        assert door.permission is None


def test_only_entering_and_invitations_are_open_inside_an_account() -> None:
    open_ones = {address.route for address in INSIDE if address not in MEMBERS}
    assert all(re.search(r"enter|invitation|join|leave", route) for route in open_ones), open_ones


@pytest.fixture
def practice() -> tuple[User, Account]:
    user = make_user()
    return user, make_account(owner=user)


def values_for(address: Address, slug: str, key: object) -> dict[str, object]:
    return {name: slug if name == "slug" else key for name in address.names}


@pytest.mark.django_db(databases="__all__")
@pytest.mark.parametrize("address", MEMBERS, ids=ids)
def test_a_stranger_is_sent_to_sign_in(
    address: Address, practice: tuple[User, Account], client: Browser
) -> None:
    path = address.path(**values_for(address, practice[1].slug, uuid4()))
    response = client.get(path)
    assert (response.status_code, response.headers["Location"].split("?")[0]) == (
        302,
        f"/enter/{practice[1].slug}/",
    )
    assert client.post(path).status_code == 401


@pytest.mark.django_db(databases="__all__")
@pytest.mark.parametrize("address", MEMBERS, ids=ids)
def test_a_member_of_another_account_finds_nothing(
    address: Address, practice: tuple[User, Account], client: Browser
) -> None:
    neighbour = make_user()
    theirs = make_account(owner=neighbour)
    sign_in(client, neighbour, theirs, stepped_up=True)
    # Even the cookie of one account under the name of another opens nothing
    ours = client.cookies[f"kw-{theirs.slug}"].value
    client.cookies[f"kw-{practice[1].slug}"] = ours
    path = address.path(**values_for(address, practice[1].slug, uuid4()))
    assert client.get(path).status_code in (302, 404)
    assert client.post(path).status_code in (401, 404)


@pytest.mark.django_db(databases="__all__")
@pytest.mark.parametrize("address", MEMBERS, ids=ids)
def test_a_role_without_the_permission_is_refused(
    address: Address, practice: tuple[User, Account], client: Browser
) -> None:
    door = door_of(address.view)
    assert door is not None
    lacking = [role for role, held in ROLE_PERMISSIONS.items() if door.permission not in held]
    for role in lacking:
        user, _ = make_member(practice[1], role)
        sign_in(client, user, practice[1], stepped_up=True)
        path = address.path(**values_for(address, practice[1].slug, uuid4()))
        assert client.get(path).status_code == 403
        assert client.post(path).status_code == 403


def fill(account: Account) -> dict[str, UUID]:
    """Make one row of every kind; return their ids by kind."""
    existing: dict[Any, Any] = {}
    with acting_in(account.ref):
        for model in tenant_models(apps.get_models()):
            if model is not AccountAnchor and model.__name__ not in CHAIN:
                made(model, existing)
    return {model.__name__: row.pk for model, row in existing.items()}


def fingerprint_of(account: Account) -> dict[str, str]:
    """Return a hash of every table's rows of an account, read by a superuser."""
    found = {}
    database = connections["region_au"].settings_dict["NAME"]
    with psycopg.connect(parts.standing(HOME).postgres, dbname=database) as connection:
        for model in tenant_models(apps.get_models()):
            table = model._meta.db_table
            row = connection.execute(
                f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t WHERE account_id = %s",
                [account.pk],
            ).fetchone()
            found[table] = row[0] if row else ""
    return found


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
    before = fingerprint_of(neighbour)
    sign_in(client, user, account, stepped_up=True)
    for address in KEYED:
        for method in (client.get, client.post):
            random = uuid4()
            nobody = method(address.path(**values_for(address, account.slug, random)))
            expected = (nobody.status_code, without_ids(getattr(nobody, "content", b""), random))
            for kind in (*PERSONAL_KINDS, *OTHER_KINDS):
                answer = method(address.path(**values_for(address, account.slug, theirs[kind])))
                assert (
                    answer.status_code,
                    without_ids(getattr(answer, "content", b""), theirs[kind]),
                ) == expected, (
                    address.route,
                    kind,
                )
    assert fingerprint_of(neighbour) == before


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_looking_changes_nothing(client: Browser) -> None:
    user = make_user()
    account = make_account(owner=user)
    rows = fill(account)
    sign_in(client, user, account, stepped_up=True)
    quiet = ("accounts_auditqueue", "accounts_regionsession")
    for address in MEMBERS:
        for kind in (*PERSONAL_KINDS, *OTHER_KINDS) if address in KEYED else ("Client",):
            before = {
                name: value for name, value in fingerprint_of(account).items() if name not in quiet
            }
            client.get(address.path(**values_for(address, account.slug, rows[kind])))
            after = {
                name: value for name, value in fingerprint_of(account).items() if name not in quiet
            }
            assert after == before, address.route
