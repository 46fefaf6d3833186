"""Newer keys while people work: nothing unreadable, nothing left under the old one, killed or not (CR-4)."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections

from accounts import audit, dispatch, objects
from accounts.models import Account
from accounts.tenancy import acting_in
from clients.documents import storing
from clients.models import Client, Document
from notes.models import Note
from privacy import catalog
from privacy.inventory import kinds_in
from privacy.rotation import renewing, resealing
from privacy.rotation.resealing import Whose, sealed_of
from privacy.sweeping import remove_orphaned_objects
from privacy.vocabulary import keyring, sealing
from privacy.vocabulary.fields import is_unreadable
from privacy.vocabulary.placement import Placement
from tests import parts as parts_module
from tests.conftest import ROOT, environment
from tests.factories import make_account, make_client, owner_of
from tests.privacy import scene

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


class Killed(Exception):
    """Stands for the end of the process between two steps."""


def until(step: str) -> Callable[[str], None]:
    def after(done: str) -> None:
        if done == step:
            raise Killed

    return after


def values(account: Account) -> dict[tuple[str, UUID, str], Any]:
    """Return every sealed value of an account, opened, but for where its files lie."""
    keyring.forget()
    with acting_in(account.ref):
        found = {
            (kind.label, row.pk, field.attname): getattr(row, field.attname)
            for kind in kinds_in(Placement.REGION)
            if sealed_of(kind)
            for row in kind.model._default_manager.all()
            for field in sealed_of(kind)
            if field.attname != "file_key"
        }
        documents = Document.objects.all()
        return found | {("file", row.pk, ""): storing.opened(row).read() for row in documents}


def keys_in_use(account: Account, client_id: UUID) -> set[UUID]:
    """Return the ids of the keys under which a client's values lie."""
    used = set()
    with acting_in(account.ref):
        for kind in kinds_in(Placement.REGION):
            if kind.declared.client and sealed_of(kind):
                rows = kind.model._default_manager.filter(**{kind.declared.client: client_id})
                for row in rows:
                    for field in sealed_of(kind):
                        sealed = row.__dict__[field.attname]
                        if hasattr(sealed, "payload"):
                            used.add(sealing.key_id(sealed.payload))
    return used


def test_a_client_gets_a_newer_key(settings: Any) -> None:
    account = make_account()
    one, other = scene.fill(account), scene.fill(account, given_name="Kept")
    with acting_in(account.ref):
        audit.record("client.told", by=owner_of(account).actor, client_id=one.pk, detail={"a": 1})
        [file] = Document.objects.filter(client=one)
    before, [old] = values(account), keys_in_use(account, one.pk)
    for step in ("key", "files"):
        with pytest.raises(Killed):
            renewing.renew_client(account.ref, one.pk, after=until(step))
        assert values(account) == before  # readable at every moment
    [of_other] = keys_in_use(account, other.pk)
    call_command("rotate", "--client", str(one.pk), "--of", account.slug)

    assert values(account) == before
    [new] = keys_in_use(account, one.pk)
    assert new != old
    assert keys_in_use(account, other.pk) == {of_other}
    assert resealing.left(Whose(account.ref, one.pk)) == 0
    with acting_in(account.ref):
        moved = Document.objects.get(pk=file.pk)
        assert moved.storage_key != file.storage_key
        assert keyring.opening_key(old, one.pk).id == old  # of what the audit's chain holds
        client = Client.objects.get(pk=one.pk)
        client.given_name = "Zoë"
        client.save()
    assert keys_in_use(account, one.pk) == {new}
    objects_left = len(objects.keys_of("au-1", account.pk))
    assert objects_left in (3, 4)  # the old object goes with the next sweep, once it is an hour old
    assert remove_orphaned_objects(account.ref) == 0
    with pytest.raises(CommandError, match="No account"):
        call_command("rotate", "--account", "nobody")


def test_the_database_lets_nothing_through_but_the_same_value_sealed_anew() -> None:
    account = make_account()
    one = scene.fill(account)
    with acting_in(account.ref):
        note = Note.objects.get(client=one)
        sealed = Note.objects.filter(pk=note.pk).values_list("author_name", flat=True)[0].payload
    other_key = sealed[:1] + os.urandom(16) + sealed[17:]
    tries = [
        ("UPDATE notes_note SET author_name = %s", sealed + b"x", "stays what it was"),
        (
            "UPDATE notes_note SET author_name = %s",
            sealed[:17] + os.urandom(len(sealed) - 17),
            "stays",
        ),
        ("UPDATE notes_note SET author_name = %s", None, "stays what it was"),
        ("UPDATE notes_note SET state = %s", "draft", "permission denied"),
        ("DELETE FROM notes_note WHERE id::text <> %s", "", "permission denied"),
    ]
    with dispatch.connect("au-1", "rotator") as connection:
        for statement, value, said in tries:
            with connection.transaction(force_rollback=True):
                catalog.enter(connection, account.pk)
                with pytest.raises(psycopg.Error, match=said), connection.transaction():
                    connection.execute(statement, [value])
        with connection.transaction():
            catalog.enter(connection, make_account().pk)
            assert connection.execute("UPDATE notes_note SET author_name = NULL").rowcount == 0
        with connection.transaction(force_rollback=True):
            catalog.enter(connection, account.pk)
            assert (
                connection.execute("UPDATE notes_note SET author_name = %s", [other_key]).rowcount
                == 1
            )
    with pytest.raises(DatabaseError, match="never changes"), acting_in(account.ref):
        connections["region_au"].cursor().execute(
            "UPDATE notes_note SET author_name = %s", [other_key]
        )


