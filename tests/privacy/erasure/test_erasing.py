"""Who is erased is gone from tables, keys and files, and stays gone when a database of before is brought back (RT-8)."""

import json
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import boto3
import psycopg
import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client as Browser

from accounts import objects, outbox
from accounts.models import Account
from accounts.tasks import run_due_jobs, run_job
from accounts.tenancy import NotServing, acting_in
from bookings.models import Attendee
from clients import merging
from clients.models import Alert, Client, Relationship
from notes.models import Addendum, Note
from privacy import exporting
from privacy.erasure import entries, erasing, gate, ledger, shelf
from privacy.erasure.places import place
from privacy.inventory import kinds_in
from privacy.models import Erasure, Export
from privacy.vocabulary import keyring
from privacy.vocabulary.fields import is_unreadable
from privacy.vocabulary.placement import Placement
from tests.browser import sign_in
from tests.conftest import HOME
from tests.factories import make_account, make_client, make_user, owner_of
from tests.object_store import BUCKET, s3_server
from tests.parts import standing
from tests.privacy import scene

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
AU = "au-1"


def superuser() -> psycopg.Connection[Any]:
    name = connections["region_au"].settings_dict["NAME"]
    return psycopg.connect(standing(HOME).postgres, dbname=name, autocommit=True)


def erase(account: Account, client: Client) -> UUID:
    """Decide it once the appointments are over, and let the worker do it."""
    owner = owner_of(account)
    with acting_in(account.ref, by=owner.actor):
        Attendee.objects.update(state=Attendee.State.CANCELLED)
        entry = erasing.erase(client=client, by=owner.actor)
    scene.run_jobs(account)
    return entry


def held(account: Account, client_id: UUID) -> dict[str, int]:
    """Return kind → rows of a person, all that there are."""
    with acting_in(account.ref):
        counted = {
            kind.label: kind.model._default_manager.filter(
                **{str(kind.declared.client): client_id}
            ).count()
            for kind in kinds_in(Placement.REGION)
            if kind.declared.client
        }
    return {label: number for label, number in counted.items() if number}


def folder() -> Path:
    return Path(storages["objects_au"].path(objects.ERASURES))


def restored_from_before(*erased: Client) -> None:
    """What a backup of before the erasures knows: neither of them nor of their entries; the people are there."""
    with superuser() as connection:
        connection.execute("DELETE FROM privacy_ledgerhead")
        connection.execute("DELETE FROM privacy_erasure")
    for client in erased:
        with acting_in(client.account_ref):  # type: ignore[attr-defined]
            keyring.create_client_keys([client.pk])
            Alert(client_id=client.pk, kind="allergy", text="Latex").save(force_insert=True)
    gate.forget()


def test_nothing_of_the_person_is_left_and_nothing_of_others_goes(client: Browser) -> None:
    user = make_user()
    account = make_account(owner=user, name="Harbour Physio")
    gone, other = scene.fill(account), scene.fill(account, given_name="Kept")
    with acting_in(account.ref):
        twin = make_client(given_name="Twin")
        Relationship(client=gone, other=other, kind="parent").save(force_insert=True)
        merging.merge(source=twin, client=gone, by=owner_of(account).actor)
        names = str(gone.given_name), str(other.given_name)
        with pytest.raises(erasing.NotNow, match="appointments to come"):
            erasing.erase(client=Client.objects.get(pk=gone.pk), by=owner_of(account).actor)
    with acting_in(account.ref):
        exporting.request(by=owner_of(account).actor, member=owner_of(account))
    scene.run_jobs(account, "export.build")
    before, files = held(account, other.pk), len(objects.keys_of(AU, account.pk))
    entry = erase(account, gone)

    kept = {"clients.Client": 1, "bookings.Attendee": 1, "clients.Relationship": 1}
    assert (held(account, gone.pk), held(account, twin.pk)) == (kept, {"clients.Client": 1})
    assert held(account, other.pk) == before
    assert len(objects.keys_of(AU, account.pk)) == files - 2  # the file, and the archive of before
    with acting_in(account.ref):
        assert erasing.is_done(entry)
        assert Export.objects.get().state == Export.State.DELETED
        assert keyring.client_ids_with_keys() == {other.pk}
        assert Client.objects.get(pk=other.pk).given_name == names[1]
        stub = Client.objects.get(pk=gone.pk)
        assert is_unreadable(stub.given_name)
        assert (stub.email_index, stub.phone_index, stub.birth_date) == (None, None, None)
        assert erasing.erase(client=stub, by=owner_of(account).actor) == entry  # decided once
        assert Note.objects.get().client_id == Addendum.objects.get().client_id == other.pk
    [document] = folder().iterdir()
    said = json.loads(json.loads(document.read_text())["entry"])
    assert set(said["records"]) == {str(gone.pk), str(twin.pk)}
    assert (said["action"], said["account"]) == ("client_erased", str(account.pk))
    assert not any(name in document.read_text() for name in names)
    sign_in(client, user, account)
    for page in (
        "clients/",
        "diary/?date=2026-12-01",
        f"clients/{other.pk}/",
        f"clients/{gone.pk}/",
    ):
        assert client.get(f"/a/{account.slug}/{page}", follow=True).status_code == 200, page


