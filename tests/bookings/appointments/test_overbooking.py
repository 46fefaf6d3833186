"""Overbooking is knowing: never without a reason, the reason sealed in the audit, and over once there is room."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.tenancy import acting_in
from bookings.appointments.booking import SlotTaken, book
from bookings.appointments.cancelling import cancel
from bookings.appointments.desk import book_at_desk
from bookings.appointments.elsewhere import people_of
from bookings.appointments.moving import conflicts_of_length, conflicts_of_move, lengthen, move
from bookings.models import Appointment, Message
from tests.bookings.office import NOW, Office, at, audited, open_office, place_of, ten
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")
WHY = "They come as a couple"


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


def beside(office: Office, hour: int = 10, minute: int = 0, because: str = WHY) -> Appointment:
    return book(
        by=office.by,
        practitioner=office.mei,
        service=office.service,
        location=office.location,
        starts_local=ten(hour, minute),
        client=make_client(),
        overbook_because=because,
    )


def state_of(appointment: Appointment) -> tuple[bool, Any]:
    fresh = Appointment.objects.get(pk=appointment.pk)
    return fresh.is_overbooked, fresh.overbooked_by_id


def test_who_did_it_and_why(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        office.booked(ten())
        second = beside(office)
        assert state_of(second) == (True, office.owner.pk)


def test_a_free_place_is_no_overbooking(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        assert state_of(beside(office)) == (False, None)


def test_moving_beside_another_needs_a_reason(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        office.booked(ten())
        mine = office.booked(ten(14))
        with pytest.raises(SlotTaken):
            move(by=office.by, appointment=mine, practitioner=office.mei, starts_local=ten())
        found = conflicts_of_move(appointment=mine, practitioner=office.mei, starts_local=ten())
        assert [each.time for each in found] == ["10:00 to 11:00 am"]
        moved = move(
            by=office.by,
            appointment=mine,
            practitioner=office.mei,
            starts_local=ten(),
            overbook_because=WHY,
        )
        assert state_of(moved) == (True, office.owner.pk)
        back = move(by=office.by, appointment=moved, practitioner=office.mei, starts_local=ten(15))
        assert state_of(back) == (False, None)


def test_lengthening_into_another_needs_a_reason(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        mine = office.booked(ten())
        office.booked(ten(11))
        with pytest.raises(SlotTaken):
            lengthen(by=office.by, appointment=mine, minutes=90)
        assert len(conflicts_of_length(appointment=mine, minutes=90)) == 1
        lengthen(by=office.by, appointment=mine, minutes=90, overbook_because=WHY)
        assert state_of(mine) == (True, office.owner.pk)


def test_nobody_is_put_beside_an_overbooked_one_unknowingly(office: Office) -> None:
    """It stands outside the constraint; where it reaches beyond the other one, that time is still its own."""
    with acting_in(office.account.ref, by=office.by):
        office.booked(ten())
        beside(office, 10, 30)
        with pytest.raises(SlotTaken):
            office.booked(ten(11))
        mine = office.booked(ten(14))
        with pytest.raises(SlotTaken):
            move(by=office.by, appointment=mine, practitioner=office.mei, starts_local=ten(11))


def test_it_ends_when_the_other_one_goes(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        first = office.booked(ten())
        second = beside(office, 10, 30)
        cancel(by=office.by, attendee=place_of(first), side="client", reason="sick")
        assert state_of(second) == (False, None)
        third = beside(office, 11)
        assert state_of(third) == (True, office.owner.pk)
        move(by=office.by, appointment=second, practitioner=office.tom, starts_local=ten(10, 30))
        assert state_of(third) == (False, None)


def test_the_client_need_not_be_told(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        mine = office.booked(ten())
        Message.objects.all().update(state="sent")
        move(
            by=office.by,
            appointment=mine,
            practitioner=office.mei,
            starts_local=ten(14),
            tell=False,
        )
        told = Message.objects.filter(category="change").values_list("state", "reason")
        assert ("queued", "") not in list(told)


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_the_audit_names_who_and_seals_why(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        office.booked(ten())
        second = beside(office)
        client = place_of(second).client_id
    assert audited("appointment.overbooked") == [(office.owner.pk, second.pk, client)]


def test_a_client_is_in_one_place_at_a_time_unless_somebody_says_why(office: Office) -> None:
    """The desk's own booking, move and length ask; whoever goes by the hour before or after is in nobody's way."""
    with acting_in(office.account.ref, by=office.by):
        leila = make_client()
        theirs = office.booked(ten(), leila, office.tom)
        wanted: dict[str, Any] = {
            "by": office.by,
            "practitioner": office.mei,
            "service": office.service,
            "location": office.location,
            "client": leila,
            "new_client": {},
        }
        with pytest.raises(SlotTaken) as taken:
            book_at_desk(starts_local=ten(10, 30), **wanted)
        assert len(taken.value.nearest) == 3
        assert all(
            slot.ends_at <= theirs.starts_at or slot.starts_at >= theirs.ends_at
            for slot in taken.value.nearest
        )
        mine = book_at_desk(starts_local=ten(11), **wanted)
        [own] = conflicts_of_move(
            appointment=mine,
            practitioner=office.mei,
            starts_local=ten(10, 30),
            people=people_of(mine),
        )
        assert (own.id, own.words) == (
            theirs.pk,
            "10:00 to 11:00 am: the client’s own, First visit with Tom Okafor",
        )
        with pytest.raises(SlotTaken):
            move(
                by=office.by,
                appointment=mine,
                practitioner=office.mei,
                starts_local=ten(10, 30),
                people=people_of(mine),
            )
        with pytest.raises(SlotTaken):
            lengthen(by=office.by, appointment=theirs, minutes=90, people=people_of(theirs))
        both = book_at_desk(starts_local=ten(10, 0), overbook_because=WHY, **wanted)
        assert state_of(both) == (False, None), "both practitioners' times are their own"
        again = move(by=office.by, appointment=both, practitioner=office.mei, starts_local=ten(9))
        assert again.starts_at < theirs.starts_at, "a move back or by the client asks nothing"
