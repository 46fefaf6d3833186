"""Who came is said by a person and can be taken back (features C8)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.tenancy import acting_in
from bookings.appointments.attendance import MARKABLE, mark
from bookings.appointments.cancelling import cancel
from bookings.models import Attendee
from privacy.vocabulary import clock
from tests.bookings.office import NOW, Office, at, audited, open_office, place_of, ten

pytestmark = pytest.mark.django_db(databases="__all__")
S = Attendee.State


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


@pytest.mark.parametrize("state", sorted(MARKABLE - {S.EXPECTED}))
def test_every_state_can_be_set_and_taken_back(office: Office, state: str) -> None:
    with acting_in(office.account.ref, by=office.by):
        place = place_of(office.booked(ten()))
        before = clock.now()
        marked = mark(by=office.by, attendee=place, state=state)
        assert Attendee.objects.get(pk=place.pk).state == state
        assert marked.state_at >= before
        mark(by=office.by, attendee=place, state=S.EXPECTED)
        assert Attendee.objects.get(pk=place.pk).state == S.EXPECTED


@pytest.mark.parametrize("state", ["cancelled", "late", ""])
def test_other_words_are_refused(office: Office, state: str) -> None:
    with acting_in(office.account.ref, by=office.by):
        place = place_of(office.booked(ten()))
        with pytest.raises(ValidationError):
            mark(by=office.by, attendee=place, state=state)


def test_a_cancelled_place_stays_cancelled(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        place = place_of(office.booked(ten()))
        cancel(by=office.by, attendee=place, side=Attendee.Side.CLIENT, reason=Attendee.Reason.AWAY)
        with pytest.raises(ValidationError):
            mark(by=office.by, attendee=place, state=S.ARRIVED)


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_each_change_is_one_event(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        place = place_of(office.booked(ten()))
        for state in (S.ARRIVED, S.ARRIVED, S.SEEN):
            mark(by=office.by, attendee=place, state=state)
    assert audited("attendance.marked") == [(office.owner.pk, place.pk, place.client_id)] * 2
