"""The pages of an import: the whole way by plain POST, the mistakes on it, and who may go it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from accounts.tenancy import acting_in
from clients.importing import batches, files
from clients.importing.corrected import REASON
from clients.models import Client, Disclosure, ImportBatch, ImportPiece
from privacy.vocabulary.scope import SYSTEM
from tests.clients.importing.flow import csv, imported, worked
from tests.clients.practice import Practice, practice

pytestmark = pytest.mark.django_db(databases="__all__")

DATA = csv(
    ("Patient ID", "First Name", "Last Name", "DOB", "Sex", "Email"),
    ("1", "Ana", "Vega", "03/04/1981", "Frau", "ana@mail.example"),
    ("2", "Bo", "Li", "05/06/1990", "M", "=cmd@@"),
)

MATCHED = {"orders": {"3": "dmy"}, "values": {"sex": {"Frau": "female"}}}


def url(owner: Practice, rest: str = "") -> str:
    return f"/a/{owner.account.slug}/settings/imports/{rest}"


def uploaded(
    owner: Practice, data: bytes, name: str = "my export.csv", kind: str = "clients"
) -> Any:
    return owner.browser.post(url(owner, f"new/{kind}/"), {"file": SimpleUploadedFile(name, data)})


def test_a_practice_brings_its_clients_step_by_step() -> None:
    owner = practice()
    browser: Any = owner.browser
    assert "None yet" in browser.get(url(owner)).content.decode()
    sample = browser.get(url(owner, "samples/clients/"))
    assert b"Rosa" in sample.content
    workbook = uploaded(owner, b"PK\x03\x04", "book.xlsx")
    assert (workbook.status_code, b"save the sheet as CSV" in workbook.content) == (422, True)

    answer = uploaded(owner, DATA)
    columns = answer.url
    page = browser.get(columns).content.decode()
    assert "03/04/1981" in page
    assert "is Fri 3 Apr 1981" in page
    fields = {"source": "other", "c0": "reference", "c1": "given_name", "c2": "family_name", "c3": "birth_date",
              "c4": "sex", "c5": "email", "alike": "add", "keep_as": "Ours"}  # fmt: skip
    undecided = browser.post(columns, fields)
    assert (undecided.status_code, b"no row of this column proves it" in undecided.content) == (
        422,
        True,
    )
    twice = browser.post(columns, {**fields, "c5": "given_name", "order3": "dmy"})
    assert b"Two columns are" in twice.content
    anew = browser.post(
        columns.replace("columns", "reading"),
        {"encoding": "cp1252", "delimiter": ",", "header": "1"},
    )
    assert anew.url == columns
    values = browser.post(columns, {**fields, "order3": "dmy"}).url
    assert values.endswith("/values/")
    assert "Stands for nothing yet" in browser.get(values).content.decode()
    ready = browser.post(values, {"sex-0": "female", "sex-1": "male"}).url
    assert b"Check every row" in browser.get(ready).content
    batch_page = browser.post(ready).url
    with acting_in(owner.account.ref):
        [batch] = ImportBatch.objects.all()
    assert b"Checking every row" in browser.get(batch_page).content
    worked(owner.account, batch)
    progress = browser.get(f"{batch_page}progress/")
    assert progress.headers["HX-Refresh"] == "true"
    page = browser.get(batch_page).content.decode()
    assert "is no e-mail address" in page
    assert "Import 1 row" in page
    corrected = browser.get(f"{batch_page}corrected/")
    lines = b"".join(corrected).decode("utf-8-sig").splitlines()
    assert lines[0].endswith(REASON)
    assert lines[1].startswith("""2,Bo,Li,05/06/1990,M,'=cmd@@,"Email is no e-mail address.""")
    with acting_in(owner.account.ref):
        assert [row.way for row in Disclosure.objects.all()] == ["download"]
    # corrected, it comes in as it is, its reason left out
    again = uploaded(
        owner, "\r\n".join([lines[0], lines[1].replace("'=cmd@@", "bo@mail.example")]).encode()
    )
    assert 'name="c6"' in browser.get(again.url).content.decode()

    assert browser.post(f"{batch_page}import/").url == batch_page
    worked(owner.account, batch)
    page = browser.get(batch_page).content.decode()
    assert "Take it back" in page
    assert browser.post(f"{batch_page}dropping/").url == batch_page  # too late for that
    assert b"touched by nobody" in browser.get(f"{batch_page}undoing/").content
    assert browser.post(f"{batch_page}undoing/").url == batch_page
    worked(owner.account, batch)
    assert b"Taken back" in browser.get(batch_page).content
    assert browser.get(columns).status_code == 404
    with acting_in(owner.account.ref):
        assert Client.objects.count() == 0


def test_who_may_import_and_what_of() -> None:
    owner = practice()
    batch = imported(owner.account, "clients", DATA, **MATCHED)
    manager = practice(Role.MANAGER, owner.account)
    assert manager.browser.get(url(owner)).status_code == 200
    assert manager.browser.get(url(owner, f"{batch.pk}/")).status_code == 200
    assert manager.browser.get(url(owner, "new/notes/")).status_code == 403  # reads no notes
    assert practice(Role.RECEPTION, owner.account).browser.get(url(owner)).status_code == 403
    stranger = practice()
    assert (
        stranger.browser.get(f"/a/{stranger.account.slug}/settings/imports/{batch.pk}/").status_code
        == 404
    )


def test_the_list_costs_the_same_however_long() -> None:
    owner = practice()
    browser: Any = owner.browser
    costs = []
    for _round in range(2):
        for _each in range(2):
            uploaded(owner, DATA)
        browser.get(url(owner))
        with CaptureQueriesContext(connections["region_au"]) as queries:
            browser.get(url(owner))
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_a_file_goes_after_its_days_and_what_it_said_with_it() -> None:
    owner = practice()
    browser: Any = owner.browser
    batch = imported(owner.account, "clients", DATA, **MATCHED)
    job = type("Work", (), {"payload": {"batch": str(batch.pk)}})()
    with acting_in(owner.account.ref, by=SYSTEM):
        batches.tidy(job)
        kept = ImportBatch.objects.get(pk=batch.pk)
        assert (kept.has_file, kept.file_key, kept.survey["columns"], kept.state) == (
            False,
            "",
            [],
            "imported",
        )
        assert len(kept.sha256) == 64
        assert not ImportPiece.objects.exists()
        with pytest.raises(files.Gone), files.opened(kept):
            pass
    assert browser.get(url(owner, f"{batch.pk}/")).status_code == 200
