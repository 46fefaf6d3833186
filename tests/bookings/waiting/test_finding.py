"""Who on the list a stretch suits, and which openings suit an entry, from what the database knows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import acting_in
from bookings.models import Service, ServiceOffer, WaitingEntry
from bookings.waiting.entries import remove
from bookings.waiting.finding import matches, times_for
from bookings.waiting.matching import Window, Wish
from tests.bookings.office import NOW, TUESDAY, Office, at, open_office, place_of, ten, utc
from tests.bookings.waiting.lists import FRIDAY, offered, stretch, waits
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")
DAY = timedelta(days=1)


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    office = open_office()
    with acting_in(office.account.ref):
        office.service.grid_minutes = 60
        office.service.save()
    return office


def fitting(office: Office, **where: Any) -> list[WaitingEntry]:
    return [match.entry for match in matches(stretch(office, **where))]


def test_urgent_ones_first_then_who_waits_longest(office: Office) -> None:
    with acting_in(office.account.ref):
        first, second, third = waits(office), waits(office), waits(office, is_urgent=True)
        assert fitting(office) == [third, first, second]
        assert {match.time.starts_at for match in matches(stretch(office))} == {utc(ten())}
        remove(by=office.by, entry=first)
        assert fitting(office) == [third, second]


def test_wishes_days_and_windows_count(office: Office) -> None:
    with acting_in(office.account.ref):
        mine = waits(office, wishes=[Wish(office.mei.pk, office.location.pk)])
        mornings = waits(office, windows=[Window(2, 0, 720)])
        waits(office, wishes=[Wish(office.tom.pk, None)])
        waits(office, windows=[Window(2, 720, 1440)])
        waits(office, since=TUESDAY + DAY)
        waits(office, until=TUESDAY - DAY)
        assert fitting(office) == [mine, mornings]


def test_a_gap_too_short_for_the_service_suits_nobody(office: Office) -> None:
    with acting_in(office.account.ref):
        long = Service(name="Long visit", duration_minutes=120, notice_minutes=0)
        long.save(force_insert=True)
        ServiceOffer(service=long, practitioner=office.mei).save(force_insert=True)
        entry = waits(office, service=long)
        assert fitting(office) == [entry]
        office.booked(ten(11))
        assert fitting(office) == [entry], "the two hours before eleven are free"
        office.booked(ten(9))
        assert fitting(office) == []


def test_the_time_must_be_free_of_what_the_client_has(office: Office) -> None:
    with acting_in(office.account.ref):
        client = make_client()
        office.booked(ten(), client, office.tom)
        waits(office, client)
        assert fitting(office) == []


def test_only_an_earlier_time_is_worth_a_present_booking(office: Office) -> None:
    with acting_in(office.account.ref):
        early, late = make_client(), make_client()
        waits(office, early, attendee=place_of(office.booked(ten(9), early, office.tom)))
        wanting = waits(office, late, attendee=place_of(office.booked(ten(14), late, office.tom)))
        assert fitting(office) == [wanting]


def test_a_time_on_offer_to_one_is_still_to_be_offered_to_another(office: Office) -> None:
    with acting_in(office.account.ref):
        first, second = waits(office), waits(office)
        offered(office, first)
        found = matches(stretch(office))
        assert [match.entry for match in found] == [second]
        offered(office, second)
        assert matches(stretch(office)) == []


def test_who_had_an_offer_today_is_marked(office: Office) -> None:
    with acting_in(office.account.ref):
        entry = waits(office)
        offered(office, entry, ten(14))
        assert [(match.entry, match.cap) for match in matches(stretch(office))] == [
            (entry, "today")
        ]


def test_openings_that_fit_an_entry(office: Office) -> None:
    with acting_in(office.account.ref):
        office.booked(ten(9))
        entry = waits(
            office,
            windows=[Window(2, 540, 720), Window(5, 540, 600)],
            wishes=[Wish(office.mei.pk, None)],
        )
        found = times_for(entry)
        assert [each.local_start for each in found] == [ten(), ten(9, day=FRIDAY)]
        assert {each.practitioner for each in found} == {office.mei.pk}


def test_the_number_of_statements_does_not_grow_with_the_list(office: Office) -> None:
    with acting_in(office.account.ref):
        counts = []
        for more in (1, 3):
            for _each in range(more):
                waits(office, wishes=[Wish(None, None)])
            with CaptureQueriesContext(connections["region_au"]) as caught:
                assert matches(stretch(office))
            counts.append(len(caught))
        assert counts[0] == counts[1]