def test_a_database_of_before_serves_nobody_until_it_is_erased_again(client: Browser) -> None:
    user = make_user()
    account = make_account(owner=user)
    first, second = scene.fill(account), scene.fill(account)
    sign_in(client, user, account)
    for each in (first, second):
        erase(account, each)
        each.account_ref = account.ref  # type: ignore[attr-defined]
    restored_from_before(first, second)

    answer = client.get(f"/a/{account.slug}/clients/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "20")
    assert "after data was restored" in answer.content.decode()
    with pytest.raises(NotServing, match="knows 0 erasures"), acting_in(account.ref):
        pass
    with gate.lifted(), acting_in(account.ref):
        job = outbox.enqueue("closure.tell_control")
    assert run_due_jobs(AU) == 0
    assert run_job(AU, str(account.pk), account.slug, str(job.pk)) is False
    with pytest.raises(CommandError, match="Not every region"):
        call_command("erasures", "check", stdout=StringIO(), stderr=StringIO())

    told = StringIO()
    call_command("erasures", "apply", stdout=told)
    assert "au-1: 2 carried out again, 2 in all." in told.getvalue()
    assert client.get(f"/a/{account.slug}/clients/").status_code == 200
    for each in (first, second):
        assert set(held(account, each.pk)) == {"clients.Client", "bookings.Attendee"}
    with acting_in(account.ref):
        assert keyring.client_ids_with_keys() == set()
        assert Erasure.objects.filter(done_at=None).count() == 0
    call_command("erasures", "apply", stdout=(told := StringIO()))
    assert "au-1: 0 carried out again, 2 in all." in told.getvalue()


def test_a_ledger_that_was_cut_or_altered_is_noticed() -> None:
    account = make_account()
    for each in (scene.fill(account), scene.fill(account)):
        erase(account, each)
    where = place(AU)
    first, second = sorted(folder().iterdir())
    documents = first.read_bytes(), second.read_bytes()
    with pytest.raises(FileExistsError):
        shelf.add(place(AU).store, 2, b"{}")

    second.unlink()  # the tail was cut off
    for ask in (ledger.check, ledger.apply):
        with pytest.raises(ledger.Broken):
            ask(where)
    shelf.add(place(AU).store, 2, documents[1].replace(b"erased", b"kissed"))
    with pytest.raises(ledger.Broken, match="missing or altered"):
        ledger.check(where)
    with pytest.raises(ledger.Broken, match="isn't ours"):
        ledger.entered(where)
    second.unlink()
    shelf.add(place(AU).store, 2, documents[0])  # a true entry in another's place
    with pytest.raises(ledger.Broken, match="isn't the one that follows"):
        ledger.entered(where)
    second.unlink()
    shelf.add(place(AU).store, 2, documents[1])
    ledger.check(where)

    # Who died between the object and the database is no restored backup: the decision is known
    with superuser() as connection:
        connection.execute(
            "UPDATE privacy_ledgerhead SET seq = 1, digest = %s",
            [entries.digest(documents[0])],
        )
    gate.forget()
    with acting_in(account.ref):
        assert Erasure.objects.count() == 2
    with superuser() as connection:
        assert connection.execute("SELECT seq FROM privacy_ledgerhead").fetchone() == (2,)


def test_a_store_that_locks_objects_locks_the_ledger(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with s3_server(settings, monkeypatch):
        endpoint = settings.STORAGES["objects_au"]["OPTIONS"]["endpoint_url"]
        s3 = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
        assert shelf.read(place(AU).store, 1) is None
        seq = ledger.enter(
            AU, decision=uuid4(), action="client_erased", account=uuid4(), records=[]
        )
        ledger.check(place(AU))
        assert [entry.seq for entry, _ in ledger.entered(place(AU))] == [seq] == [1]
        with pytest.raises(FileExistsError):
            shelf.add(place(AU).store, 1, b"{}")
        s3.create_bucket(Bucket="locking", ObjectLockEnabledForBucket=True)
        options = {**settings.STORAGES["objects_au"]["OPTIONS"], "bucket_name": "locking"}
        backend = settings.STORAGES["objects_au"]["BACKEND"]
        settings.STORAGES = {
            **settings.STORAGES,
            "objects_au": {"BACKEND": backend, "OPTIONS": options},
        }
        shelf.add(place(AU).store, 1, b"{}")
        held_by = s3.head_object(Bucket="locking", Key="erasures/000000001.json")
        assert held_by["ObjectLockMode"] == "COMPLIANCE"
        assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 1
