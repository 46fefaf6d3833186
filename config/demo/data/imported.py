"""Brings a few clients of another system into a demo practice, so that its page of imports has something to show."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from accounts import outbox
from accounts.models import Member, Role
from accounts.tenancy import AccountRef, acting_in
from clients.importing import batches
from clients.models import ImportBatch

_HEADINGS = ("Id", "First Name", "Last Name", "Date Of Birth", "Sex", "Email", "Mobile Phone", "Suburb", "Post Code",
             "Reminder Type", "Appointment Notes", "Created At")  # fmt: skip
_PEOPLE = (
    ("Odette", "Marlowe", "23/04/1961", "Female"),
    ("Quentin", "Abara", "05/11/1978", "Male"),
    ("Imogen", "Castellan", "17/02/1990", "Female"),
    ("Rafferty", "Okonjo", "30/08/1985", "Male"),
    ("Sunniva", "Thorne", "12/12/1947", "Female"),
    ("Caspian", "Ilves", "31/04/1999", "Male"),  # a day that never was: this row is left out
    ("Perpetua", "Nightingale", "09/06/2014", "Female"),
)


def add_import(account: AccountRef) -> None:
    """Import them as an Owner and the worker would, outside any transaction."""
    with acting_in(account):
        by = Member.objects.get(role=Role.OWNER).actor
        batch = batches.begin(
            by=by, kind="clients", name="patients-2026.csv", pieces=[_file(_PEOPLE)]
        )
        batch = batches.try_out(by=by, batch=batch)
    _work(account, batch)
    with acting_in(account):
        batch = batches.take(by=by, batch=batch)
    _work(account, batch)


def _work(account: AccountRef, batch: ImportBatch) -> None:
    assert batch.job_id is not None  # it was just asked for
    outbox.run(account, batch.job_id)


def _file(people: Sequence[Sequence[str]]) -> bytes:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(_HEADINGS)
    for number, (given, family, born, sex) in enumerate(people):
        mail = f"{given}.{family}@post.example".lower()
        phone = f"0491 570 {160 + number}"
        row = (
            str(4100 + number),
            given,
            family,
            born,
            sex,
            mail,
            phone,
            "Rozelle",
            "2039",
            "Email",
            "",
            "03/02/2019",
        )
        writer.writerow(row)
    return written.getvalue().encode()
