"""An export holds every row of every kind, opened and verified, its gaps named; a killed one starts anew (EX-1 to EX-6)."""

import hashlib
import io
import json
import secrets
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.conf import settings
from django.core import mail

from accounts import objects, outbox, uploads
from accounts.models import Account, AuditQueue, OutboxJob, User
from accounts.tenancy import acting_in
from clients.models import Client, Document
from notes.models import Note
from privacy import building, exporting, records
from privacy.export.verify_export import verify
from privacy.inventory import kinds
from privacy.making import archiving, tasks
from privacy.models import Export
from privacy.vocabulary import keyring
from privacy.vocabulary.scope import Purpose
from tests.factories import make_account, make_client, owner_of
from tests.object_store import s3_server
from tests.privacy import scene

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


def ask(account: Account, *, whole: bool = False) -> Export:
    owner = owner_of(account)
    with acting_in(account.ref, by=owner.actor):
        return exporting.request(by=owner.actor, member=owner, whole=whole)


def reloaded(account: Account, export: Export) -> Export:
    with acting_in(account.ref):
        found: Export = Export.objects.get(pk=export.pk)
        str(found.file_key)
        return found


def archive_of(account: Account, export: Export) -> zipfile.ZipFile:
    with acting_in(account.ref), exporting.opened(Export.objects.get(pk=export.pk)) as source:
        data = source.read()
    assert verify(io.BytesIO(data)).problems == []
    return zipfile.ZipFile(io.BytesIO(data))


def rows(archive: zipfile.ZipFile, kind: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in archive.read(f"data/{kind}.ndjson").splitlines()]


@pytest.fixture
def account() -> Account:
    return make_account(name="Harbour Physio")


def test_an_export_holds_every_kind_opened(account: Account) -> None:
    client = scene.fill(account, given_name="Leila", family_name="Haddad")
    scene.fill(make_account(), given_name="Stranger")
    export = ask(account)
    assert scene.run_jobs(account) == ["export.build", "export.announce"]
    export = reloaded(account, export)
    archive = archive_of(account, export)
    manifest = json.loads(archive.read("manifest.json"))

    assert (export.state, export.gaps) == ("ready", 0)
    assert set(manifest["kinds"]) == {kind.name for kind in kinds() if kind.is_exported}
    assert set(manifest["kinds"]) | set(manifest["excluded"]) == {kind.name for kind in kinds()}
    assert "" not in manifest["excluded"].values()
    [person] = rows(archive, "clients.client")
    assert (person["id"], person["given_name"]) == (str(client.pk), "Leila")
    assert "email_index" not in person
    [note] = rows(archive, "notes.noteversion")
    assert note["content"] == {"s": scene.PHRASE}
    [document] = rows(archive, "clients.document")
    assert archive.read(document["file"]) == scene.FILE
    assert "file_key" not in document
    with acting_in(account.ref, reading=True):
        for kind in kinds():
            if kind.is_exported:
                counted = manifest["kinds"][kind.name]["rows"]
                assert (kind.name, counted) == (kind.name, kind.model._default_manager.count())
    assert "Stranger" not in str([archive.read(name) for name in archive.namelist()])


def test_restricted_notes_are_left_out_unless_they_are_asked_for(account: Account) -> None:
    """The record says that they are there; their words come in a copy that was asked for whole (E9)."""
    scene.fill(account)
    with acting_in(account.ref):
        note = Note.objects.get()
        Note.objects.filter(pk=note.pk).update(is_restricted=True)
    for whole in (False, True):
        export = ask(account, whole=whole)
        scene.run_jobs(account)
        export = reloaded(account, export)
        archive = archive_of(account, export)
        texts = [row["content"] for row in rows(archive, "notes.noteversion")]
        assert texts == ([{"s": scene.PHRASE}] if whole else [])
        assert (export.state, export.rows_apart) == ("ready", 0 if whole else 2)
        assert [row["id"] for row in rows(archive, "notes.note")] == [str(note.pk)]
        facts = json.loads(archive.read("manifest.json"))["facts"]
        assert facts["rows_set_apart"]["notes.noteversion"] == 1
        assert facts["rows_set_apart_are"].split(",")[0] == ("here" if whole else "left out")
        everything = str([archive.read(name) for name in archive.namelist()])
        assert (scene.PHRASE in everything) is whole