def test_an_account_gets_a_newer_key() -> None:
    account = make_account()
    scene.fill(account)
    with acting_in(account.ref):
        make_client(email="ann@mail.example")
        old = keyring.sealing_key(None).id
        audit.record("account.told", by=owner_of(account).actor, detail={"said": "once"})
    before = values(account)
    with pytest.raises(Killed):
        renewing.renew_account(account.ref, after=until("key"))

    def found() -> bool:
        keyring.forget()
        with acting_in(account.ref):
            return bool(Client.objects.filter(email="ann@mail.example").exists())

    assert (values(account), found()) == (before, True)
    assert renewing.renew_account(account.ref) > 5
    assert (values(account), found()) == (before, True)
    with acting_in(account.ref):
        new = keyring.sealing_key(None).id
        assert new != old
        assert keyring.opening_key(old, None).id == old
        row = Client.objects.get(email="ann@mail.example")
        assert bytes(row.email_index) == Client._meta.get_field("email_index").index_of(row.email)
    assert resealing.left(Whose(account.ref)) == 0
    assert not renewing._keys_left(account.ref)
    assert renewing.renew_account(account.ref) > 5  # and again, to a third
    assert (values(account), found()) == (before, True)


RENEW = """
import sys, uuid
from config.wsgi import application
from accounts.tenancy import AccountRef
from privacy.rotation import renewing
account = AccountRef(uuid.UUID(sys.argv[1]), "", "au-1")
renewing.renew_client(account, uuid.UUID(sys.argv[2]))
renewing.renew_account(account)
"""
WRITE = """
import sys, time, uuid
from config.wsgi import application
from accounts.tenancy import AccountRef, acting_in
from clients.models import Client
account = AccountRef(uuid.UUID(sys.argv[1]), "", "au-1")
round = 0
while True:
    round += 1
    with acting_in(account):
        client = Client.objects.get(pk=sys.argv[2])
        client.occupation, name = f"round {round}", str(client.given_name)
        time.sleep(0.01)
        client.save()
    print(name, flush=True)
"""


@pytest.mark.heavy
def test_killed_again_and_again_while_others_write(
    parts: parts_module.Parts, settings: Any
) -> None:
    account = make_account()
    one = scene.fill(account)
    scene.fill(account)
    with acting_in(account.ref):
        name = str(Client.objects.get(pk=one.pk).given_name)
        for number in range(300):
            make_client(given_name=f"Other {number}")
        scene.store(one, "long.txt", os.urandom(10_000_000).hex().encode())
    before = values(account)
    prefix = connections["default"].settings_dict["NAME"].removesuffix("control")
    child = {
        **environment(f"postgres://127.0.0.1:{parts.port}", prefix),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "OBJECTS_AU": Path(settings.STORAGES["objects_au"]["OPTIONS"]["location"]).as_uri(),
    }

    def started(program: str, **pipes: Any) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", program, str(account.pk), str(one.pk)]
        return subprocess.Popen(command, cwd=ROOT, env=child, text=True, **pipes)

    with started(WRITE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        try:
            assert writer.stdout.readline().strip() == name
            for pause in (2.5, 3.0, 3.2, 3.5, 4.0, 5.0):  # most of it is Python's own start
                running = started(RENEW)
                time.sleep(pause)
                running.kill()
                running.wait()
            assert started(RENEW).wait() == 0
        finally:
            writer.kill()
        read = writer.stdout.read().split("\n")
    assert {line for line in read if line} <= {name}  # never once unreadable
    renewing.renew_client(account.ref, one.pk)
    after = values(account)
    changed = {key for key in before if before[key] != after[key]}
    assert {key[2] for key in changed} <= {"occupation"}
    assert not any(is_unreadable(value) for value in after.values())
    for whose in (Whose(account.ref, one.pk), Whose(account.ref)):
        assert resealing.left(whose) == 0
    assert len(keys_in_use(account, one.pk)) == 1
