"""A visit with a note stays where it is when its series is changed or cancelled."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.tenancy import acting_in
from bookings.models import Appointment, Series
from bookings.series.changing import cancel
from bookings.series.reach import Scope, reached
from tests.bookings.public import NOW, at
from tests.factories import make_appointment
from tests.notes.parts import Practice, draft, practice

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def here(settings: Any) -> Practice:
    at(NOW, settings)
    return practice()


def test_noted_visits_are_left_alone(here: Practice) -> None:
    with acting_in(here.account.ref, by=here.by):
        series = Series(
            first_date=NOW.date(), local_time=NOW.time(), time_zone="Australia/Sydney", count=2
        )
        series.save(force_insert=True)
        noted, free = (
            make_appointment(
                here.client, starts_at=datetime(2026, 12, day, 1, tzinfo=UTC), series=series
            )
            for day in (1, 8)
        )
        draft(here, appointment=noted)
        assert [each.pk for each in reached(free, Scope.ALL)] == [free.pk]
        cancel(by=here.by, appointment=free, how_far=Scope.ALL, side="practice", reason="other")
        assert Appointment.objects.get(pk=noted.pk).state == "booked"
        assert Appointment.objects.get(pk=free.pk).state == "cancelled"
