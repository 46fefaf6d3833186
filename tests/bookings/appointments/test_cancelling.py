"""Cancelling frees the time, keeps who and why, and goes with the last attendee."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.tenancy import acting_in
from bookings import signals
from bookings.appointments.booking import book
from bookings.appointments.cancelling import cancel
from bookings.models import Appointment, Attendee, Message
from privacy.vocabulary.scope import SYSTEM
from tests.bookings.public import NOW, TEN, Practice, at, open_practice
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def practice(settings: Any) -> Practice:
    at(NOW, settings)
    return open_practice()


def take(practice: Practice) -> Attendee:
    appointment = book(
        by=SYSTEM,
        practitioner=practice.practitioner,
        service=practice.service,
        location=practice.location,
        starts_local=TEN,
        client=make_client(),
    )
    place: Attendee = appointment.attendees.get()
    return place


def give_up(attendee: Attendee, reason: str = "sick", side: str = "client") -> Attendee:
    return cancel(by=SYSTEM, attendee=attendee, side=side, reason=reason)


def test_keeps_side_reason_and_notice(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        give_up(take(practice))
        place = Attendee.objects.get()
        appointment = Appointment.objects.get()
    assert (place.state, place.cancelled_by, place.cancel_reason) == ("cancelled", "client", "sick")
    assert place.notice_minutes in (25 * 60, 25 * 60 - 1)
    assert (appointment.state, appointment.sequence) == ("cancelled", 1)
    assert appointment.cancelled_at is not None


def test_twice_is_once(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        place = take(practice)
        give_up(place)
        assert give_up(place, "other").cancel_reason == "sick"
        assert Appointment.objects.get().sequence == 1
        assert Message.objects.filter(category="cancellation").count() == 1


def test_with_others_the_appointment_stays(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        place = take(practice)
        Attendee(appointment=place.appointment, client=make_client()).save(force_insert=True)
        give_up(place)
        assert Appointment.objects.get().state == "booked"


def test_the_time_is_free_again(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        give_up(take(practice))
        assert take(practice).state == "expected"


def test_never_looks_at_what_the_service_has_become(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        place = take(practice)
        practice.service.archived_at = datetime(2026, 11, 1, tzinfo=UTC)
        practice.service.duration_minutes = 5
        practice.service.save()
        assert give_up(place).state == "cancelled"


@pytest.mark.parametrize(("side", "reason"), [("nobody", "sick"), ("client", "bored")])
def test_words_that_are_not_codes_are_refused(practice: Practice, side: str, reason: str) -> None:
    with acting_in(practice.account.ref):
        place = take(practice)
        with pytest.raises(ValidationError):
            give_up(place, reason, side)
        assert Appointment.objects.get().state == "booked"


def test_queued_messages_are_not_sent_any_more(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        give_up(take(practice))
        rows = Message.objects.values_list("category", "state", "reason")
        assert sorted(rows) == [
            ("cancellation", "suppressed", "untold"),
            ("confirmation", "suppressed", "cancelled"),
            ("reminder", "suppressed", "cancelled"),
        ]


@pytest.mark.parametrize(
    ("notice", "side", "late"),
    [(24 * 60, "client", False), (26 * 60, "client", True), (26 * 60, "practice", False)],
)
def test_late_is_what_was_agreed_at_booking(
    practice: Practice, notice: int, side: str, late: bool
) -> None:
    """Monday at nine for Tuesday at ten: 25 hours. What the service asks for later counts for later bookings."""
    with acting_in(practice.account.ref):
        practice.service.cancel_notice_minutes = notice
        practice.service.save()
        place = take(practice)
        practice.service.cancel_notice_minutes = 0
        practice.service.save()
        assert give_up(place, side=side).is_late is late


def test_a_note_for_colleagues(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        place = take(practice)
        cancel(by=SYSTEM, attendee=place, side="client", reason="other", note="Car broke down")
        assert Attendee.objects.get().cancel_note == "Car broke down"


def test_a_note_that_is_too_long_cancels_nothing(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        place = take(practice)
        with pytest.raises(ValidationError):
            cancel(by=SYSTEM, attendee=place, side="client", reason="other", note="x" * 501)
        assert Attendee.objects.get().state == "expected"


def test_says_that_the_time_is_free(practice: Practice) -> None:
    heard: list[dict[str, Any]] = []

    def listen(**freed: Any) -> None:
        heard.append({name: freed[name] for name in ("practitioner_id", "starts_at", "ends_at")})

    signals.time_freed.connect(listen)
    try:
        with acting_in(practice.account.ref):
            place = take(practice)
            give_up(place)
            give_up(place)
            appointment = Appointment.objects.get()
    finally:
        signals.time_freed.disconnect(listen)
    assert heard == [
        {
            "practitioner_id": practice.practitioner.pk,
            "starts_at": appointment.starts_at,
            "ends_at": appointment.ends_at,
        }
    ]
