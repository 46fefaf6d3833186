"""What can be booked comes from the rows of one account, in few queries."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import acting_in
from bookings.appointments.booking import book
from bookings.openings.finding import first_day_open, nearest, offer, openings
from privacy.vocabulary.scope import SYSTEM
from tests.bookings.public import NOW, TEN, TUESDAY, Practice, at, open_practice
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def practice(settings: Any) -> Practice:
    at(NOW, settings)
    return open_practice()


def found(practice: Practice, day: date, **more: Any) -> list[time]:
    slots = openings(
        service=practice.service,
        practitioners=[practice.practitioner],
        location=practice.location,
        first_day=day,
        last_day=day,
        **more,
    )
    return [slot.local_start.time() for slot in slots]


def take(practice: Practice, start: datetime = TEN) -> Any:
    return book(
        by=SYSTEM,
        practitioner=practice.practitioner,
        service=practice.service,
        location=practice.location,
        starts_local=start,
        client=make_client(),
    )


def test_hours_without_bookings(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        take(practice)
        assert found(practice, TUESDAY) == [time(9), *(time(hour) for hour in range(11, 17))]


def test_the_moved_appointment_is_left_out(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        appointment = take(practice)
        assert time(10) in found(practice, TUESDAY, leaving_out=appointment.pk)


def test_notice_counts_online_but_not_at_the_desk(practice: Practice) -> None:
    practice.service.notice_minutes = 26 * 60
    with acting_in(practice.account.ref):
        assert found(practice, TUESDAY)[0] == time(12)
        assert found(practice, TUESDAY, at_desk=True)[0] == time(9)


def test_days_without_a_slot_left_are_counted_as_full(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        for hour in range(9, 17):
            take(practice, datetime.combine(TUESDAY, time(hour)))
        offered = offer(
            service=practice.service,
            practitioners=[practice.practitioner],
            location=practice.location,
            first_day=TUESDAY,
            last_day=TUESDAY + timedelta(days=4),
        )
        assert offered.left == {
            TUESDAY: 0,
            date(2026, 11, 25): 8,
            date(2026, 11, 26): 8,
            date(2026, 11, 27): 8,
        }
        assert first_day_open(
            service=practice.service,
            practitioners=[practice.practitioner],
            location=practice.location,
            after=TUESDAY,
        ) == date(2026, 11, 25)


def test_nearest_three(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        appointment = take(practice)
        slots = nearest(
            service=practice.service,
            practitioners=[practice.practitioner],
            location=practice.location,
            wanted=appointment.starts_at,
        )
    assert [slot.local_start.time() for slot in slots] == [time(9), time(11), time(12)]


def test_beyond_the_horizon_there_is_nothing(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        assert found(practice, TUESDAY + timedelta(days=90)) == []


def test_another_accounts_bookings_and_hours_are_not_seen(practice: Practice) -> None:
    neighbour = open_practice()
    with acting_in(neighbour.account.ref):
        take(neighbour)
    with acting_in(practice.account.ref):
        assert time(10) in found(practice, TUESDAY)
        assert (
            openings(
                service=neighbour.service,
                practitioners=[neighbour.practitioner],
                location=neighbour.location,
                first_day=TUESDAY,
                last_day=TUESDAY,
            )
            == []
        )


def test_queries_do_not_grow(practice: Practice) -> None:
    counts = []
    with acting_in(practice.account.ref):
        for hours in ([9], [11, 12]):
            for hour in hours:
                take(practice, datetime.combine(TUESDAY, time(hour)))
            with CaptureQueriesContext(connections["region_au"]) as queries:
                found(practice, TUESDAY)
            counts.append(len(queries))
    assert counts == [1, 1]
