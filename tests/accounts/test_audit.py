"""The audit: in the same transaction as the change, chained by another role, provable (AU-1 to AU-3, AU-5, AU-7)."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections

from accounts import audit, sequencer
from accounts.models import Account
from accounts.tenancy import acting_in
from accounts.verification import events, verify
from clients.models import Client
from privacy.vocabulary import keyring
from privacy.vocabulary.scope import SYSTEM
from tests import parts
from tests.conftest import HOME
from tests.factories import make_account, make_client

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


def superuser(alias: str = "region_au") -> psycopg.Connection[Any]:
    server = parts.standing(HOME).postgres
    return psycopg.connect(server, dbname=connections[alias].settings_dict["NAME"], autocommit=True)


def drain() -> None:
    while sequencer.sequence("au-1"):
        pass


@pytest.fixture
def account() -> Account:
    made = make_account()
    with acting_in(made.ref):
        for number in range(5):
            audit.record(f"test.{number}", by=SYSTEM, detail={"fields": ["name"]})
    drain()
    sequencer.anchor("au-1")
    return made


@pytest.mark.parametrize("verb", ["SELECT 1 FROM", "UPDATE", "DELETE FROM", "TRUNCATE"])
@pytest.mark.parametrize(
    "table", ["accounts_auditqueue", "accounts_auditevent", "accounts_audithead"]
)
def test_the_application_may_only_add_to_the_queue(account: Account, verb: str, table: str) -> None:
    rest = " SET action = 'x'" if verb == "UPDATE" else ""
    rest = " SET seq = 1" if rest and table == "accounts_audithead" else rest
    with pytest.raises(DatabaseError, match="permission denied"), acting_in(account.ref):
        connections["region_au"].cursor().execute(f"{verb} {table}{rest}")


@pytest.mark.parametrize(
    "attempt",
    [
        "SET session_replication_role = replica",
        "ALTER TABLE accounts_auditevent DISABLE TRIGGER ALL",
        "ALTER TABLE accounts_auditevent DISABLE ROW LEVEL SECURITY",
    ],
)
def test_the_application_cant_switch_the_guards_off(account: Account, attempt: str) -> None:
    with (
        pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
        acting_in(account.ref),
    ):
        connections["region_au"].cursor().execute(attempt)


def test_a_change_that_fails_leaves_no_event(account: Account) -> None:
    before = verify(account.ref)[0]
    with pytest.raises(ZeroDivisionError), acting_in(account.ref):
        audit.record("test.failed", by=SYSTEM, count=1 // 0)
    drain()
    assert verify(account.ref)[0] == before


def test_a_sensitive_read_is_an_event_a_personal_one_is_not(account: Account) -> None:
    with acting_in(account.ref):
        pk = make_client(admin_notes="Prefers mornings").pk
    drain()
    before = verify(account.ref)[0]
    with acting_in(account.ref):
        assert Client.objects.get(pk=pk).full_name
    drain()
    assert verify(account.ref)[0] == before
    with acting_in(account.ref):
        assert Client.objects.get(pk=pk).admin_notes == "Prefers mornings"
    drain()
    with acting_in(account.ref, reading=True):
        last = list(events())[-1]
    assert (last["action"], last["kind"], last["client_id"]) == (
        "record.read",
        "clients.Client",
        pk,
    )


def test_a_chain_is_whole_and_anchored(account: Account) -> None:
    assert verify(account.ref) == (6, 6, [])
    out = StringIO()
    call_command("audit", "verify", stdout=out)
    assert f"{account.slug}: 6 links, anchored up to 6, whole" in out.getvalue()


def rechain(connection: psycopg.Connection[Any]) -> None:
    """What a clever intruder with all rights would do: change an event and compute every hash anew."""
    from accounts.chain import GENESIS, link

    previous = GENESIS
    cursor = connection.execute("SELECT * FROM accounts_auditevent ORDER BY seq")
    names = [column.name for column in cursor.description or ()]
    for row in cursor.fetchall():
        event = dict(zip(names, row, strict=True))
        if event["seq"] == 3:
            event["action"] = "test.forged"
        digest = link(previous, event)
        connection.execute(
            "UPDATE accounts_auditevent SET action = %s, previous_hash = %s, hash = %s WHERE id = %s",
            [event["action"], previous, digest, event["id"]],
        )
        previous = digest
    connection.execute("UPDATE accounts_audithead SET hash = %s", [previous])


@pytest.mark.parametrize(
    ("mutation", "said"),
    [
        ("UPDATE accounts_auditevent SET action = 'test.other' WHERE seq = 3", "was altered"),
        ("UPDATE accounts_auditevent SET detail = NULL WHERE seq = 3", "was altered"),
        ("DELETE FROM accounts_auditevent WHERE seq = 3", "is missing"),
        ("DELETE FROM accounts_auditevent WHERE seq > 4", "was anchored and is gone"),
        (
            "INSERT INTO accounts_auditevent SELECT uuidv7(), account_id, at_us, actor_kind, actor_id, 'test.extra', kind,"
            " object_id, client_id, purpose, result, request_id, count, detail, 7, previous_hash, hash"
            " FROM accounts_auditevent WHERE seq = 6",
            "does not follow",
        ),
        (
            "UPDATE accounts_auditevent SET seq = CASE seq WHEN 3 THEN -4 ELSE -3 END WHERE seq IN (3, 4);"
            " UPDATE accounts_auditevent SET seq = -seq WHERE seq < 0",
            "does not follow",
        ),
        (rechain, "differs from the signed anchor"),
    ],
)
def test_every_kind_of_tampering_is_found(
    account: Account, mutation: str | Callable[[psycopg.Connection[Any]], None], said: str
) -> None:
    with superuser() as connection:
        if callable(mutation):
            mutation(connection)
        else:
            for statement in mutation.split(";"):
                connection.execute(statement)
    found = verify(account.ref)[2]
    assert any(said in finding.what for finding in found), found
    with pytest.raises(CommandError):
        call_command("audit", "verify", stdout=StringIO())


def test_a_forged_anchor_is_refused(account: Account) -> None:
    store = storages["objects_au"]
    name = "anchors/000000001.json"
    with store.open(name) as handle:
        document = json.load(handle)
    document["anchor"] = document["anchor"].replace('"number":1', '"number":1 ')
    store.delete(name)
    store.save(name, ContentFile(json.dumps(document).encode()))
    with pytest.raises(ValueError, match="forged"):
        verify(account.ref)


def test_two_sequencers_cant_fork_and_an_idle_one_loses_nothing(account: Account) -> None:
    with acting_in(account.ref):
        audit.record("test.waits", by=SYSTEM)
    with superuser() as holder:
        holder.execute("SELECT pg_advisory_lock(%s)", [sequencer.LOCK])
        assert sequencer.sequence("au-1") == 0
    assert sequencer.sequence("au-1") == 1
    assert verify(account.ref) == (7, 6, [])


def test_a_shredded_client_leaves_the_chain_whole(account: Account) -> None:
    with acting_in(account.ref):
        client = make_client()
        audit.record(
            "client.changed",
            by=SYSTEM,
            of=client,
            client_id=client.pk,
            detail={"fields": ["email"]},
        )
    drain()
    with acting_in(account.ref):
        keyring.destroy_client_keys([client.pk])
    assert verify(account.ref)[2] == []
