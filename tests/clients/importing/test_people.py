"""Clients and contacts from another system: matched, tried, all there at once or none, nobody told, nothing twice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from accounts.models import OutboxJob
from accounts.tenancy import acting_in
from clients import directory, reaching
from clients.importing import batches, matching, taking, trying
from clients.models import Client, Contact, ContactPoint, ImportBatch, ImportedRow, ImportStagedRow
from privacy.vocabulary import keyring
from tests.clients.importing.flow import csv, imported, owner_in, taken, tried, upload, worked
from tests.factories import make_account, make_client

pytestmark = pytest.mark.django_db(databases="__all__")

CLINIKO = csv(
    ("Id", "First Name", "Last Name", "Date Of Birth", "Sex", "Email", "Mobile Phone", "Home Phone", "Address 1",
     "Address 2", "Suburb", "Post Code", "Country", "Reminder Type", "Medicare", "Created At", "Archived At", "Notes"),
    ("7", "Ana", "Vega", "23/04/1981", "Female", "ana@mail.example", "0412 000 101", "02 5550 0101", "1 Quay St",
     "Unit 4", "Sampleton", "2999", "Australia", "SMS & Email", "2123", "03/02/2019 10:15", "", "<p>Rings twice</p>"),
    ("8", "Bo", "Li", "05/06/1990", "M", "", "12", "", "", "", "", "", "", "None", "", "04/02/2019", "05/03/2020", ""),
    ("9", "Cy", "", "23/04/2081", "F", "cy.mail.example", "", "", "", "", "", "", "", "", "", "", "", ""),
)  # fmt: skip


def test_a_file_of_clients_arrives_with_its_numbers_and_dates() -> None:
    account = make_account()
    batch = tried(account, upload(account, "clients", CLINIKO))
    assert (batch.state, batch.source, batch.name, len(batch.sha256)) == (
        "tried",
        "cliniko",
        "export.csv",
        64,
    )
    assert {name: batch.counts.get(name, 0) for name in ("rows", "good", "bad", "warned", "known")} == {
        "rows": 3, "good": 2, "bad": 1, "warned": 1, "known": 0,
    }  # fmt: skip
    with acting_in(account.ref):
        found = {
            row: {(each.code, each.is_error) for each in said}
            for row, said in trying.found_in(batch)
        }
        assert found == {
            3: {("no_phone", False)},
            4: {("no_mail", True), ("future", True)},
        }
        assert Client.objects.count() == 0
        jobs = set(OutboxJob.objects.values_list("name", flat=True))
    batch = taken(account, batch)
    with acting_in(account.ref):
        ana, bo = sorted(Client.objects.all(), key=lambda client: client.old_reference)
        assert (ana.given_name, ana.family_name, ana.birth_date, ana.sex, ana.phone) == (
            "Ana", "Vega", date(1981, 4, 23), "female", "+61412000101",
        )  # fmt: skip
        assert (ana.old_reference, ana.address, ana.city, ana.country, ana.reminders) == (
            "7", "1 Quay St\nUnit 4", "Sampleton", "AU", "both",
        )  # fmt: skip
        assert (ana.admin_notes, ana.provenance, ana.archived_at) == ("Rings twice", "import", None)
        assert ana.created_at == datetime(2019, 2, 3, 10, 15, tzinfo=UTC)
        assert [point.value for point in ContactPoint.objects.filter(client_id=ana.pk)] == [
            "+61255500101"
        ]
        assert (bo.phone, bo.sex, bo.archived_at) == (
            "12",
            "male",
            datetime(2020, 3, 5, 12, tzinfo=UTC),
        )
        # found as those are who were typed: by keyed hash and in the directory
        assert Client.objects.get(email="ANA@mail.example").pk == ana.pk
        assert Client.objects.get(phone="+61412000101").pk == ana.pk
        assert Client.objects.get(phone="12").pk == bo.pk
        assert reaching.clients_reached_by("+61 2 5550 0101") == [ana.pk]
        assert [each.name for each in directory.search("vega")] == ["Ana Vega"]
        rows = ImportedRow.objects.filter(batch=batch, is_first=True).order_by("row")
        assert [(each.row, each.reference, each.object_id) for each in rows] == [
            (2, "7", ana.pk),
            (3, "8", bo.pk),
        ]
        assert all(len(each.source_hash) == 64 and each.digest for each in rows)
        assert ImportStagedRow.objects.count() == 0
        # nobody is told of anything: the only work asked for looks for duplicates
        now = set(OutboxJob.objects.values_list("name", flat=True))
        assert now - jobs == {"imports.take", "clients.duplicates"}
    assert (batch.state, batch.counts["arrived"]["clients.Client"]) == ("imported", 2)


def test_the_same_again_doubles_nobody() -> None:
    account = make_account()
    imported(account, "clients", CLINIKO)
    again = tried(account, upload(account, "clients", CLINIKO))
    assert (again.counts.get("known"), again.counts.get("good", 0)) == (2, 0)
    with acting_in(account.ref), pytest.raises(batches.NotNow):
        batches.take(by=owner_in(account).actor, batch=again)
    more = csv(
        ("Id", "First Name", "Last Name", "Email", "Preferred First Name", "Reminder Type"),
        ("7", "Anna", "Vega-Li", "", "", ""),  # the number of somebody who is here
        ("20", "Dora", "Ek", "dora@mail.example", "", ""),
        ("20", "Dora", "Ek", "dora@mail.example", "", ""),  # the same row
        ("20", "Otto", "Om", "", "", ""),  # the number of another
        ("21", "Dora", "Ek", "dora@mail.example", "", ""),  # looks like her
        ("22", "BO", "Lí", "bo@mail.example", "", ""),
    )
    with acting_in(account.ref):
        make_client(given_name="Bo", family_name="Li", email="bo@mail.example")
    batch = tried(account, upload(account, "clients", more))
    counts = batch.counts
    assert (counts["known:imported"], counts["known:same_row"], counts["bad"], counts["good"]) == (
        1,
        1,
        1,
        3,
    )
    assert (counts["code:like_row"], counts["code:like_client"]) == (1, 1)
    batch = tried(account, upload(account, "clients", more, alike="skip"))
    assert (batch.counts["good"], batch.counts["known:left_out"]) == (2, 1)


def test_a_killed_import_goes_on_and_leaves_no_half(monkeypatch: pytest.MonkeyPatch) -> None:
    account = make_account()
    monkeypatch.setattr("clients.importing.passes.LOT", 10)
    data = csv(
        ("Patient ID", "First Name", "Last Name", "Mobile"),
        *((str(n), f"Given{n}", f"Family{n}", f"0412 000 {n:03}") for n in range(100, 135)),
    )
    batch = upload(account, "clients", data)
    killed_at = iter([2, 3])
    for module, do, name in ((trying, tried, "counted"), (taking, taken, "stage")):
        kept, calls, dies = getattr(module, name), [0], next(killed_at)

        def killed(*args: object, kept=kept, calls=calls, dies=dies) -> object:  # type: ignore[no-untyped-def]
            calls[0] += 1
            if calls[0] == dies:
                raise SystemExit  # what a worker's end looks like: nothing is caught
            return kept(*args)

        monkeypatch.setattr(module, name, killed)
        with pytest.raises(SystemExit):
            do(account, batch)
        with acting_in(account.ref):
            assert Client.objects.count() == 0
            free_the_job(batch)
        monkeypatch.setattr(module, name, kept)
        batch = worked(account, batch)
    assert batch.state == "imported"
    with acting_in(account.ref):
        numbers = sorted(client.old_reference for client in Client.objects.all())
        assert numbers == [str(n) for n in range(100, 135)]
        keys = keyring.client_ids_with_keys()
        assert len(keys) >= 35


def free_the_job(batch: ImportBatch) -> None:
    """Let the lease of a killed worker run out."""
    job = ImportBatch.objects.get(pk=batch.pk).job_id
    OutboxJob.objects.filter(pk=job).update(leased_until=None)


def test_day_or_month_is_asked_where_no_row_proves_it() -> None:
    account = make_account()
    data = csv(
        ("First Name", "Surname", "DOB"), ("Ana", "Vega", "03/04/1981"), ("Bo", "Li", "05/06/1990")
    )
    batch = upload(account, "clients", data)
    with acting_in(account.ref):
        assert matching.undecided(batch, batch.mapping) == [2]
        with pytest.raises(batches.NotNow):
            batches.try_out(by=owner_in(account).actor, batch=batch)
    told = {**batch.mapping, "orders": {"2": "mdy"}}
    with acting_in(account.ref):
        batches.match(by=owner_in(account).actor, batch=batch, told=told, keep_as="Our old system")
    batch = taken(account, tried(account, batch))
    with acting_in(account.ref):
        assert {client.birth_date for client in Client.objects.all()} == {
            date(1981, 3, 4),
            date(1990, 5, 6),
        }
        # a file of the same headings is matched as this one was
        assert matching.guessed(batch)["orders"] == {"2": "mdy"}


def test_contacts_arrive_under_the_accounts_key() -> None:
    account = make_account()
    batch = imported(account, "contacts", csv(
        ("Type", "Title", "First Name", "Last Name", "Company Name", "Provider Number", "Phone"),
        ("Doctor", "Dr", "Ines", "Vo", "Quay Medical", "123A", "02 5550 0101"),
        ("Third party payer", "", "", "", "Sure Insurance", "", ""),
        ("Spaceship", "", "Zed", "", "", "", ""),
    ))  # fmt: skip
    assert (batch.counts["good"], batch.counts["bad"], batch.counts["code:not_chosen"]) == (2, 1, 1)
    with acting_in(account.ref):
        assert {(each.kind, each.name, each.number) for each in Contact.objects.all()} == {
            ("gp", "Dr Ines Vo", "123A"),
            ("insurer", "Sure Insurance", ""),
        }


def test_files_that_are_no_tables_are_refused_and_forgotten() -> None:
    account = make_account()
    with acting_in(account.ref):
        by = owner_in(account).actor
        for data, kind in (
            (b"PK\x03\x04", "workbook"),
            (b"", "empty"),
            (b"First Name,Last Name\n", "empty"),
        ):
            with pytest.raises(batches.NoTable) as refused:
                batches.begin(by=by, kind="clients", name="x", pieces=[data])
            assert refused.value.kind == kind
        assert ImportBatch.objects.count() == 0


def test_another_account_sees_nothing_of_it() -> None:
    ours, theirs = make_account(), make_account()
    batch = imported(ours, "clients", CLINIKO)
    with acting_in(theirs.ref):
        assert not ImportBatch.objects.filter(pk=batch.pk).exists()
    again = imported(theirs, "clients", CLINIKO)
    assert isinstance(again.pk, UUID)
    assert again.counts["good"] == 2
