"""One pass over a batch's file: its rows some at a time, each lot in a transaction of its own that keeps the job's lease."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import batched
from uuid import UUID

from django.db import connections

from accounts import outbox
from accounts.tenancy import acting_in
from clients.importing import files
from clients.importing.kinds import Record, Session
from clients.importing.plans import Plan, plan_of
from clients.importing.reading.tables import Row, Writing, rows
from clients.models import ImportBatch
from privacy.vocabulary import keyring
from privacy.vocabulary.scope import Purpose

LOT = 800  # fewer than the clients whose keys are fetched one by one
_BEAT_SECONDS = 10

Take = Callable[[Plan, Session, list[Record]], None]


def each_lot(
    work: outbox.Work, batch: ImportBatch, take: Take, *, after: int = 0, beaten: int = 0
) -> None:
    """Give the rows of a file to `take` as records, some at a time, inside the account; the lease is kept with each lot.

    Rows up to `after` are read again, because a pass knows what stood above, and not given out. Raises `Misread`, `Gone`.
    """
    with ExitStack() as stack:
        with acting_in(work.account, purpose=Purpose.MAINTENANCE) as active:
            plan = plan_of(batch)
            session = plan.kind.begin(plan)
            active.reads.clear()
            source = stack.enter_context(files.opened(batch))
        for lot in batched(rows(source, Writing(**batch.writing)), LOT, strict=False):
            beaten += len(lot)
            with acting_in(work.account, purpose=Purpose.MAINTENANCE) as active:
                records = understood(plan, session, lot)
                if records[-1].row > after:
                    take(plan, session, [record for record in records if record.row > after])
                work.beat_here(beaten)
                active.reads.clear()  # the batch's own audit row tells of what was read for it
            keyring.forget()


def understood(plan: Plan, session: Session, lot: tuple[Row, ...]) -> list[Record]:
    """Return rows as records with all that is to be said of them."""
    records = [plan.read(row) for row in lot]
    session.look(records)
    return records


@contextmanager
def beating(work: outbox.Work) -> Iterator[None]:
    """Keep a job's lease from a second connection while one long statement runs; its own transaction must not beat."""
    over = threading.Event()

    def beat() -> None:
        try:
            while not over.wait(_BEAT_SECONDS):
                work.beat()
        except outbox.LeaseLost:
            pass  # the work itself notices at its end
        finally:
            for each in connections.all(initialized_only=True):
                each.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def batch_named(pk: str | UUID, *, state: str) -> ImportBatch | None:
    """Return a batch that is in a state, for a job to work on; None when it no longer is."""
    found: ImportBatch | None = ImportBatch.objects.filter(pk=pk, state=state).first()
    return found
