"""Taking an offered time: one alone has it, the present booking is given up with it, the others stay on the list."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest

from accounts.tenancy import acting_in
from bookings.models import (
    Appointment,
    Attendee,
    Hold,
    Message,
    Resource,
    ServiceNeed,
    WaitingEntry,
    WaitingOffer,
    WeeklyHours,
)
from bookings.waiting.answering import Closed, accept, decline
from privacy.vocabulary.scope import VISITOR
from tests.bookings.appointments.test_race import all_at_once
from tests.bookings.office import NOW, Office, at, audited, open_office, place_of, ten, utc
from tests.bookings.waiting.lists import offered, stretch, waits
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


def states(model: type[WaitingEntry | WaitingOffer]) -> list[str]:
    return list(model.objects.order_by("id").values_list("state", flat=True))


def test_taking_it_books_and_ends_the_wait(office: Office) -> None:
    with acting_in(office.account.ref):
        entry = waits(office)
        other = offered(office, entry, ten(14))
        booked = accept(by=VISITOR, offer=offered(office, entry, despite_cap=True))
        place = place_of(booked)
        assert (booked.starts_at, booked.practitioner_id, booked.provenance) == (
            utc(ten()),
            office.mei.pk,
            "waiting_list",
        )
        assert place.client_id == entry.client_id
        assert (states(WaitingEntry), states(WaitingOffer)) == (
            ["booked"],
            ["withdrawn", "accepted"],
        )
        assert Hold.objects.count() == 0
        assert Message.objects.filter(attendee=place, category="confirmation").count() == 1
        with pytest.raises(Closed) as closed:
            accept(by=VISITOR, offer=other)
        assert closed.value.offer.state == "withdrawn"


def test_the_present_booking_is_given_up_with_it(office: Office) -> None:
    with acting_in(office.account.ref):
        client = make_client()
        present = place_of(office.booked(ten(14), client, office.tom))
        accept(by=VISITOR, offer=offered(office, waits(office, client, attendee=present)))
        present.refresh_from_db()
        assert (present.state, present.cancelled_by, present.is_late) == (
            "cancelled",
            "system",
            False,
        )
        assert present.appointment.state == "cancelled"
        live = Attendee.objects.exclude(state="cancelled").get()
        assert live.appointment.starts_at == utc(ten())
        assert Message.objects.filter(attendee=present, category="cancellation").count() == 1


def test_a_time_lost_to_somebody_keeps_the_present_booking(office: Office) -> None:
    with acting_in(office.account.ref):
        client = make_client()
        present = place_of(office.booked(ten(14), client))
        made = offered(office, waits(office, client, attendee=present))
        office.booked(ten())
        with pytest.raises(Closed) as closed:
            accept(by=VISITOR, offer=made)
        assert closed.value.offer.state == "lost"
        present.refresh_from_db()
        assert present.state == "expected"
        assert (states(WaitingEntry), states(WaitingOffer)) == (["waiting"], ["lost"])
        assert Hold.objects.count() == 0


def test_a_time_without_a_room_is_lost(office: Office) -> None:
    with acting_in(office.account.ref):
        room = Resource(location=office.location, name="Room 1")
        room.save(force_insert=True)
        ServiceNeed(service=office.service, resource=room).save(force_insert=True)
        made = offered(office, waits(office))
        office.booked(ten(), who=office.tom)
        with pytest.raises(Closed) as closed:
            accept(by=VISITOR, offer=made)
        assert closed.value.offer.state == "lost"
        assert (states(WaitingEntry), states(WaitingOffer)) == (["waiting"], ["lost"])


def test_the_first_has_it_and_the_others_stay_on_the_list(office: Office) -> None:
    with acting_in(office.account.ref):
        first, second = (offered(office, waits(office)) for _each in range(2))
        accept(by=VISITOR, offer=second)
        assert (states(WaitingEntry), states(WaitingOffer)) == (
            ["waiting", "booked"],
            ["lost", "accepted"],
        )
        with pytest.raises(Closed) as closed:
            accept(by=VISITOR, offer=first)
        assert closed.value.offer.state == "lost"
        assert Appointment.objects.count() == 1


def test_an_offer_that_is_over_cannot_be_taken(office: Office, settings: Any) -> None:
    with acting_in(office.account.ref):
        made = offered(office, waits(office))
        at(NOW + timedelta(hours=3), settings)
        with pytest.raises(Closed) as closed:
            accept(by=VISITOR, offer=made)
        assert closed.value.offer.state == "expired"
        assert Appointment.objects.count() == 0


def test_leaving_it_to_others(office: Office) -> None:
    with acting_in(office.account.ref):
        entry = waits(office)
        made = decline(by=VISITOR, offer=offered(office, entry))
        assert (made.state, states(WaitingEntry), Hold.objects.count()) == (
            "declined",
            ["waiting"],
            0,
        )
        assert decline(by=VISITOR, offer=made).ended_at == made.ended_at
        with pytest.raises(Closed):
            accept(by=VISITOR, offer=made)


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_of_many_claims_exactly_one_wins(office: Office) -> None:
    """Twelve people, each with a booking to give up, take one offered time at once over connections of their own."""
    many = 12
    offers = []
    with acting_in(office.account.ref):
        for number in range(many):
            client = make_client()
            later = ten(9 + number % 8) + timedelta(days=1 + number // 8)
            present = place_of(office.booked(later, client, office.tom))
            entry = waits(office, client, later.date(), attendee=present)
            offers.append(offered(office, entry))
        assert stretch(office).starts_at == offers[0].starts_at
        assert Hold.objects.count() == 1

    def attempt(number: int) -> str:
        try:
            with acting_in(office.account.ref, by=VISITOR):
                try:
                    accept(by=VISITOR, offer=offers[number])
                except Closed as closed:
                    return str(closed.offer.state)
        except Exception as error:
            return type(error).__name__
        return "booked"

    assert all_at_once(attempt, many) == {"booked": 1, "lost": many - 1}
    with acting_in(office.account.ref):
        assert sorted(states(WaitingOffer)) == ["accepted"] + ["lost"] * (many - 1)
        assert sorted(states(WaitingEntry)) == ["booked"] + ["waiting"] * (many - 1)
        won = Attendee.objects.get(appointment__starts_at=utc(ten()))
        places = Attendee.objects.exclude(pk=won.pk)
        given_up = places.filter(state="cancelled").get()
        assert given_up.client_id == won.client_id
        assert places.filter(state="expected").count() == many - 1
        assert Hold.objects.count() == 0
    assert len(audited("waiting.accepted")) == 1


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_one_person_with_two_offers_takes_one(office: Office) -> None:
    with acting_in(office.account.ref):
        WeeklyHours(
            practitioner=office.tom,
            location=office.location,
            weekday=2,
            starts=time(9),
            ends=time(17),
        ).save(force_insert=True)
        entry = waits(office)
        offers = [
            offered(office, entry),
            offered(office, entry, ten(14), practitioner=office.tom, despite_cap=True),
        ]

    def attempt(number: int) -> str:
        with acting_in(office.account.ref, by=VISITOR):
            try:
                accept(by=VISITOR, offer=offers[number % 2])
            except Closed as closed:
                return str(closed.offer.state)
        return "booked"

    answers = all_at_once(attempt, 6)
    assert answers["booked"] == 1
    assert set(answers) <= {"booked", "withdrawn", "accepted"}
    with acting_in(office.account.ref):
        assert Appointment.objects.count() == 1
