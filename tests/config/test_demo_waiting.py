"""The demo's waiting list: people wait, and a cancelled time suits some of them."""

from __future__ import annotations

import pytest

from accounts.models import Account
from accounts.tenancy import acting_in
from bookings.models import Appointment, WaitingEntry
from bookings.waiting.finding import Stretch, matches
from config.demo import data
from tests.config.test_demo_data import small

pytestmark = pytest.mark.django_db(databases="__all__")


def test_people_wait_and_a_freed_time_suits_some() -> None:
    data.load(small(data.HARBOUR))
    with acting_in(Account.objects.get(slug="harbour-physio").ref):
        waiting = WaitingEntry.objects.filter(state="waiting")
        assert waiting.count() == 6, "one of them for a full class"
        assert [entry.is_urgent for entry in waiting].count(True) == 1
        freed = Appointment.objects.select_related("practitioner", "location").get(
            state="cancelled"
        )
        found = matches(Stretch(freed.practitioner, freed.location, freed.starts_at, freed.ends_at))
        assert found
        assert found[0].entry.is_urgent
