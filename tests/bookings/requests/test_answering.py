"""A request holds its time until staff answer it; nobody else gets it meanwhile, and it ends by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts import outbox
from accounts.models import OutboxJob
from accounts.tenancy import acting_in
from bookings import requests
from bookings.appointments.booking import SlotTaken, book
from bookings.appointments.cancelling import cancel
from bookings.appointments.expiring import JOB, last_answer
from bookings.appointments.moving import move
from bookings.models import Appointment, Attendee, Message
from privacy.vocabulary.scope import VISITOR
from tests.bookings.public import NOW, TEN, Practice, at, open_practice
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def practice(settings: Any) -> Practice:
    at(NOW, settings)
    return open_practice()


def asked(practice: Practice, start: datetime = TEN) -> Appointment:
    return book(
        by=VISITOR,
        practitioner=practice.practitioner,
        service=practice.service,
        location=practice.location,
        starts_local=start,
        client=make_client(),
        by_request=True,
    )


def categories() -> list[str]:
    return sorted(
        set(Message.objects.exclude(state="suppressed").values_list("category", flat=True))
    )


def test_the_answer_is_due_in_time_and_before_it_begins(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        practice.service.request_hours = 4
        soon = asked(practice)
        assert soon.answer_by is not None
        assert soon.answer_by - NOW < timedelta(hours=4, seconds=5)
        practice.service.request_hours = 48
        later = asked(practice, TEN.replace(hour=14))
        assert later.answer_by == later.starts_at - timedelta(hours=1)
        soon_after = last_answer(NOW + timedelta(minutes=40)) - NOW
        assert timedelta(minutes=20) <= soon_after < timedelta(minutes=21)
        assert {soon.state, later.state} == {"requested"}
        assert [each.pk for each in requests.waiting()] == [soon.pk, later.pk]


def test_two_requests_never_share_a_time(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        asked(practice)
        with pytest.raises(SlotTaken):
            asked(practice)
        with pytest.raises(SlotTaken):
            book(
                by=VISITOR,
                practitioner=practice.practitioner,
                service=practice.service,
                location=practice.location,
                starts_local=TEN,
                client=make_client(),
            )
        assert Appointment.objects.count() == 1


def test_a_time_that_has_passed_cannot_be_asked_for(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        with pytest.raises(ValidationError):
            asked(practice, TEN - timedelta(days=7))
        assert Appointment.objects.count() == 0


def test_yes_makes_the_same_row_a_booking(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        request = asked(practice)
        assert categories() == ["request"]
        booked = requests.accept(by=VISITOR, appointment=request)
        stored = Appointment.objects.get()
        assert (booked.pk, stored.state, stored.answer_by) == (request.pk, "booked", None)
        assert {"confirmation", "reminder"} <= set(categories())
        with pytest.raises(ValidationError):
            requests.accept(by=VISITOR, appointment=request)
        with pytest.raises(ValidationError):
            requests.decline(by=VISITOR, appointment=request, reason="other")


def test_no_frees_the_time_and_tells(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        request = asked(practice)
        gone = requests.decline(
            by=VISITOR, appointment=request, reason="practitioner_away", note="On leave"
        )
        place = Attendee.objects.get()
        assert gone.state == "cancelled"
        assert (place.state, place.cancelled_by, place.cancel_reason, place.cancel_note) == (
            "cancelled",
            "practice",
            "practitioner_away",
            "On leave",
        )
        assert "declined" in categories()
        assert asked(practice).pk != request.pk


def test_the_client_may_withdraw_it(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        request = asked(practice)
        cancel(by=VISITOR, attendee=Attendee.objects.get(), side="client", reason="other")
        with pytest.raises(ValidationError):
            requests.accept(by=VISITOR, appointment=request)


def test_moving_it_brings_the_answer_forward(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        request = asked(practice, TEN.replace(hour=14))
        moved = move(
            by=VISITOR,
            appointment=request,
            practitioner=practice.practitioner,
            starts_local=TEN,
        )
        assert moved.answer_by == moved.starts_at - timedelta(hours=1)


def run_expiry(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        jobs = list(OutboxJob.objects.filter(name=JOB, done_at=None).values_list("pk", flat=True))
    for job in jobs:
        outbox.run(practice.account.ref, job)


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_it_ends_by_itself_when_nobody_answers(practice: Practice, settings: Any) -> None:
    with acting_in(practice.account.ref):
        practice.service.request_hours = 4
        kept = requests.accept(by=VISITOR, appointment=asked(practice, TEN.replace(hour=15)))
        request = asked(practice)
    run_expiry(practice)
    with acting_in(practice.account.ref):
        assert Appointment.objects.get(pk=request.pk).state == "requested", "it is not due yet"
    at(NOW + timedelta(hours=4, seconds=9), settings)
    run_expiry(practice)
    with acting_in(practice.account.ref):
        place = Attendee.objects.get(appointment=request)
        assert Appointment.objects.get(pk=request.pk).state == "cancelled"
        assert (place.cancelled_by, place.cancel_reason) == ("system", "other")
        assert "declined" in categories()
        assert Appointment.objects.get(pk=kept.pk).state == "booked"
