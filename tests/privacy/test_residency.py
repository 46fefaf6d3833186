"""The census finds what lies where it shouldn't, in every kind of store, and each account gets its statement (RP-6)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client as Browser

from accounts import objects, sequencer
from accounts.models import Account, AuditEvent
from accounts.tenancy import acting_in
from accounts.whereabouts import marking
from config import celery
from config.demo.servers import Valkey
from privacy.models import ResidencyStatement
from privacy.residency import census, statements
from tests import parts
from tests.browser import sign_in
from tests.conftest import HOME
from tests.factories import make_account, make_member, make_user
from tests.privacy import scene

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)


@pytest.fixture(autouse=True)
def valkeys(tmp_path: Path, settings: Any) -> Iterator[None]:
    """Give each region a Valkey of its own, as they have outside tests."""
    running = {code: Valkey(tmp_path / code) for code in settings.REGION_CODES}
    settings.VALKEYS = {code: each.start() for code, each in running.items()}
    settings.CACHES = settings.CACHES | {
        code: {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": f"{url}/1",
            "KEY_PREFIX": "a",
        }
        for code, url in settings.VALKEYS.items()
    }
    for kept in (celery.broker, celery._probe):
        kept.cache_clear()
    yield
    for kept in (celery.broker, celery._probe):
        kept.cache_clear()
    for each in running.values():
        each.stop()


def superuser(alias: str) -> psycopg.Connection[Any]:
    """Connect past every wall, as what goes wrong might."""
    name = connections[alias].settings_dict["NAME"]
    return psycopg.connect(parts.standing(HOME).postgres, dbname=name, autocommit=True)


def command(*arguments: str) -> str:
    told = StringIO()
    try:
        call_command("residency", "census", *arguments, stdout=told)
    except CommandError as error:
        told.write(f"CommandError: {error}")
    return told.getvalue()


def test_each_account_gets_its_statement(client: Browser) -> None:
    user = make_user()
    account, other = make_account(owner=user), make_account(country="IE")
    scene.fill(account)
    sequencer.anchor("au-1")  # what a store holds of nobody is no finding
    marking.mark_stores()
    sign_in(client, user, account)
    page = f"/a/{account.slug}/residency/"
    assert "Not counted yet" in client.get(page).content.decode()
    assert "2 accounts in au-1, eu-1, us-1, 2 statements, 0 findings." in command()
    with acting_in(account.ref):
        statement = ResidencyStatement.objects.get()
        told = json.loads(statement.text)
        assert (told["region"], told["elsewhere"]) == ("au", [])
        assert (told["held"]["clients.Client"], told["held"]["objects"]) == (1, 1)
        assert told["held"]["keys"] == 2
        assert statements.holds(statement, "au")
        assert not statements.holds(statement, "eu")
    with acting_in(other.ref):
        assert json.loads(ResidencyStatement.objects.get().text)["region"] == "eu"
    shown = client.get(page).content.decode()
    assert "Only here" in shown
    assert "Frankfurt, Oregon, Sydney" in shown
    file = client.get(f"{page}{statement.pk}/file/").json()
    assert (file["text"], file["signature"]) == (statement.text, statement.signature)
    for role, status in (("reception", 403), ("owner", 200)):
        if role != "owner":
            member, _ = make_member(account, role)
            sign_in(client, member, account)
        else:
            sign_in(client, user, account)
        assert client.get(page).status_code == status


def test_what_is_astray_is_found_in_every_store(settings: Any) -> None:
    account, stranger = make_account(), uuid4()
    scene.fill(account)
    # A row of an account that lives elsewhere, past every constraint
    with superuser("region_eu") as region:
        region.execute("SET session_replication_role = replica")
        region.execute(
            "INSERT INTO accounts_outboxjob"
            " (id, account_id, name, payload, run_at, attempts, error, created_at, progress, total)"
            " VALUES (gen_random_uuid(), %s, 'x', '{}', now(), 0, '', now(), 0, 0)",
            [account.pk],
        )
    with superuser("keyring_us") as ring:
        ring.execute(
            "INSERT INTO vocabulary_accountkey (id, account_id, version, wrapped, wrapped_by, created_at)"
            " VALUES (gen_random_uuid(), %s, 1, 'x', 'x', now())",
            [stranger],
        )
    with objects.writing("eu-1", objects.new_key(account.pk)) as target:
        target.write(b"sealed")
    caches["eu"].set(f"{account.pk}:booking:0", 1)
    celery.nudge("us-1", account.pk, uuid4())
    with superuser("default") as control:
        control.execute("CREATE TABLE clients_client (given_name text)")
        control.execute("ALTER TABLE accounts_account ADD COLUMN client_name text")
    try:
        told = command()
        taken = census.take()
    finally:
        with superuser("default") as control:
            control.execute("DROP TABLE clients_client")
            control.execute("ALTER TABLE accounts_account DROP COLUMN client_name")
    assert [str(each) for each in taken.findings] == [
        f"eu-1: 1 in accounts_outboxjob of {account.pk}",
        f"eu-1: 1 in cached of {account.pk}",
        f"eu-1: 1 in objects of {account.pk}",
        *sorted(
            (
                f"us-1: 1 in queued of {account.pk}",
                f"us-1: 1 in keys of {stranger}",
            ),
            key=lambda line: line.rpartition(" ")[2],
        ),
        "control: 1 in accounts_account.client_name",
        "control: 1 in clients_client",
    ]
    assert "CommandError: Something lies where it shouldn't." in told
    with acting_in(account.ref):
        statement = ResidencyStatement.objects.get()
        assert statement.findings == 4
        assert len(json.loads(statement.text)["elsewhere"]) == 4
    sequencer.sequence("au-1")
    with acting_in(account.ref, reading=True):
        assert AuditEvent.objects.get(action="residency.counted").result == "astray"


def test_an_account_that_is_gone_may_have_nothing_left() -> None:
    account = make_account()
    scene.fill(account)
    Account.objects.filter(pk=account.pk).update(state=Account.State.CLOSED)
    found = {(each.where, each.whose) for each in census.take().findings}
    assert found == {("au-1", str(account.pk))}


def test_without_the_backup_role_nothing_is_counted(settings: Any) -> None:
    settings.DB_PASSWORDS = {**settings.DB_PASSWORDS, "backup": ""}
    assert "Set DB_PASSWORD_BACKUP" in command()
