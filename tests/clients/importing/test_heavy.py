"""A hundred thousand clients at once: memory stays bounded, nobody is told, and how fast it goes is printed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from accounts.models import OutboxJob
from accounts.tenancy import acting_in
from clients.importing import batches
from clients.models import Client, ContactPoint
from privacy.vocabulary import keyring
from tests.clients.importing.flow import owner_in, taken, tried
from tests.factories import make_account

pytestmark = [pytest.mark.django_db(databases="__all__", transaction=True), pytest.mark.heavy]

ROWS = 100_000
# Hashes of what was seen before, of each row a few, and one lot of rows: it grows by bytes a row, not by rows
MOST_GROWTH = 160 * 2**20
_HEADINGS = "Id,First Name,Last Name,Date Of Birth,Sex,Email,Mobile Phone,Home Phone,Address 1,Suburb,State,Post Code,Notes"


def pieces() -> Iterator[bytes]:
    """Yield the file piece by piece, so that the test itself holds none of it."""
    yield (_HEADINGS + "\r\n").encode()
    for number in range(ROWS):
        yield (
            f"{number},Given{number % 900},Family{number},{1 + number % 28:02}/{1 + number % 12:02}/{1930 + number % 80},"
            f"{'FM'[number % 2]},g{number}@mail.example,0491 {number // 1000:03} {number % 1000:03},"
            f"02 5550 {number % 10000:04},"
            f"{1 + number % 300} Example Street,Sampleton,NSW,{2000 + number % 900},Invented words about number {number}\r\n"
        ).encode()


def peak(*, anew: bool = False) -> int:
    """Return the most memory that this process held so far, in bytes; `anew` forgets it."""
    if anew:
        Path("/proc/self/clear_refs").write_text("5")
    line = next(
        each
        for each in Path("/proc/self/status").read_text().splitlines()
        if each.startswith("VmHWM")
    )
    return int(line.split()[1]) * 1024


def test_a_hundred_thousand_rows() -> None:
    account = make_account()
    before, clock = peak(anew=True), time.monotonic()
    with acting_in(account.ref):
        by = owner_in(account).actor
        batch = batches.begin(by=by, kind="clients", name="all.csv", pieces=pieces())
    marks = {"uploaded and surveyed": time.monotonic() - clock}
    clock = time.monotonic()
    batch = tried(account, batch)
    marks["tried"] = time.monotonic() - clock
    assert (batch.counts["good"], batch.counts.get("bad", 0)) == (ROWS, 0)
    clock = time.monotonic()
    batch = taken(account, batch)
    marks["imported"] = time.monotonic() - clock
    growth = peak() - before
    for what, seconds in marks.items():
        print(f"{what}: {seconds:.0f} s, {ROWS / seconds:,.0f} rows/s")
    print(f"peak memory above the beginning: {growth / 2**20:.0f} MB")
    assert growth < MOST_GROWTH
    with acting_in(account.ref):
        assert (Client.objects.count(), ContactPoint.objects.count()) == (ROWS, ROWS)
        assert {job.name for job in OutboxJob.objects.all()} == {
            "imports.try", "imports.take", "imports.tidy", "clients.duplicates",
        }  # fmt: skip
        last = Client.objects.order_by("-pk").first()
        assert (last.old_reference, last.email) == (str(ROWS - 1), f"g{ROWS - 1}@mail.example")
        keyring.forget()
