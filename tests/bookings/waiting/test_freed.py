"""Time that becomes free: found by a job, suggested to staff, or offered by itself when the practice wants that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import OutboxJob
from accounts.tenancy import acting_in
from bookings.appointments.cancelling import cancel
from bookings.models import Appointment, FreedTime, WaitingChoices, WaitingOffer
from bookings.waiting import ending, freed, offering
from bookings.waiting.answering import accept, decline
from bookings.waiting.freed import dismiss, suggested
from privacy.vocabulary.scope import VISITOR
from tests.bookings.office import NOW, Office, at, open_office, place_of, ten, utc
from tests.bookings.waiting.lists import run_jobs, waits

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
JOBS = (freed.JOB, ending.LOOK, offering.JOB)


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


def cancelled(office: Office, hour: int = 10) -> Appointment:
    appointment = office.booked(ten(hour))
    cancel(by=office.by, attendee=place_of(appointment), side="client", reason="sick")
    return appointment


def counts() -> list[tuple[datetime, int]]:
    return list(suggested().values_list("starts_at", "fitting"))


def test_a_cancellation_is_looked_at_by_a_job(office: Office) -> None:
    with acting_in(office.account.ref):
        cancelled(office)
        assert not OutboxJob.objects.filter(name=freed.JOB).exists(), "nobody waits"
        waits(office)
        waits(office)
        cancelled(office, 14)
        job = OutboxJob.objects.get(name=freed.JOB)
        assert set(job.payload) == {"practitioner", "location", "starts_at", "ends_at"}
    run_jobs(office, *JOBS)
    with acting_in(office.account.ref):
        assert counts() == [(utc(ten(14)), 2)]


def test_a_suggestion_goes_when_the_time_is_taken_put_away_or_past(
    office: Office, settings: Any
) -> None:
    with acting_in(office.account.ref):
        waits(office)
        for hour in (9, 11, 14):
            cancelled(office, hour)
    run_jobs(office, *JOBS)
    with acting_in(office.account.ref):
        assert len(counts()) == 3
        office.booked(ten(9))
        dismiss(FreedTime.objects.get(starts_at=utc(ten(14))))
        assert counts() == [(utc(ten(11)), 1)]
    at(utc(ten(11, 30)), settings)
    with acting_in(office.account.ref):
        assert counts() == []


def test_who_joins_later_is_counted(office: Office) -> None:
    with acting_in(office.account.ref):
        waits(office)
        cancelled(office)
    run_jobs(office, *JOBS)
    with acting_in(office.account.ref):
        waits(office)
    run_jobs(office, *JOBS)
    with acting_in(office.account.ref):
        assert counts() == [(utc(ten()), 2)]


def test_the_first_is_offered_the_time_by_itself_and_then_the_next(
    office: Office, settings: Any
) -> None:
    with acting_in(office.account.ref):
        WaitingChoices(mode="offer").save(force_insert=True)
        first, second, third = (waits(office) for _each in range(3))
        cancelled(office)
    run_jobs(office, *JOBS)
    with acting_in(office.account.ref):
        made = WaitingOffer.objects.get()
        assert (made.entry_id, made.starts_at) == (first.pk, utc(ten()))
        assert counts() == [(utc(ten()), 2)]
        decline(by=VISITOR, offer=made)
    run_jobs(office, *JOBS)
    with acting_in(office.account.ref):
        made = WaitingOffer.objects.get(state="offered")
        assert made.entry_id == second.pk
    at(NOW + timedelta(hours=3), settings)
    run_jobs(office, *JOBS)
    with acting_in(office.account.ref):
        made = WaitingOffer.objects.get(state="offered")
        assert made.entry_id == third.pk
        accept(by=VISITOR, offer=made)
        assert counts() == []


def test_nobody_is_written_to_at_night(office: Office, settings: Any) -> None:
    at(datetime(2026, 11, 23, 11, 30, tzinfo=UTC), settings)  # half past ten in the evening
    with acting_in(office.account.ref):
        WaitingChoices(mode="offer").save(force_insert=True)
        waits(office)
        cancelled(office, 15)
    run_jobs(office, *JOBS)
    with acting_in(office.account.ref):
        assert WaitingOffer.objects.count() == 0
        assert OutboxJob.objects.get(name=ending.LOOK, done_at=None).run_at == utc(ten(8))
    at(utc(ten(8, 1)), settings)
    run_jobs(office, *JOBS)
    with acting_in(office.account.ref):
        assert WaitingOffer.objects.get().starts_at == utc(ten(15))


def test_past_times_are_swept(office: Office, settings: Any) -> None:
    with acting_in(office.account.ref):
        waits(office)
        cancelled(office, 9)
        cancelled(office, 16)
    run_jobs(office, *JOBS)
    at(utc(ten(11)), settings)
    with acting_in(office.account.ref):
        waits(office)
    run_jobs(office, *JOBS)
    with acting_in(office.account.ref):
        assert [row.starts_at for row in FreedTime.objects.all()] == [utc(ten(16))]
