"""A waiting list at a practice of two, for the tests of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from accounts import outbox
from accounts.models import OutboxJob
from accounts.tenancy import acting_in
from bookings.models import WaitingEntry, WaitingOffer
from bookings.waiting.entries import Terms, add
from bookings.waiting.finding import Stretch
from bookings.waiting.offering import offer
from clients.models import Client
from tests.bookings.office import TUESDAY, Office, ten, utc
from tests.factories import make_client

FRIDAY = TUESDAY + timedelta(days=3)


def waits(
    office: Office, client: Client | None = None, until: date = FRIDAY, **terms: Any
) -> WaitingEntry:
    """Return an entry of a client on the list; the account must be open."""
    wanted = Terms(terms.pop("service", office.service), until, **terms)
    return add(by=office.by, client=client or make_client(), terms=wanted)


def stretch(office: Office, starts: datetime | None = None, hours: int = 1) -> Stretch:
    """Return an hour of Mei's that is free."""
    start = utc(starts or ten())
    return Stretch(office.mei, office.location, start, start + timedelta(hours=hours))


def offered(
    office: Office, entry: WaitingEntry, starts: datetime | None = None, **more: Any
) -> WaitingOffer:
    """Return an offer of Tuesday at ten with Mei."""
    return offer(
        by=office.by,
        entry=entry,
        practitioner=more.pop("practitioner", office.mei),
        location=office.location,
        starts_at=utc(starts or ten()),
        **more,
    )


def run_jobs(office: Office, *names: str) -> None:
    """Run what is due of these jobs, and what that asks for, each in a transaction of its own."""
    for _round in range(3):
        with acting_in(office.account.ref):
            due = OutboxJob.objects.filter(name__in=names, done_at=None)
            found = list(due.values_list("pk", flat=True))
        for job in found:
            outbox.run(office.account.ref, job)
