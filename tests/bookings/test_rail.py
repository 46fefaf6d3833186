"""What waits in bookings is counted for the rail in one statement, and for each request anew."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import acting_in
from bookings import rail
from bookings.models import Appointment
from tests.bookings.office import NOW, at, open_office, ten

pytestmark = pytest.mark.django_db(databases="__all__")


def test_both_counts_are_one_statement(settings: Any, rf: Any) -> None:
    at(NOW, settings)
    office = open_office()
    with acting_in(office.account.ref, by=office.by):
        asked = office.booked(ten())
        office.booked(ten(14))
        first, later = rf.get("/"), rf.get("/")
        assert (rail.waiting(first, "requests"), rail.waiting(first, "waiting")) == (None, None)
        asked.state, asked.answer_by = Appointment.State.REQUESTED, NOW
        asked.save()
        with CaptureQueriesContext(connections["region_au"]) as region:
            counted = [rail.waiting(later, name) for name in ("requests", "waiting")]
    assert (counted, len(region)) == ([1, None], 1)
