"""Fifty people want one room with five practitioners at one time: one gets it, nobody gets an error."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from accounts.models import Practitioner
from accounts.tenancy import acting_in
from bookings.appointments.booking import SlotTaken, book
from bookings.models import Appointment, ResourceUse, ServiceOffer, WeeklyHours
from privacy.vocabulary.scope import VISITOR
from tests.bookings.appointments.test_race import CONTENDERS, all_at_once
from tests.bookings.public import NOW, TEN, TYPED, Practice, at, open_practice
from tests.bookings.rooms import make_room
from tests.factories import make_client

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


@pytest.fixture
def practice(settings: Any) -> Practice:
    at(NOW, settings)
    return open_practice()


def five_in_one_room(practice: Practice, rooms: int = 1) -> list[Practitioner]:
    """Give the practice five practitioners who all work at the same times, and so many rooms."""
    with acting_in(practice.account.ref):
        people = [practice.practitioner]
        week = list(WeeklyHours.objects.filter(practitioner=practice.practitioner))
        for number in range(4):
            other = Practitioner(name=f"Colleague {number}", position=number + 1)
            other.save(force_insert=True)
            ServiceOffer(service=practice.service, practitioner=other).save(force_insert=True)
            for day in week:
                WeeklyHours(
                    practitioner=other,
                    location=practice.location,
                    weekday=day.weekday,
                    starts=day.starts,
                    ends=day.ends,
                ).save(force_insert=True)
            people.append(other)
        for number in range(rooms):
            make_room(practice.location, f"Room {number}", practice.service)
    return people


@pytest.mark.parametrize("rooms", [1, 2])
def test_as_many_as_there_are_rooms(practice: Practice, rooms: int) -> None:
    people = five_in_one_room(practice, rooms)

    def attempt(number: int) -> str:
        # Every second one a little later: their times overlap without being the same
        start = TEN + timedelta(minutes=30 * (number % 2))
        try:
            with acting_in(practice.account.ref, by=VISITOR):
                book(
                    by=VISITOR,
                    practitioner=people[number % 5],
                    service=practice.service,
                    location=practice.location,
                    starts_local=start,
                    client=make_client,
                )
        except SlotTaken:
            return "taken"
        return "booked"

    assert all_at_once(attempt) == {"booked": rooms, "taken": CONTENDERS - rooms}
    with acting_in(practice.account.ref):
        assert Appointment.objects.count() == ResourceUse.objects.count() == rooms


def test_browsers_get_one_booking_and_no_error(practice: Practice) -> None:
    people = five_in_one_room(practice)
    addresses = [practice.details(who=str(each.pk)) for each in people]

    def attempt(number: int) -> str:
        answer = Browser(REMOTE_ADDR=f"10.0.0.{number}").post(
            addresses[number % 5], {**TYPED, "email": f"p{number}@mail.example"}
        )
        return str(answer.status_code)

    assert all_at_once(attempt) == {"303": 1, "409": CONTENDERS - 1}
    with acting_in(practice.account.ref):
        assert Appointment.objects.count() == 1
