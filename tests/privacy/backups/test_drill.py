"""The drill: yesterday's backups come back into empty databases, which serve nobody until they have forgotten again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client as Browser

from accounts import control_tasks, objects
from accounts.models import Account, User
from accounts.tenancy import acting_in
from accounts.wall_report import faults
from clients.models import Client, Document
from config.demo.servers import POSTGRES_PROGRAMS
from config.parts import object_store
from config.roles import create_roles_and_databases
from privacy import closure
from privacy.backups import ending, making, restoring, shelf
from privacy.backups.sorts import Sort, sorts
from privacy.erasure import erasing, gate, ledger, users
from privacy.erasure.places import places
from privacy.vocabulary import keyring
from privacy.vocabulary.fields import is_unreadable
from tests import parts as parts_module
from tests.browser import sign_in
from tests.conftest import PASSWORDS
from tests.databases import drop_databases
from tests.factories import make_account, make_member, make_user, owner_of
from tests.privacy import scene

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
AU = ("data", "keyring", "objects", "control")


@pytest.fixture(autouse=True)
def stores(tmp_path: Path, settings: Any, cache_address: str) -> None:
    """Backups of this test lie beside its objects; PostgreSQL's programs are those of its servers."""
    settings.POSTGRES_PROGRAMS = str(POSTGRES_PROGRAMS)
    settings.STORAGES = {
        **settings.STORAGES,
        **{
            f"{name}_{code}": object_store((tmp_path / name / code).as_uri())
            for name in ("backups", "keyring_backups")
            for code in ("au", "control")
        },
    }
    settings.CACHES = {
        **settings.CACHES,
        "au": {**settings.CACHES["au"], "LOCATION": cache_address},
    }


@pytest.fixture
def scratch(parts: parts_module.Parts) -> Iterator[Any]:
    """What points an alias at an empty database of its own, until the end of the test."""
    prefix = f"drill{connections['default'].settings_dict['NAME'].partition('_')[0]}_"
    create_roles_and_databases(parts.postgres, PASSWORDS, ("au",), prefix)
    before = {alias: connections[alias].settings_dict["NAME"] for alias in connections}

    def point(*aliases: str) -> None:
        for alias in aliases:
            connections[alias].close()
            kind = "control" if alias == "default" else alias.removesuffix("_reader")
            connections[alias].settings_dict["NAME"] = prefix + kind
        gate.forget()
        keyring.forget()

    yield point
    for alias, name in before.items():
        if connections[alias].settings_dict["NAME"] != name:
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name
    with psycopg.connect(parts.postgres, autocommit=True) as admin:
        drop_databases(admin, prefix)


def chosen() -> dict[str, Sort]:
    """Return what is backed up of Australia, and of control, by name."""
    found = {sort.name: sort for sort in sorts(region="au")}
    return found | {sort.name: sort for sort in sorts(("control",))}


def erase(account: Account, client: Client) -> None:
    owner = owner_of(account)
    with acting_in(account.ref, by=owner.actor):
        for attendee in client.attendances.all():
            attendee.state = "cancelled"
            attendee.save()
        erasing.erase(client=client, by=owner.actor)
    scene.run_jobs(account)


