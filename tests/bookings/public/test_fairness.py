"""With anyone: whoever has least to do that day gets the booking, then that week, then the first of the practice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Practitioner
from accounts.tenancy import acting_in
from bookings.appointments.cancelling import cancel
from bookings.public.fairness import by_load
from privacy.vocabulary.scope import SYSTEM
from tests.bookings.office import Office, open_office, place_of, ten, utc
from tests.bookings.public import NOW, at

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


def order(office: Office) -> list[Practitioner]:
    return by_load([office.mei, office.tom], office.location, utc(ten(16)))


def test_without_bookings_the_practices_order(office: Office) -> None:
    with acting_in(office.account.ref):
        assert order(office) == [office.mei, office.tom]


def test_the_day_counts_before_the_week(office: Office) -> None:
    with acting_in(office.account.ref):
        for days in (1, 2):
            office.booked(ten() + timedelta(days=days))
        assert order(office) == [office.tom, office.mei], "the week decides"
        mine = office.booked(ten(), who=office.tom)
        assert order(office) == [office.mei, office.tom], "the day decides"
        cancel(by=SYSTEM, attendee=place_of(mine), side="practice", reason="other")
        assert order(office) == [office.tom, office.mei], "what was cancelled is no work"


def test_another_week_is_no_load(office: Office) -> None:
    with acting_in(office.account.ref):
        office.booked(ten() + timedelta(days=7))
        office.booked(ten() - timedelta(days=7))
        assert order(office) == [office.mei, office.tom]


def test_longer_visits_weigh_more(office: Office) -> None:
    with acting_in(office.account.ref):
        office.booked(ten())
        office.service.duration_minutes = 45
        office.booked(ten(), who=office.tom)
        assert order(office) == [office.tom, office.mei]
