"""A purge leaves nothing of its account and touches no other; killed between any two steps it goes on (EX-14, EX-15)."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings as django_settings
from django.core import mail
from django.core.cache import caches
from django.core.files.storage import storages
from django.db import connections

from accounts import control_tasks, objects, outbox
from accounts.models import Account, AccountAccess, AccountAnchor, OutboxJob
from accounts.tenancy import acting_in
from clients.models import Client
from privacy import catalog, closure, exporting, purge
from privacy.tasks import sweep
from privacy.vocabulary import clock, keyring
from privacy.vocabulary.fields import is_unreadable
from tests.conftest import HOME
from tests.factories import make_account, make_client, owner_of
from tests.parts import standing
from tests.privacy import scene

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

DUE = timedelta(days=30, minutes=1)


@pytest.fixture(autouse=True)
def cache(cache_address: str, settings: Any) -> None:
    """Point the region's cache at the test server."""
    settings.CACHES = {
        **settings.CACHES,
        "au": {**settings.CACHES["au"], "LOCATION": cache_address},
    }


@pytest.fixture
def account() -> Account:
    """A closing account with a record of every sort, an export and something cached; its neighbour too."""
    account = make_account(name="Harbour Physio")
    owner = owner_of(account)
    scene.fill(account)
    with acting_in(account.ref, by=owner.actor):
        exporting.request(by=owner.actor, member=owner)
    scene.run_jobs(account)
    caches["au"].set(f"{account.pk}:names", "x", 600)
    with acting_in(account.ref, by=owner.actor):
        closure.start(by=owner.actor, member=owner, has_copy=True)
    scene.run_jobs(account)
    mail.outbox.clear()
    return account


@pytest.fixture
def neighbour() -> Account:
    """Another practice in the same region."""
    account = make_account(name="Bay Podiatry")
    scene.fill(account)
    caches["au"].set(f"{account.pk}:names", "x", 600)
    return account


def superuser(alias: str) -> psycopg.Connection[Any]:
    name = connections[alias].settings_dict["NAME"]
    return psycopg.connect(standing(HOME).postgres, dbname=name, autocommit=True)


def rows_of(account_id: UUID) -> dict[str, str]:
    """Return table → hash of the account's rows, in region and keyring, as a superuser sees them."""
    found = {}
    for alias in ("region_au", "keyring_au"):
        with superuser(alias) as connection:
            for table in catalog.tables(connection):
                query = (
                    f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t "
                    "WHERE account_id = %s"
                )
                number, digest = connection.execute(query, [account_id]).fetchone() or (0, None)
                if number:
                    found[table] = f"{number}:{digest}"
    return found


def the_job(account: Account) -> OutboxJob:
    [job] = scene.jobs(account, "closure.purge")
    return job


def test_nothing_is_left_and_the_neighbour_is_untouched(
    account: Account, neighbour: Account, settings: Any
) -> None:
    before = rows_of(neighbour.pk)
    assert len(rows_of(account.pk)) > 20
    settings.CLOCK_OFFSET = DUE
    scene.run_jobs(account, "closure.purge")

    assert rows_of(account.pk) == {}
    assert rows_of(neighbour.pk) == before
    assert objects.keys_of("au-1", account.pk) == []
    assert len(objects.keys_of("au-1", neighbour.pk)) == 1
    assert caches["au"].get(f"{account.pk}:names") is None
    assert caches["au"].get(f"{neighbour.pk}:names") == "x"
    with acting_in(neighbour.ref):
        assert Client.objects.get().phone == "+61 412 555 019"


