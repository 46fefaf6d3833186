"""A person moves their own booking by its link: same row, new time, in time only, and never onto somebody else."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from accounts.tenancy import acting_in
from bookings.appointments.booking import book
from bookings.messaging.links import token_of
from bookings.models import Appointment, Attendee, Message, Move
from privacy.vocabulary.scope import SYSTEM
from tests.bookings.public import NOW, TEN, Practice, at, open_practice
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")
WEDNESDAY_NOON = "2026-11-25T12:00+11:00"


@pytest.fixture
def practice(settings: Any) -> Practice:
    at(NOW, settings)
    return open_practice()


def take(practice: Practice, start: datetime = TEN) -> Attendee:
    with acting_in(practice.account.ref):
        appointment = book(
            by=SYSTEM,
            practitioner=practice.practitioner,
            service=practice.service,
            location=practice.location,
            starts_local=start,
            client=make_client(),
        )
        place: Attendee = appointment.attendees.get()
        return place


@pytest.fixture
def token(practice: Practice) -> str:
    place = take(practice)
    with acting_in(practice.account.ref):
        return token_of(place)


def test_moves_the_same_booking(practice: Practice, token: str, client: Browser) -> None:
    page = client.get(practice.url("booking_times", token) + "?day=2026-11-25")
    assert "Now: Tue 24 Nov 2026, 10:00 am" in page.content.decode()
    assert 'method="post"' in page.content.decode()
    answer = client.post(practice.url("booking_time", token), {"start": WEDNESDAY_NOON})
    assert answer["Location"] == practice.url("booking", token)
    assert "Wed 25 Nov 2026" in client.get(answer["Location"]).content.decode()
    with acting_in(practice.account.ref):
        appointment = Appointment.objects.get()
        assert (appointment.local_time, appointment.sequence) == (time(12), 1)
        assert Move.objects.count() == 1
        told = Message.objects.filter(category="confirmation", state="queued")
        assert [message.sequence for message in told] == [1], "its confirmation had not left yet"


def test_other_times_than_its_own_are_offered_and_it_isnt_in_their_way(
    practice: Practice, token: str, client: Browser
) -> None:
    with acting_in(practice.account.ref):
        practice.service.grid_minutes = 30
        practice.service.save()
    page = client.get(practice.url("booking_times", token) + "?day=2026-11-24")
    labels = [each["label"] for part in page.context["parts"] for each in part["times"]]
    assert {"9:30 am", "10:30 am"} <= set(labels)
    assert "10:00 am" not in labels


@pytest.mark.parametrize("start", ["", "soon", "2026-11-25T12:07+11:00", "2026-11-25T20:00+11:00"])
def test_times_that_are_not_offered(
    practice: Practice, token: str, client: Browser, start: str
) -> None:
    answer = client.post(practice.url("booking_time", token), {"start": start})
    assert answer.status_code == 409
    assert "just been taken" in answer.content.decode()
    with acting_in(practice.account.ref):
        assert Appointment.objects.get().local_time == time(10)


def test_never_onto_somebody_else(practice: Practice, token: str, client: Browser) -> None:
    take(practice, TEN + timedelta(days=1, hours=2))
    answer = client.post(practice.url("booking_time", token), {"start": WEDNESDAY_NOON})
    assert answer.status_code == 409


def test_the_length_that_was_agreed_counts(practice: Practice, token: str, client: Browser) -> None:
    take(practice, TEN + timedelta(days=1, hours=3))
    with acting_in(practice.account.ref):
        practice.service.duration_minutes, practice.service.grid_minutes = 15, 15
        practice.service.archived_at = datetime(2026, 11, 20, tzinfo=UTC)
        practice.service.save()
    late = client.post(practice.url("booking_time", token), {"start": "2026-11-25T12:15+11:00"})
    assert late.status_code == 409, "an hour does not fit between 12:15 and 13:00"
    answer = client.post(practice.url("booking_time", token), {"start": WEDNESDAY_NOON})
    assert answer.status_code == 302


def test_too_late_or_with_others_it_stays(
    practice: Practice, token: str, client: Browser, settings: Any
) -> None:
    with acting_in(practice.account.ref):
        place = Attendee.objects.get()
        Attendee(appointment=place.appointment, client=make_client()).save(force_insert=True)
    assert client.get(practice.url("booking_times", token)).status_code == 302
    with acting_in(practice.account.ref):
        Attendee.objects.exclude(pk=place.pk).update(state="cancelled")
    assert client.get(practice.url("booking_times", token)).status_code == 200
    at(NOW + timedelta(hours=2), settings)
    assert client.get(practice.url("booking_times", token)).status_code == 302
    client.post(practice.url("booking_time", token), {"start": WEDNESDAY_NOON})
    with acting_in(practice.account.ref):
        assert Appointment.objects.get().local_time == time(10)


def test_altered_links_get_help(practice: Practice, token: str, client: Browser) -> None:
    assert client.get(practice.url("booking_times", token[1:])).status_code == 404
    assert client.post(practice.url("booking_time", token[1:])).status_code == 404


def test_moving_into_the_late_period_is_asked_twice(
    practice: Practice, token: str, client: Browser, settings: Any
) -> None:
    at(NOW - timedelta(hours=2), settings)
    soon = {"start": "2026-11-23T16:00+11:00"}
    asked = client.post(practice.url("booking_time", token), soon)
    assert asked.status_code == 200
    assert "You can’t change it here afterwards" in asked.content.decode()
    with acting_in(practice.account.ref):
        assert Appointment.objects.get().local_time == time(10)
    answer = client.post(practice.url("booking_time", token), {**soon, "sure": "1"})
    assert answer["Location"] == practice.url("booking", token)
    words = client.get(answer["Location"]).content.decode()
    assert "Moved. Your booking has a new time." in words
    assert "Call to change" in words
    assert "Cancel this booking" not in words
