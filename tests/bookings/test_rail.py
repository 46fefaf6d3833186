"""What waits in bookings is counted for every page in one statement, for each request anew, as the lists have it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts import tallies
from accounts.models import Location, Member, Practitioner
from accounts.tenancy import acting_in
from bookings.hours.stranded import listing
from bookings.models import Appointment
from privacy.vocabulary import clock
from tests.bookings.office import NOW, Office, at, open_office, ten

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


def asked_by_owner(rf: Any) -> Any:
    request = rf.get("/")
    request.member = Member.objects.get(role="owner")
    return request


def test_all_counts_are_one_statement(office: Office, rf: Any) -> None:
    with acting_in(office.account.ref, by=office.by):
        asked = office.booked(ten())
        office.booked(ten(14))
        first, later = asked_by_owner(rf), asked_by_owner(rf)
        assert (tallies.waiting(first, "requests"), tallies.waiting(first, "waiting")) == (
            None,
        ) * 2
        asked.state, asked.answer_by = Appointment.State.REQUESTED, NOW
        asked.save()
        with CaptureQueriesContext(connections["region_au"]) as region:
            counted = [tallies.waiting(later, name) for name in ("requests", "waiting", "exports")]
    assert (counted, len(region)) == ([1, None, None], 1)


@pytest.mark.parametrize("reason", ["stranded", "practitioner", "location", "all"])
def test_bookings_outside_hours_are_counted_as_they_are_listed(
    office: Office, rf: Any, reason: str
) -> None:
    with acting_in(office.account.ref, by=office.by):
        rows = [office.booked(ten()), office.booked(ten(14))]
        assert tallies.waiting(asked_by_owner(rf), "outside") is None
        if reason in ("stranded", "all"):
            Appointment.objects.filter(pk=rows[0].pk).update(stranded_at=clock.now())
        if reason in ("practitioner", "all"):
            Practitioner.objects.update(deactivated_at=clock.now())
        if reason in ("location", "all"):
            Location.objects.update(archived_at=clock.now())
        listed = listing.waiting().count()
        assert (tallies.waiting(asked_by_owner(rf), "outside"), listed) == (listed, listed)
        assert listed == (1 if reason == "stranded" else 2)
        Appointment.objects.update(stays_outside_hours=True)
        kept = listing.waiting().count()
        assert (tallies.waiting(asked_by_owner(rf), "outside") or 0) == kept
        Appointment.objects.update(state=Appointment.State.CANCELLED)
        assert tallies.waiting(asked_by_owner(rf), "outside") is None
