"""Offers: held for a while, one a day, ended by themselves; several people may have the same time on offer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.tenancy import acting_in
from bookings.appointments.booking import SlotTaken
from bookings.models import Hold, Message, Service, ServiceOffer, WaitingChoices, WaitingOffer
from bookings.openings.finding import openings
from bookings.waiting import offering
from bookings.waiting.answering import decline
from bookings.waiting.entries import remove
from bookings.waiting.offering import Capped, withdraw
from privacy.vocabulary import clock
from tests.bookings.office import NOW, TUESDAY, Office, at, audited, open_office, place_of, ten, utc
from tests.bookings.waiting.lists import offered, run_jobs, waits
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")
DAY = timedelta(days=1)


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


def free_starts(office: Office) -> set[Any]:
    found = openings(
        service=office.service,
        practitioners=[office.mei],
        location=office.location,
        first_day=TUESDAY,
        last_day=TUESDAY,
    )
    return {slot.starts_at for slot in found}


def test_an_offer_holds_the_time_and_is_sent(office: Office) -> None:
    with acting_in(office.account.ref):
        entry = waits(office)
        assert utc(ten()) in free_starts(office)
        made = offered(office, entry)
        kept = WaitingOffer.objects.get()
        assert (kept.pk, kept.state, kept.client_id) == (made.pk, "offered", entry.client_id)
        assert (kept.starts_at, kept.ends_at) == (utc(ten()), utc(ten(11)))
        assert timedelta(minutes=119) < kept.expires_at - clock.now() <= timedelta(hours=2)
        hold = Hold.objects.get()
        assert (hold.starts_at, hold.expires_at) == (kept.starts_at, kept.expires_at)
        assert utc(ten()) not in free_starts(office)
        message = Message.objects.get()
        assert (message.category, message.offer_id) == ("offer", kept.pk)
        assert offered(office, entry).pk == made.pk, "asked twice, offered once"


def test_the_practice_says_how_long_and_the_visit_how_late(office: Office) -> None:
    with acting_in(office.account.ref):
        WaitingChoices(minutes_held=1440).save(force_insert=True)
        made = offered(office, waits(office), ten(16, day=TUESDAY - DAY))
        assert made.expires_at == utc(ten(15, 30, day=TUESDAY - DAY))
        with pytest.raises(ValidationError):
            offered(office, waits(office), ten(9, 15, day=TUESDAY - DAY))


def test_several_have_the_same_time_on_offer(office: Office) -> None:
    with acting_in(office.account.ref):
        short = Service(name="Short", duration_minutes=30, notice_minutes=0, buffer_after=10)
        short.save(force_insert=True)
        ServiceOffer(service=short, practitioner=office.mei).save(force_insert=True)
        entries = [waits(office), waits(office), waits(office, service=short)]
        offers = [offered(office, each, ten(10)) for each in entries[:2]]
        offers.append(offered(office, entries[2], ten(10, 45)))
        hold = Hold.objects.get()
        assert {each.hold_id for each in offers} == {hold.pk}
        assert (hold.starts_at, hold.busy_until) == (utc(ten(10)), utc(ten(11, 25)))
        withdraw(by=office.by, offer=offers[0])
        remove(by=office.by, entry=entries[1])
        assert Hold.objects.count() == 1, "somebody still has it on offer"
        decline(by=office.by, offer=offers[2])
        assert Hold.objects.count() == 0
        assert utc(ten()) in free_starts(office)


def test_a_time_that_is_not_free_cannot_be_offered(office: Office) -> None:
    with acting_in(office.account.ref):
        office.booked(ten())
        with pytest.raises(SlotTaken) as taken:
            offered(office, waits(office))
        assert len(taken.value.nearest) == 3
        assert (WaitingOffer.objects.count(), Hold.objects.count()) == (0, 0)


def test_one_a_day_and_three_in_seven_days_unless_staff_say_so(
    office: Office, settings: Any
) -> None:
    with acting_in(office.account.ref):
        entry = waits(office, until=TUESDAY + 20 * DAY)
        offered(office, entry, ten(10))
        with pytest.raises(Capped, match="today"):
            offered(office, entry, ten(14))
        offered(office, entry, ten(14), despite_cap=True)
        at(NOW + DAY, settings)
        offered(office, entry, ten(10, day=TUESDAY + 2 * DAY))
        at(NOW + 2 * DAY, settings)
        with pytest.raises(Capped, match="week"):
            offered(office, entry, ten(10, day=TUESDAY + 3 * DAY))
        at(NOW + 8 * DAY, settings)
        offered(office, entry, ten(10, day=TUESDAY + 9 * DAY))
        assert WaitingOffer.objects.count() == 4


def test_nothing_later_than_the_present_booking_is_offered(office: Office) -> None:
    with acting_in(office.account.ref):
        client = make_client()
        entry = waits(office, client, attendee=place_of(office.booked(ten(12), client)))
        with pytest.raises(ValidationError):
            offered(office, entry, ten(14))
        assert offered(office, entry, ten(9)).state == "offered"


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_an_offer_ends_by_itself(office: Office, settings: Any) -> None:
    with acting_in(office.account.ref):
        made = offered(office, waits(office))
    run_jobs(office, offering.JOB)
    with acting_in(office.account.ref):
        made.refresh_from_db()
        assert made.state == "offered"
    at(NOW + timedelta(hours=2, minutes=1), settings)
    with acting_in(office.account.ref):
        assert utc(ten()) in free_starts(office), "a hold that is over counts for nothing"
    run_jobs(office, offering.JOB)
    with acting_in(office.account.ref):
        made.refresh_from_db()
        assert (made.state, made.hold_id, Hold.objects.count()) == ("expired", None, 0)
    assert [row[1:] for row in audited("waiting.offer_expired")] == [(made.pk, made.client_id)]