def test_the_owner_is_told_and_the_audit_says_it_once(account: Account) -> None:
    scene.fill(account)
    export = ask(account)
    scene.run_jobs(account)
    [message] = mail.outbox
    assert message.subject == "Your copy of Harbour Physio is ready"
    assert message.to == [User.objects.get(accesses__account=account).email]
    actions = audited(account)
    assert actions.count("export.built") == 1
    assert "record.read" not in actions[actions.index("export.requested") :]
    assert reloaded(account, export).sha256 in message.body


def audited(account: Account) -> list[str]:
    """Return the account's audited actions, in order, as a superuser sees them."""
    import psycopg
    from django.db import connections

    from tests.conftest import HOME
    from tests.parts import standing

    name = connections["region_au"].settings_dict["NAME"]
    with psycopg.connect(standing(HOME).postgres, dbname=name) as superuser:
        query = "SELECT action FROM accounts_auditqueue WHERE account_id = %s ORDER BY id"
        return [row[0] for row in superuser.execute(query, [account.pk])]


def test_nothing_plain_lies_on_the_disk(account: Account, settings: Any) -> None:
    scene.fill(account, given_name="Zebediah", family_name="Quillfeather")
    ask(account)
    scene.run_jobs(account)
    store = Path(settings.STORAGES["objects_au"]["OPTIONS"]["location"])
    files = [path.read_bytes() for path in store.rglob("*") if path.is_file()]
    assert len(files) == 2
    for word in (b"Quillfeather", b"heron-shaped", b"manifest.json", b"Referral"):
        assert [word in data for data in files] == [False, False]


def test_missing_and_damaged_files_are_gaps(account: Account) -> None:
    client = scene.fill(account)
    with acting_in(account.ref):
        missing = Document.objects.get()
        objects.delete("au-1", missing.storage_key)
        damaged = scene.store(client, "scan.txt", scene.FILE * 3)
        path = Path(settings.STORAGES["objects_au"]["OPTIONS"]["location"]) / damaged.storage_key
        raw = bytearray(path.read_bytes())
        raw[70_000] ^= 1
        path.write_bytes(raw)
    export = ask(account)
    scene.run_jobs(account)
    export = reloaded(account, export)
    assert export.state == "complete_with_gaps"
    assert export.gap_list == [
        {"id": str(missing.pk), "reason": "the stored file is missing"},
        {"id": str(damaged.pk), "reason": "the stored file can't be read"},
    ]
    assert json.loads(archive_of(account, export).read("manifest.json"))["gaps"] == export.gap_list
    assert str(missing.pk) in mail.outbox[0].body


def test_a_value_whose_key_is_gone_is_a_gap(account: Account) -> None:
    client = scene.fill(account)
    with acting_in(account.ref):
        kept = make_client(given_name="Kept")
        keyring.destroy_client_keys([client.pk])
    export = ask(account)
    scene.run_jobs(account)
    export = reloaded(account, export)
    people = {
        row["id"]: row["given_name"] for row in rows(archive_of(account, export), "clients.client")
    }
    assert people == {str(client.pk): None, str(kept.pk): "Kept"}
    assert f"clients.client/{client.pk}/given_name" in [gap["id"] for gap in export.gap_list]


class Killed(BaseException):
    """What a SIGKILL looks like from inside: no handler runs."""