def test_what_stays_is_a_fixed_list(account: Account, settings: Any) -> None:
    settings.CLOCK_OFFSET = DUE
    scene.run_jobs(account, "closure.purge")
    mentioned = set()
    with superuser("default") as connection:
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        for (table,) in connection.execute(tables).fetchall():
            query = f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s"
            if connection.execute(query, [f"%{account.pk}%"]).fetchone() != (0,):
                mentioned.add(table)
    task = {"accounts_controltask"}  # the certificate's mail: its id goes 30 days later
    for region in ("au", "control"):
        [entry] = Path(storages[f"objects_{region}"].path("erasures")).iterdir()
        assert str(account.pk) in entry.read_text()
    assert mentioned - task == set(closure.KEPT) - {"erasures"}
    assert mentioned >= task


def test_the_certificate_is_signed_dated_and_mailed(account: Account, settings: Any) -> None:
    settings.CLOCK_OFFSET = DUE
    begun = clock.now()
    scene.run_jobs(account, "closure.purge")
    account.refresh_from_db()
    certificate: Any = account.certificate
    statement = certificate["statement"]
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(certificate["public_key"]))
    public.verify(bytes.fromhex(certificate["signature"]), purge.canonical(statement))
    altered = {**statement, "files": 0}
    with pytest.raises(InvalidSignature):
        public.verify(bytes.fromhex(certificate["signature"]), purge.canonical(altered))

    gone = datetime.fromisoformat(statement["unreadable_from"])
    assert gone - begun < timedelta(minutes=1)
    assert datetime.fromisoformat(statement["backups_unreadable_by"]) - gone == timedelta(days=7)
    assert statement["rows"]["clients_client"] == 1
    assert (statement["files"], statement["keys"]) == (2, 2)
    assert (account.state, account.closed_at is not None) == ("closed", True)
    assert not AccountAccess.objects.filter(account=account).exists()

    control_tasks.run_open("au-1")
    control_tasks.run_open("au-1")
    [message] = mail.outbox
    assert message.subject == "Harbour Physio is closed: your certificate of deletion"
    assert json.loads(message.attachments[0].content) == certificate


def test_it_waits_for_its_day_and_for_its_closure(account: Account, settings: Any) -> None:
    settings.CLOCK_OFFSET = timedelta(days=29)
    assert scene.run_jobs(account, "closure.purge") == []
    owner = owner_of(account)
    with acting_in(account.ref, by=owner.actor):
        closure.cancel(by=owner.actor)
    settings.CLOCK_OFFSET = DUE
    scene.run_jobs(account)
    with acting_in(account.ref):
        assert AccountAnchor.objects.get().state == "active"
        assert Client.objects.get().phone == "+61 412 555 019"


class Killed(BaseException):
    """What a SIGKILL looks like from inside."""


def killed_after(step: str) -> Callable[[str], None]:
    """Return a callback that kills the purge once `step` is done."""

    def after(done: str) -> None:
        if done == step:
            raise Killed

    return after


NAMES = ["begin", *(step.__name__.strip("_") for step in purge.STEPS)]


@pytest.mark.parametrize("step", NAMES)
def test_killed_after_any_step_it_goes_on(
    account: Account, neighbour: Account, settings: Any, step: str
) -> None:
    before = rows_of(neighbour.pk)
    settings.CLOCK_OFFSET = DUE
    job = the_job(account)
    work, _ = outbox._lease(account.ref, job.pk)
    assert work is not None
    with pytest.raises(Killed):
        purge.run(work, after=killed_after(step))
    settings.CLOCK_OFFSET = DUE + outbox.LEASE * 2
    scene.run_jobs(account, "closure.purge")
    assert (rows_of(account.pk), rows_of(neighbour.pk)) == ({}, before)
    account.refresh_from_db()
    statement = purge.statement_of(account)
    assert (purge.is_certified(account), statement["rows"]["clients_client"]) == (True, 1)
    assert statement["keys"] == 2