def test_the_drill(scratch: Any, settings: Any, client: Browser, parts: parts_module.Parts) -> None:
    user = make_user()
    account, leaving = make_account(owner=user), make_account(name="Leaving")
    gone, kept = scene.fill(account), scene.fill(account, given_name="Kept")
    scene.fill(leaving)
    former, _member = make_member(account)
    address = former.email
    with acting_in(account.ref):
        [file] = Document.objects.filter(client=kept)
    sort = chosen()
    made = {name: making.make(each) for name, each in sort.items()}  # T0
    assert (len(made["objects"].files), made["data"].erasures) == (3, 0)

    erase(account, gone)
    owner = owner_of(leaving)
    with acting_in(leaving.ref, by=owner.actor):
        closure.start(by=owner.actor, member=owner, has_copy=True)
    settings.CLOCK_OFFSET = timedelta(days=31)
    scene.run_jobs(leaving, "closure.purge")
    settings.CLOCK_OFFSET = timedelta()
    users.erase(former)
    control_tasks.run_open("au-1")
    former.refresh_from_db()
    assert former.email.endswith("@erased.invalid")
    objects.delete("au-1", file.storage_key)  # an accident
    with pytest.raises(restoring.Refused, match="isn't empty"):
        restoring.restore(sort["data"])

    # Data and control of T0 beside today's keyring (CR-5)
    scratch("region_au", "region_au_reader", "default")
    for name in ("data", "control", "objects"):
        call_command("restore", name, region="au", stdout=StringIO())
    name = connections["region_au"].settings_dict["NAME"]
    with psycopg.connect(parts.postgres, dbname=name) as superuser:
        assert faults(superuser) == []  # the wall stands in what came back (TI-1)
    sign_in_while_lifted(client, user, account)
    assert client.get(f"/a/{account.slug}/clients/").status_code == 503
    assert client.get("/accounts/").status_code == 503
    with gate.lifted(), acting_in(account.ref):
        assert is_unreadable(Client.objects.get(pk=gone.pk).given_name)
        assert Client.objects.get(pk=kept.pk).given_name == "Kept"
        assert User.objects.get(pk=former.pk).email == address
    assert Account.objects.get(pk=leaving.pk).state == "active"

    # Yesterday's keyring: the erased one's key doesn't come back with it
    scratch("keyring_au")
    call_command("restore", "keyring", region="au", stdout=StringIO())
    with gate.lifted(), acting_in(account.ref):
        assert keyring.client_ids_with_keys() == {kept.pk}
        assert Client.objects.get(pk=kept.pk).given_name == "Kept"

    call_command("erasures", "apply", stdout=StringIO())
    with acting_in(account.ref):
        assert Document.objects.get().client_id == kept.pk
        assert is_unreadable(Client.objects.get(pk=gone.pk).given_name)
    assert objects.keys_of("au-1", account.pk) == [file.storage_key]
    assert objects.keys_of("au-1", leaving.pk) == []
    with acting_in(leaving.ref) as active:
        assert active.anchor is None
    assert Account.objects.get(pk=leaving.pk).state == "closed"
    assert User.objects.get(pk=former.pk).email == f"{former.pk}@erased.invalid"
    assert client.get(f"/a/{account.slug}/clients/").status_code == 200
    with gate.lifted():
        assert [ledger.apply(where) for where in places()] == [[], [], [], []]


def sign_in_while_lifted(client: Browser, user: User, account: Account) -> None:
    with gate.lifted():
        sign_in(client, user, account)


def test_backups_end_when_the_pages_say_and_what_stays_is_told_of(settings: Any) -> None:
    account = make_account()
    scene.fill(account)
    wanted = {name: each for name, each in chosen().items() if name in ("keyring", "objects")}
    first = {name: making.make(each) for name, each in wanted.items()}
    second = making.make(wanted["objects"])
    assert second.files == first["objects"].files  # nothing is copied twice
    names = ["keyring", "objects"]
    assert [each.days for each in wanted.values()] == [
        closure.KEYRING_BACKUP_DAYS,
        closure.DATA_BACKUP_DAYS,
    ]

    settings.CLOCK_OFFSET = timedelta(days=7, minutes=1)
    with pytest.raises(CommandError, match="1 backups are older"):
        call_command("backup", "list", what=names, stdout=(told := StringIO()))
    assert "TOO OLD" in told.getvalue()
    call_command("backup", "expire", what=names, stdout=StringIO())
    assert [shelf.ids(each) for each in wanted.values()] == [[], [first["objects"].id, second.id]]
    with acting_in(account.ref):
        [file] = Document.objects.all()
    objects.delete("au-1", file.storage_key)
    settings.CLOCK_OFFSET = timedelta(days=20)
    third = making.make(wanted["objects"])
    shelf.put(wanted["objects"], shelf.body(wanted["objects"], "stray"), [b"x"])
    assert [each.is_late for each in ending.kept(wanted["objects"])] == [False, False, False, True]
    settings.CLOCK_OFFSET = timedelta(days=35)
    call_command("backup", "expire", what=names, stdout=StringIO())
    assert shelf.ids(wanted["objects"]) == [third.id]
    assert shelf.names(wanted["objects"], making.FILES) == []  # no backup names it any more
    settings.BACKUP_KEYS = {}
    with pytest.raises(CommandError, match="Set BACKUP_KEY_AU"):
        call_command("backup", "make", what=["keyring"], stdout=StringIO())
