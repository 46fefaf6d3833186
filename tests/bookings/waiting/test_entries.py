"""Joining the list, changing what is waited for, leaving it, and how an entry ends by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import OutboxJob
from accounts.tenancy import acting_in
from bookings.appointments.cancelling import cancel
from bookings.appointments.moving import move
from bookings.models import WaitingEntry, WaitingWish
from bookings.waiting import entries
from bookings.waiting.entries import Terms, add, change, present_bookings, remove
from bookings.waiting.matching import Window, Wish
from tests.bookings.office import (
    NOW,
    TUESDAY,
    Office,
    at,
    audited,
    open_office,
    place_of,
    ten,
    utc,
)
from tests.bookings.waiting.lists import FRIDAY, offered, run_jobs, waits
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")
DAY = timedelta(days=1)


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


def terms(office: Office, **more: Any) -> Terms:
    return replace(Terms(office.service, FRIDAY), **more)


def test_somebody_joins_the_list(office: Office) -> None:
    with acting_in(office.account.ref):
        client = make_client()
        wanted = terms(
            office,
            since=TUESDAY,
            windows=[Window(2, 540, 720)],
            wishes=[Wish(office.mei.pk, None)],
            is_urgent=True,
            note="Ring twice",
        )
        entry = add(by=office.by, client=client, terms=wanted)
        kept = WaitingEntry.objects.get()
        assert (kept.pk, kept.client_id, kept.state, kept.until, kept.since) == (
            entry.pk,
            client.pk,
            "waiting",
            FRIDAY,
            TUESDAY,
        )
        assert (kept.windows, kept.is_urgent, kept.note) == (
            [[2, "09:00", "12:00"]],
            True,
            "Ring twice",
        )
        wish = WaitingWish.objects.get()
        assert (wish.client_id, wish.practitioner_id, wish.location_id) == (
            client.pk,
            office.mei.pk,
            None,
        )
        job = OutboxJob.objects.get(name=entries.JOB)
        assert job.payload == {"entry": str(entry.pk)}
        assert job.run_at == utc(ten(0, day=FRIDAY + DAY))


def test_nobody_waits_twice_for_the_same(office: Office) -> None:
    with acting_in(office.account.ref):
        client = make_client()
        entry = waits(office, client)
        with pytest.raises(ValidationError):
            waits(office, client)
        remove(by=office.by, entry=entry)
        assert waits(office, client).pk != entry.pk


def test_sending_a_form_twice_adds_one(office: Office) -> None:
    with acting_in(office.account.ref):
        first = waits(office)
        again = add(by=office.by, client=make_client, terms=terms(office), entry_id=first.pk)
        assert again.pk == first.pk
        assert WaitingEntry.objects.count() == 1


def test_terms_that_cannot_be_are_refused(office: Office) -> None:
    with acting_in(office.account.ref):
        someone = place_of(office.booked(ten()))
        ended = replace(terms(office), service=office.service)
        for wrong in (
            terms(office, until=TUESDAY - 3 * DAY),
            terms(office, since=FRIDAY + DAY),
            terms(office, attendee=someone),
            terms(office, note="x" * 501),
        ):
            with pytest.raises(ValidationError):
                add(by=office.by, client=make_client(), terms=wrong)
        office.service.archived_at = NOW
        with pytest.raises(ValidationError):
            add(by=office.by, client=make_client(), terms=ended)
        assert WaitingEntry.objects.count() == 0


def test_it_lasts_until_the_day_of_the_booking_it_would_give_up(office: Office) -> None:
    with acting_in(office.account.ref):
        client = make_client()
        place = place_of(office.booked(ten(day=TUESDAY + DAY), client))
        assert [each.pk for each in present_bookings(client)] == [place.pk]
        entry = waits(office, client, attendee=place)
        assert entry.until == TUESDAY + DAY
        job = OutboxJob.objects.get(name=entries.JOB)
        assert job.run_at == place.appointment.starts_at


def test_changing_keeps_the_place_in_the_line(office: Office) -> None:
    with acting_in(office.account.ref):
        entry = waits(office, wishes=[Wish(office.mei.pk, None)])
        changed = change(
            by=office.by,
            entry=entry,
            terms=terms(office, until=FRIDAY + DAY, wishes=[Wish(None, office.location.pk)]),
        )
        assert (changed.created_at, changed.until) == (entry.created_at, FRIDAY + DAY)
        wish = WaitingWish.objects.get()
        assert (wish.practitioner_id, wish.location_id) == (None, office.location.pk)


def test_leaving_takes_offers_back(office: Office) -> None:
    with acting_in(office.account.ref):
        entry = waits(office)
        made = offered(office, entry)
        gone = remove(by=office.by, entry=entry)
        assert (gone.state, gone.ended_at is not None) == ("removed", True)
        made.refresh_from_db()
        assert (made.state, made.hold_id) == ("withdrawn", None)
        assert remove(by=office.by, entry=entry).ended_at == gone.ended_at
        with pytest.raises(ValidationError):
            change(by=office.by, entry=entry, terms=terms(office))


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_it_ends_by_itself_after_its_last_day(office: Office, settings: Any) -> None:
    with acting_in(office.account.ref):
        entry = waits(office)
    run_jobs(office, entries.JOB)
    with acting_in(office.account.ref):
        entry.refresh_from_db()
        assert entry.state == "waiting"
    at(utc(ten(0, day=FRIDAY + DAY)) + timedelta(minutes=1), settings)
    run_jobs(office, entries.JOB)
    with acting_in(office.account.ref):
        entry.refresh_from_db()
        assert entry.state == "expired"
    assert [row[1:] for row in audited("waiting.expired")] == [(entry.pk, entry.client_id)]


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_booking_that_moves_takes_the_end_with_it(office: Office, settings: Any) -> None:
    with acting_in(office.account.ref):
        client = make_client()
        appointment = office.booked(ten(9), client)
        entry = waits(office, client, attendee=place_of(appointment))
        assert entries.ends_at(entry) == appointment.starts_at
        move(by=office.by, appointment=appointment, practitioner=office.mei, starts_local=ten(15))
    at(utc(ten(10)), settings)
    run_jobs(office, entries.JOB)
    with acting_in(office.account.ref):
        entry.refresh_from_db()
        assert entry.state == "waiting"
        cancel(by=office.by, attendee=place_of(appointment), side="practice", reason="other")
        entry = WaitingEntry.objects.get()
        assert entries.ends_at(entry) == utc(ten(0, day=TUESDAY + DAY))