def test_killed_inside_the_rows_it_goes_on(
    account: Account, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog, "BATCH", 1)
    settings.CLOCK_OFFSET = DUE
    job = the_job(account)
    work, _ = outbox._lease(account.ref, job.pk)
    assert work is not None
    with pytest.raises(Killed):
        purge.run(work, after=killed_after("destroy_keys"))
    with acting_in(account.ref):
        unreadable = Client.objects.get()
        assert is_unreadable(unreadable.given_name)
    with purge._purger(account.ref) as connection:
        tables = [t for t in catalog.tables(connection) if t != catalog.ANCHOR]
        for table in tables[:5]:
            purge._empty(work, connection, table)
    settings.CLOCK_OFFSET = DUE + outbox.LEASE * 2
    scene.run_jobs(account, "closure.purge")
    assert rows_of(account.pk) == {}


@pytest.mark.parametrize("step", ["", "delete_rows"])
def test_a_purge_that_was_given_up_is_asked_for_again(
    account: Account, settings: Any, step: str
) -> None:
    settings.CLOCK_OFFSET = DUE
    job = the_job(account)
    work, _ = outbox._lease(account.ref, job.pk)
    assert work is not None
    if step:
        with pytest.raises(Killed):
            purge.run(work, after=killed_after(step))
    with acting_in(account.ref):
        assert closure.keep_going() is False
        OutboxJob.objects.filter(pk=job.pk).update(failed_at=clock.now())
    sweep("au-1")
    settings.CLOCK_OFFSET = DUE + timedelta(minutes=1)
    assert scene.run_jobs(account, "closure.purge") == ["closure.purge"]
    assert rows_of(account.pk) == {}


def test_what_is_left_stops_the_certificate(account: Account, settings: Any) -> None:
    settings.CLOCK_OFFSET = DUE
    work, _ = outbox._lease(account.ref, the_job(account).pk)
    assert work is not None
    with pytest.raises(Killed):
        purge.run(work, after=killed_after("delete_objects"))
    with objects.writing("au-1", objects.new_key(account.pk)) as late:
        late.write(b"x")
    with pytest.raises(purge.NotEmpty, match="1 files"):
        purge._check(work)
    account.refresh_from_db()
    assert not purge.is_certified(account)


def test_a_table_that_the_catalog_gains_is_emptied_too(account: Account, settings: Any) -> None:
    with superuser("region_au") as connection:
        connection.execute(
            "CREATE TABLE forgotten_table (id int, account_id uuid);"
            "GRANT SELECT, DELETE ON forgotten_table TO keepwell_purger"
        )
        try:
            connection.execute("INSERT INTO forgotten_table VALUES (1, %s)", [account.pk])
            settings.CLOCK_OFFSET = DUE
            scene.run_jobs(account, "closure.purge")
            assert connection.execute("SELECT count(*) FROM forgotten_table").fetchone() == (0,)
            account.refresh_from_db()
            assert purge.statement_of(account)["rows"]["forgotten_table"] == 1
        finally:
            connection.execute("DROP TABLE forgotten_table")


def test_the_purger_can_delete_nothing_of_an_account_that_is_not_purged(account: Account) -> None:
    with purge._purger(account.ref) as connection:
        assert catalog.delete_batch(connection, "clients_client", account.pk) == 0
    with acting_in(account.ref):
        assert Client.objects.count() == 1


def test_a_key_alone_restored_from_a_backup_opens_nothing(account: Account) -> None:
    """Shredding (CR-5): data restored from before an erasure stays unreadable under today's keyring."""
    with acting_in(account.ref):
        erased = Client.objects.get()
        name, kept_id = str(erased.given_name), erased.pk
    neighbour = make_account()
    with acting_in(neighbour.ref):
        first, second = make_client(given_name="Ann"), make_client(given_name="Bo")
        keyring.destroy_client_keys([first.pk])  # the rows stand for a data backup that came back
        assert is_unreadable(Client.objects.get(pk=first.pk).given_name)
        assert Client.objects.get(pk=second.pk).given_name == "Bo"
    with acting_in(account.ref):
        assert Client.objects.get(pk=kept_id).given_name == name
    assert django_settings.TESTING
