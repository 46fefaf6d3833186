"""Booking keeps what was agreed: wall time, zone, instant, and its own copy of the service."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.tenancy import acting_in
from accounts.time_zones import tzdb_version
from bookings.appointments.booking import NonexistentTime, SlotTaken, book
from bookings.models import Appointment, Attendee, Message
from clients.models import Client
from privacy.vocabulary.scope import SYSTEM, VISITOR
from tests.bookings.public import NOW, TEN, Practice, at, open_practice
from tests.factories import make_client

# Sydney's clocks go back at 3 am that day
HALF_PAST_TWO = datetime.combine(date(2027, 4, 4), time(2, 30))
pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def practice(settings: Any) -> Practice:
    at(NOW, settings)
    return open_practice()


def take(practice: Practice, start: datetime = TEN, **more: Any) -> Appointment:
    values = {
        "by": SYSTEM,
        "practitioner": practice.practitioner,
        "service": practice.service,
        "location": practice.location,
        "starts_local": start,
    }
    if "client" not in more:
        values["client"] = make_client()
    return book(**{**values, **more})


def test_keeps_wall_time_zone_instant_and_database_version(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        appointment = Appointment.objects.get(pk=take(practice).pk)
    assert (appointment.local_date, appointment.local_time) == (TEN.date(), time(10))
    assert (appointment.time_zone, appointment.tzdb_version) == ("Australia/Sydney", tzdb_version())
    assert appointment.starts_at == datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
    assert appointment.ends_at == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)


def test_changing_the_service_rewrites_nothing(practice: Practice) -> None:
    service = practice.service
    service.buffer_before, service.buffer_after, service.price_minor = 10, 15, 13500
    with acting_in(practice.account.ref):
        pk = take(practice).pk
        service.name, service.duration_minutes, service.price_minor = "Other", 5, 1
        service.save()
        appointment = Appointment.objects.get(pk=pk)
    assert (appointment.service_name, appointment.duration_minutes) == ("First visit", 60)
    assert appointment.price_minor == 13500
    assert appointment.busy_from == appointment.starts_at - timedelta(minutes=10)
    assert appointment.busy_until == appointment.ends_at + timedelta(minutes=15)


def test_a_taken_time_names_the_nearest_three(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        take(practice)
        with pytest.raises(SlotTaken) as taken:
            take(practice, client=lambda: pytest.fail("a loser makes no client"))
        assert [slot.local_start.time() for slot in taken.value.nearest] == [
            time(9),
            time(11),
            time(12),
        ]
        assert Appointment.objects.count() == 1


def test_buffers_keep_their_distance(practice: Practice) -> None:
    practice.service.buffer_after = 15
    with acting_in(practice.account.ref):
        take(practice)
        with pytest.raises(SlotTaken):
            take(practice, TEN + timedelta(minutes=70))
        take(practice, TEN + timedelta(minutes=75))


def test_staff_may_overbook(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        take(practice)
        assert take(practice, overbook_because="twins").is_overbooked is True


def test_a_cancelled_time_is_free_again(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        first = take(practice)
        first.state = Appointment.State.CANCELLED
        first.save()
        assert take(practice).pk != first.pk


def test_a_wall_time_that_does_not_exist(practice: Practice) -> None:
    with acting_in(practice.account.ref), pytest.raises(NonexistentTime):
        take(practice, datetime.combine(date(2027, 10, 3), time(2, 30)))


def test_the_second_pass_of_a_repeated_hour(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        first = take(practice, HALF_PAST_TWO)
        second = take(practice, HALF_PAST_TWO.replace(fold=1))
    assert second.starts_at - first.starts_at == timedelta(hours=1)
    assert second.local_time == first.local_time


def test_a_comment_that_is_too_long_books_nothing(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        with pytest.raises(ValidationError):
            take(practice, comment="x" * 1001)
        assert Appointment.objects.count() == 0


def test_the_notice_and_the_messages(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        client = make_client()
        appointment = take(practice, by=VISITOR, client=client, notice=practice.notice)
        attendee = Attendee.objects.get()
        assert (attendee.notice_id, attendee.notice_shown_at is not None) == (
            practice.notice.pk,
            True,
        )
        assert sorted(Message.objects.values_list("category", flat=True)) == [
            "confirmation",
            "reminder",
        ]
        assert Client.objects.get().pk == client.pk
        assert appointment.provenance == "staff"
