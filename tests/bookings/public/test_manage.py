"""A person's own booking behind its signed link: seen, kept in a calendar, cancelled in time; lost links get help."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
from django.test import Client as Browser

from accounts.models import AccountAnchor
from accounts.tenancy import acting_in
from bookings.appointments.booking import book
from bookings.appointments.cancelling import cancel
from bookings.messaging.links import BadLink, ExpiredLink, find, open_id, sealed_id, token_of
from bookings.models import Appointment, Attendee
from privacy.vocabulary.scope import SYSTEM
from tests.bookings.public import NOW, TEN, Practice, at, open_practice
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def practice(settings: Any) -> Practice:
    at(NOW, settings)
    practice = open_practice()
    with acting_in(practice.account.ref):
        practice.service.cancel_notice_minutes = 24 * 60
        practice.service.save()
    return practice


@pytest.fixture
def token(practice: Practice) -> str:
    with acting_in(practice.account.ref):
        appointment = book(
            by=SYSTEM,
            practitioner=practice.practitioner,
            service=practice.service,
            location=practice.location,
            starts_local=TEN,
            client=make_client(given_name="Leila", family_name="Haddad"),
        )
        return token_of(appointment.attendees.get())


def test_shows_the_booking_and_no_name(practice: Practice, token: str, client: Browser) -> None:
    words = client.get(practice.url("booking", token)).content.decode()
    assert ("Tue 24 Nov 2026" in words, "10:00" in words, "First visit" in words) == (
        True,
        True,
        True,
    )
    assert "You can change or cancel here until Mon 23 Nov 2026, 10:00 am." in words
    assert ("Leila" in words, "Haddad" in words) == (False, False)


def test_cancel_in_time(practice: Practice, token: str, client: Browser) -> None:
    answer = client.post(practice.url("booking_cancellation", token), {"reason": "sick"})
    assert answer.status_code == 302
    words = client.get(answer["Location"]).content.decode()
    assert "This booking is cancelled" in words
    assert "Why can" not in words
    with acting_in(practice.account.ref):
        place = Attendee.objects.get()
        assert (place.state, place.cancelled_by, place.cancel_reason) == (
            "cancelled",
            "client",
            "sick",
        )
        assert Appointment.objects.get().state == "cancelled"


@pytest.mark.parametrize("reason", ["", "bored", "practitioner_away"])
def test_cancel_needs_one_of_the_reasons(
    practice: Practice, token: str, client: Browser, reason: str
) -> None:
    answer = client.post(practice.url("booking_cancellation", token), {"reason": reason})
    assert answer.status_code == 422
    with acting_in(practice.account.ref):
        assert Attendee.objects.get().state == "expected"


def test_too_late_says_whom_to_call(
    practice: Practice, token: str, client: Browser, settings: Any
) -> None:
    at(NOW + timedelta(hours=2), settings)
    words = client.get(practice.url("booking", token)).content.decode()
    assert "Call to change" in words
    assert "tel:+61255501234" in words
    answer = client.post(practice.url("booking_cancellation", token), {"reason": "sick"})
    assert answer.status_code == 409
    with acting_in(practice.account.ref):
        assert Attendee.objects.get().state == "expected"


def test_cancelling_never_looks_at_the_service_again(
    practice: Practice, token: str, client: Browser
) -> None:
    with acting_in(practice.account.ref):
        practice.service.archived_at = datetime(2026, 11, 20, tzinfo=UTC)
        practice.service.duration_minutes = 5
        practice.service.save()
        practice.practitioner.is_online = False
        practice.practitioner.save()
    answer = client.post(practice.url("booking_cancellation", token), {"reason": "away"})
    assert answer.status_code == 302


def test_a_closing_practice_shows_but_does_not_cancel(
    practice: Practice, token: str, client: Browser
) -> None:
    with acting_in(practice.account.ref):
        AccountAnchor.objects.update(state="closing")
    assert client.get(practice.url("booking", token)).status_code == 200
    answer = client.post(practice.url("booking_cancellation", token), {"reason": "sick"})
    assert answer.status_code == 409


def test_the_calendar_file(practice: Practice, token: str, client: Browser) -> None:
    answer = client.get(practice.url("booking_calendar", token))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    event = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")[0]
    assert str(event["SUMMARY"]) == practice.account.name
    assert event.decoded("DTSTART").astimezone(UTC) == datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert str(event["URL"]).endswith(practice.url("booking", token))
    assert "First visit" not in answer.content.decode()
    client.post(practice.url("booking_cancellation", token), {"reason": "sick"})
    after = client.get(practice.url("booking_calendar", token))
    assert (b"METHOD:CANCEL" in after.content, b"SEQUENCE:1" in after.content) == (True, True)


NAMES = ("booked", "booking", "booking_calendar")


@pytest.mark.parametrize("name", NAMES)
def test_an_altered_link_gets_a_page_that_helps(
    practice: Practice, token: str, client: Browser, name: str
) -> None:
    for altered in (token[:-1], token[1:], "x", token.replace(".", ""), token + "a", "é.ü"):
        answer = client.get(practice.url(name, altered))
        assert answer.status_code == 404, altered
        assert "tel:+61255501234" in answer.content.decode()
    post = client.post(practice.url("booking_cancellation", token[:-1]), {"reason": "sick"})
    assert post.status_code == 404


@pytest.mark.parametrize("name", NAMES)
def test_the_link_goes_with_the_appointment(
    practice: Practice, token: str, client: Browser, settings: Any, name: str
) -> None:
    at(NOW + timedelta(hours=26, minutes=1), settings)
    answer = client.get(practice.url(name, token))
    assert answer.status_code == 404
    assert "This link has expired" in answer.content.decode()


def test_a_link_opens_nothing_at_another_practice(
    practice: Practice, token: str, client: Browser
) -> None:
    neighbour = open_practice()
    assert client.get(neighbour.url("booking", token)).status_code == 404
    with acting_in(neighbour.account.ref), pytest.raises(BadLink):
        find(token)


def test_a_token_serves_one_purpose(practice: Practice, token: str) -> None:
    with acting_in(practice.account.ref):
        place = Attendee.objects.get()
        with pytest.raises(BadLink):
            find(sealed_id("bookings.form", place.pk))
        with pytest.raises(BadLink):
            open_id("bookings.form", token)
        assert find(token) == place


def test_an_expired_link_is_told_from_a_bad_one(
    practice: Practice, token: str, settings: Any
) -> None:
    at(NOW + timedelta(days=2), settings)
    with acting_in(practice.account.ref), pytest.raises(ExpiredLink):
        find(token)


def test_whoever_did_not_cancel_is_not_thanked(
    practice: Practice, token: str, client: Browser
) -> None:
    with acting_in(practice.account.ref):
        cancel(
            by=SYSTEM,
            attendee=Attendee.objects.get(),
            side=Attendee.Side.PRACTICE,
            reason=Attendee.Reason.PRACTITIONER_AWAY,
        )
    words = client.get(practice.url("booking", token)).content.decode()
    assert "The practice has called this time off." in words
    assert "Thank you for telling us" not in words