def killed_at(account: Account, monkeypatch: pytest.MonkeyPatch, place: Any, name: str) -> None:
    """Run the job until it comes to a function, and let it die there; another worker may take over at once."""
    [job] = scene.jobs(account, "export.build")

    def killed(*args: Any, **more: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(place, name, killed)
        with pytest.raises(Killed):
            outbox.run(account.ref, job.pk)
    assert scene.run_jobs(account) == []  # the lease still holds
    with acting_in(account.ref):
        OutboxJob.objects.filter(pk=job.pk).update(leased_until=None)


def test_who_takes_over_goes_on_with_the_same_bytes(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before the rows end, a new snapshot is taken and said; afterwards the archive is the one it would have been."""
    monkeypatch.setattr(uploads, "PART", 16_384)
    client = scene.fill(account)
    with acting_in(account.ref):
        scene.store(client, "noise.txt", secrets.token_hex(60_000).encode())
    export = ask(account)
    killed_at(account, monkeypatch, records, "key_of")
    with acting_in(account.ref):
        make_client(given_name="Late")
    killed_at(account, monkeypatch, archiving, "_write_files")
    with acting_in(account.ref):
        make_client(given_name="TooLate")
    sent: list[tuple[int, bytes]] = []
    real = uploads.put

    def watched(cell: str, key: str, upload: str, number: int, data: bytes) -> str:
        sent.append((number, data))
        name = real(cell, key, upload, number, data)
        if len(sent) in (3, 5):  # once it is there, and before anybody noted so
            raise Killed
        return name

    monkeypatch.setattr(uploads, "put", watched)
    for _ in range(2):
        [job] = scene.jobs(account, "export.build")
        with pytest.raises(Killed):
            outbox.run(account.ref, job.pk)
        with acting_in(account.ref):
            OutboxJob.objects.filter(pk=job.pk).update(leased_until=None)
    assert scene.run_jobs(account) == ["export.build", "export.announce"]

    numbers = [number for number, _ in sent]
    assert sorted(set(numbers)) == list(range(1, max(numbers) + 1))
    assert sorted({each for each in numbers if numbers.count(each) > 1}) == [3, 4]
    assert len(set(sent)) == len(set(numbers))  # what was sent twice was the same
    archive = archive_of(account, export)
    assert json.loads(archive.read("manifest.json"))["facts"]["snapshots_begun"] == 2
    people = {row["given_name"] for row in rows(archive, "clients.client")}
    assert ("Late" in people, "TooLate" in people) == (True, False)
    assert len(objects.keys_of("au-1", account.pk)) == 3  # two documents and one archive
    with acting_in(account.ref):
        done = Export.objects.get(pk=export.pk)
        assert (done.parts.count(), done.spool_key, done.upload, done.snapshots) == (0, "", "", 2)


def test_what_has_changed_meanwhile_is_never_sealed_twice_by_the_same_key(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is gone when another worker takes over makes other bytes: those come from a new snapshot and new keys."""
    monkeypatch.setattr(uploads, "PART", 16_384)
    client = scene.fill(account)
    with acting_in(account.ref):
        noise = scene.store(client, "noise.txt", secrets.token_hex(30_000).encode())
    export = ask(account)
    killed_at(account, monkeypatch, uploads, "complete")
    with acting_in(account.ref):
        before = Export.objects.get(pk=export.pk)
        assert before.parts.exclude(name="").count() > 3
        objects.delete("au-1", noise.storage_key)
    assert scene.run_jobs(account, "export.build") == ["export.build"]
    done = reloaded(account, export)
    assert (done.state, [gap["id"] for gap in done.gap_list]) == (
        "complete_with_gaps",
        [str(noise.pk)],
    )
    assert (done.snapshots, done.storage_key == before.storage_key) == (2, False)
    archive_of(account, export)


@pytest.mark.parametrize("sort", ["recipient", "passphrase"])
def test_an_encrypted_export_is_opened_by_whom_it_is_for_alone(
    account: Account, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing in the account opens it once it is made; another worker goes on with it before that all the same (EX-9)."""
    scene.fill(account)
    owner = owner_of(account)
    identity = pyrage.x25519.Identity.generate()
    given = {"recipient": str(identity.to_public()), "passphrase": "four quiet horses"}
    with acting_in(account.ref, by=owner.actor):
        envelope = exporting.Envelope(**{sort: given[sort]})
        export = exporting.request(by=owner.actor, member=owner, envelope=envelope)
    killed_at(account, monkeypatch, archiving, "_write_files")
    assert scene.run_jobs(account, "export.build") == ["export.build"]
    done = reloaded(account, export)
    with acting_in(account.ref), exporting.opened(done) as source:
        sealed = source.read()
    plain = (
        pyrage.decrypt(sealed, [identity])
        if sort == "recipient"
        else pyrage.passphrase.decrypt(sealed, given["passphrase"])
    )
    assert verify(io.BytesIO(plain)).problems == []
    assert (done.sha256, done.size) == (hashlib.sha256(sealed).hexdigest(), len(sealed))
    assert (done.state, done.encryption, done.file_key) == ("ready", sort, "")


def test_a_failing_store_is_tried_again_then_given_up(
    account: Account, settings: Any, tmp_path: Path
) -> None:
    scene.fill(account)
    export = ask(account)
    [job] = scene.jobs(account)
    blocked = tmp_path / "no-folder"
    blocked.write_text("in the way")
    good = settings.STORAGES
    location = {"BACKEND": good["objects_au"]["BACKEND"], "OPTIONS": {"location": str(blocked)}}
    settings.STORAGES = {**good, "objects_au": location}
    for _ in range(building.MAX_FAILURES):
        assert outbox.run(account.ref, job.pk) is True
        settings.CLOCK_OFFSET += timedelta(hours=1)
    export = reloaded(account, export)
    assert (export.state, export.problem) == ("failed", "storage")
    settings.STORAGES = good
    again = ask(account)
    assert again.pk != export.pk
    scene.run_jobs(account)
    assert reloaded(account, again).state == "ready"


def test_an_s3_store_that_is_away_is_named_as_the_reason(
    account: Account, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = ask(account)
    [job] = scene.jobs(account)
    with s3_server(settings, monkeypatch) as server:
        server.stop()
        for _ in range(building.MAX_FAILURES):
            assert outbox.run(account.ref, job.pk) is True
            settings.CLOCK_OFFSET += timedelta(hours=1)
    export = reloaded(account, export)
    assert (export.state, export.problem) == ("failed", "storage")


def test_one_export_at_a_time(account: Account) -> None:
    assert ask(account).pk == ask(account).pk


def test_a_worker_that_lost_its_lease_writes_nothing(account: Account) -> None:
    scene.fill(account)
    export = ask(account)
    [job] = scene.jobs(account)
    work = outbox.Work(account.ref, job.pk, export.pk, {"export": str(export.pk)})
    with pytest.raises(outbox.LeaseLost):
        building.build(work)
    assert reloaded(account, export).state == "waiting"


def test_memory_does_not_grow_with_the_account(account: Account) -> None:
    with acting_in(account.ref, purpose=Purpose.EXPORT) as active:
        for _ in range(30):
            make_client(admin_notes="knee")
    with acting_in(account.ref, purpose=Purpose.EXPORT, reading=True) as active:
        kind = next(kind for kind in kinds() if kind.model is Client)
        for _ in records.rows(kind, lambda *_: None):
            assert len(active.reads) <= records.CHUNK
        assert active.reads == {}


def test_progress_is_shown_while_it_runs(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.fill(account)
    ask(account)
    seen: list[tuple[int, int]] = []
    real = outbox.Work.beat

    def watched(self: outbox.Work, progress: int | None = None, total: int | None = None) -> None:
        seen.append((progress or 0, total or 0))
        real(self, progress, total)

    monkeypatch.setattr(outbox.Work, "beat", watched)
    monkeypatch.setattr(tasks, "BEAT_SECONDS", 0.0)
    scene.run_jobs(account, "export.build")
    total = seen[-1][1]
    assert total > 20
    assert seen == sorted(seen)
    assert seen[-1] == (total, total)
    with acting_in(account.ref):
        job = OutboxJob.objects.get(name="export.build")
        assert job.progress == job.total >= total


def test_the_queue_is_not_readable_by_the_application(account: Account) -> None:
    from django.db import ProgrammingError

    with pytest.raises(ProgrammingError, match="permission denied"), acting_in(account.ref):
        AuditQueue.objects.count()
