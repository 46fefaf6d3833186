"""One message tells of a whole series: its words list the other dates, and name nobody else's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models.practice import current_anchor
from accounts.tenancy import acting_in
from bookings.messaging.wording import written
from bookings.models import Appointment, Message
from bookings.series.changing import cancel
from bookings.series.checking import plan
from bookings.series.creating import Chosen, create
from bookings.series.reach import Scope
from bookings.series.recurrence import WEEKLY, Repeat
from tests.bookings.office import NOW, TUESDAY, Office, at, open_office, ten
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


def series(office: Office) -> Appointment:
    repeat = Repeat(WEEKLY, 1, TUESDAY, 3)
    found = plan(
        practitioner=office.mei,
        service=office.service,
        location=office.location,
        starts_local=ten(),
        repeat=repeat,
    )
    made = create(
        by=office.by,
        repeat=repeat,
        chosen=[Chosen(each) for each in found],
        client=make_client(),
    )
    first: Appointment = made.appointments.earliest("starts_at")
    return first


def body_of(category: str) -> str:
    related = Message.objects.select_related("client", "attendee__appointment__location", "offer")
    message = related.get(category=category, state="queued")
    return written(message, current_anchor()).body


def test_the_confirmation_lists_every_date(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        series(office)
        body = body_of("confirmation")
    assert "Also:\nTue 1 Dec 2026, 10:00 am\nTue 8 Dec 2026, 10:00 am" in body


def test_one_visit_has_no_other_dates(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        office.booked(ten(day=TUESDAY + timedelta(days=1)))
        assert "Also" not in body_of("confirmation")


def test_the_cancellation_lists_those_that_went_with_it(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        first = series(office)
        Message.objects.filter(category="confirmation", state="queued").update(state="sent")
        cancel(
            by=office.by,
            appointment=first,
            how_far=Scope.ALL,
            side="practice",
            reason="practitioner_away",
            tell=True,
        )
        body = body_of("cancellation")
    assert "Also:\nTue 1 Dec 2026, 10:00 am\nTue 8 Dec 2026, 10:00 am" in body
