"""A session has so many places: they are taken under its lock, and each client knows of their own alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.tenancy import acting_in
from bookings import groups
from bookings.appointments.booking import SlotTaken, book
from bookings.appointments.moving import move
from bookings.models import Appointment, Attendee, Message
from tests.bookings.office import NOW, TUESDAY, Office, at, open_office, ten
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    office = open_office()
    with acting_in(office.account.ref):
        office.service.capacity = 2
        office.service.save()
    return office


def session(office: Office, hour: int = 10) -> Appointment:
    return groups.schedule(
        by=office.by,
        practitioner=office.mei,
        service=office.service,
        location=office.location,
        starts_local=ten(hour),
    )


def listed(office: Office, **more: Any) -> list[tuple[int, int, int]]:
    found = groups.sessions(
        service=office.service,
        practitioners=[office.mei, office.tom],
        location=office.location,
        first_day=TUESDAY,
        last_day=TUESDAY,
        **more,
    )
    return [(each.local_start.hour, each.capacity, each.left) for each in found]


def test_a_session_stands_before_anybody_comes(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        made = session(office)
        office.service.capacity = 9
        office.service.save()
        assert (made.state, made.capacity, made.attendees.count()) == ("booked", 2, 0)
        assert listed(office) == [(10, 2, 2)]
        assert Message.objects.count() == 0
        with pytest.raises(SlotTaken):
            session(office)


def test_a_service_for_one_has_no_sessions(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        office.service.capacity = 1
        with pytest.raises(ValidationError):
            session(office)
        with pytest.raises(ValidationError):
            groups.join(by=office.by, appointment=office.booked(ten()), client=make_client())


def test_places_are_taken_until_it_is_full(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        made = session(office)
        groups.join(by=office.by, appointment=made, client=make_client())
        assert listed(office) == [(10, 2, 1)]
        groups.join(by=office.by, appointment=made, client=make_client)
        with pytest.raises(groups.Full):
            groups.join(
                by=office.by,
                appointment=made,
                client=lambda: pytest.fail("a loser makes no client"),
            )
        assert listed(office) == [(10, 2, 0)]
        told = Message.objects.filter(category="confirmation").values_list("client_id", flat=True)
        assert sorted(told) == sorted(made.attendees.values_list("client_id", flat=True))


def test_a_place_once_each_and_again_after_giving_it_up(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        made, client = session(office), make_client()
        place = groups.join(by=office.by, appointment=made, client=client)
        with pytest.raises(ValidationError):
            groups.join(by=office.by, appointment=made, client=client)
        groups.leave(by=office.by, attendee=place, side="client", reason="sick")
        assert Appointment.objects.get().state == "booked", "staff set it"
        again = groups.join(by=office.by, appointment=made, client=client)
        assert (again.pk, again.state, again.cancel_reason) == (place.pk, "expected", "")


def test_calling_off_cancels_every_place_and_tells_each(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        made = session(office)
        for _each in range(2):
            groups.join(by=office.by, appointment=made, client=make_client())
        groups.call_off(by=office.by, appointment=made, reason="practitioner_away")
        groups.call_off(by=office.by, appointment=made, reason="other")
        assert Appointment.objects.get().state == "cancelled"
        assert set(Attendee.objects.values_list("state", "cancelled_by", "cancel_reason")) == {
            ("cancelled", "practice", "practitioner_away")
        }
        assert Message.objects.filter(category="cancellation").count() == 2
        with pytest.raises(ValidationError):
            groups.join(by=office.by, appointment=made, client=make_client())
        assert listed(office) == []
        assert session(office).pk != made.pk, "the time is free again"


def test_an_empty_session_can_be_called_off(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        made = groups.call_off(by=office.by, appointment=session(office), reason="other")
        assert made.state == "cancelled"


def test_notice_and_horizon_are_for_people_online(office: Office, settings: Any) -> None:
    with acting_in(office.account.ref, by=office.by):
        session(office)
        office.service.notice_minutes = 26 * 60
        assert (listed(office), listed(office, at_desk=True)) == ([], [(10, 2, 2)])
        office.service.notice_minutes, office.service.horizon_days = 0, 1
        assert (listed(office), listed(office, at_desk=True)) == ([], [(10, 2, 2)])


def test_staff_book_a_group_for_its_first_client(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        made = office.booked(ten())
        groups.join(by=office.by, appointment=made, client=make_client())
        assert listed(office) == [(10, 2, 0)]


def test_moving_a_session_tells_each_of_them(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        made = session(office)
        for _each in range(2):
            groups.join(by=office.by, appointment=made, client=make_client())
        Message.objects.filter(category="confirmation").update(state="sent")
        move(by=office.by, appointment=made, practitioner=office.tom, starts_local=ten(15))
        changes = Message.objects.filter(category="change").values_list("client_id", flat=True)
        assert len(set(changes)) == 2


def test_another_time_for_one_person_still_needs_it_free(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        session(office)
        with pytest.raises(SlotTaken):
            book(
                by=office.by,
                practitioner=office.mei,
                service=office.service,
                location=office.location,
                starts_local=ten(10, 30),
                client=make_client(),
            )
