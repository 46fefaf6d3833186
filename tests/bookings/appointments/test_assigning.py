"""A booking has the rooms it needs, one for itself; staff may share one knowingly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Practitioner
from accounts.tenancy import acting_in
from bookings import groups
from bookings.appointments.booking import SlotTaken, book
from bookings.appointments.cancelling import cancel
from bookings.appointments.desk import conflicts
from bookings.appointments.moving import lengthen, move
from bookings.models import Appointment, Hold, Resource, ResourceUse
from bookings.openings.finding import openings
from bookings.requests import accept, decline
from tests.bookings.office import NOW, TUESDAY, Office, at, audited, open_office, place_of, ten, utc
from tests.bookings.rooms import make_room, rooms_of
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def office(settings: Any) -> Iterator[Office]:
    at(NOW, settings)
    office = open_office()
    with acting_in(office.account.ref, by=office.by):
        yield office


def booked(office: Office, who: Any, hour: int = 10, **more: Any) -> Appointment:
    return book(
        by=office.by,
        practitioner=who,
        service=office.service,
        location=office.location,
        starts_local=ten(hour),
        client=make_client(),
        **more,
    )


def test_a_service_without_needs_has_no_room(office: Office) -> None:
    make_room(office.location, "Room 1")
    assert rooms_of(booked(office, office.mei)) == []


def test_a_booking_gets_one_of_each_kind(office: Office) -> None:
    make_room(office.location, "Room 1", office.service)
    make_room(office.location, "Room 2", office.service)
    make_room(office.location, "Ultrasound", office.service, kind="equipment")
    assert rooms_of(booked(office, office.mei)) == [("Room 1", True), ("Ultrasound", True)]


def test_the_rooms_are_used_evenly(office: Office) -> None:
    make_room(office.location, "Room 1", office.service)
    make_room(office.location, "Room 2", office.service)
    names = [rooms_of(booked(office, office.mei, hour))[0][0] for hour in (9, 10, 11, 12)]
    assert names == ["Room 1", "Room 2", "Room 1", "Room 2"]


def test_without_a_free_room_the_time_is_taken(office: Office) -> None:
    make_room(office.location, "Room 1", office.service)
    booked(office, office.mei)
    with pytest.raises(SlotTaken) as caught:
        booked(office, office.tom)
    assert {slot.local_start.time() for slot in caught.value.nearest}.isdisjoint({time(10)})
    assert Appointment.objects.count() == 1
    assert rooms_of(booked(office, office.tom, 11)) == [("Room 1", True)]


def test_the_database_itself_lets_one_have_it(office: Office) -> None:
    room = make_room(office.location, "Room 1", office.service)
    first = booked(office, office.mei)
    second = booked(office, office.tom, 11)
    use = ResourceUse.objects.get(appointment=second)
    use.busy_from, use.busy_until = first.busy_from, first.busy_until
    with (
        pytest.raises(IntegrityError, match="one_use_at_a_time"),
        transaction.atomic(using="region_au"),
    ):
        use.save()
    assert use.resource_id == room.pk


def test_buffers_keep_the_room_too(office: Office) -> None:
    office.service.buffer_after = 15
    office.service.save()
    make_room(office.location, "Room 1", office.service)
    booked(office, office.mei)
    with pytest.raises(SlotTaken):
        booked(office, office.tom, 11)


def test_a_move_keeps_the_room_where_it_is_free_and_takes_another_where_not(
    office: Office,
) -> None:
    make_room(office.location, "Room 1", office.service)
    make_room(office.location, "Room 2", office.service)
    first = booked(office, office.mei)
    other = booked(office, office.tom, 14)
    assert rooms_of(other) == [("Room 2", True)]
    move(by=office.by, appointment=first, practitioner=office.mei, starts_local=ten(12))
    assert rooms_of(first) == [("Room 1", True)]
    booked(office, office.mei, 14)
    move(by=office.by, appointment=first, practitioner=office.mei, starts_local=ten(16))
    third = booked(office, office.tom, 16)
    assert {rooms_of(first)[0][0], rooms_of(third)[0][0]} == {"Room 1", "Room 2"}
    uses = ResourceUse.objects.filter(appointment=first)
    fresh = Appointment.objects.get(pk=first.pk)
    assert list(uses.values_list("busy_from", "busy_until")) == [
        (fresh.busy_from, fresh.busy_until)
    ]


def test_a_move_to_where_no_room_is_free_changes_nothing(office: Office) -> None:
    make_room(office.location, "Room 1", office.service)
    booked(office, office.mei, 14)
    first = booked(office, office.tom)
    with pytest.raises(SlotTaken):
        move(by=office.by, appointment=first, practitioner=office.tom, starts_local=ten(14))
    assert Appointment.objects.get(pk=first.pk).starts_at == first.starts_at
    assert rooms_of(first) == [("Room 1", True)]


def test_lengthening_needs_the_room_for_longer(office: Office) -> None:
    make_room(office.location, "Room 1", office.service)
    first = booked(office, office.mei)
    booked(office, office.tom, 11)
    with pytest.raises(SlotTaken):
        lengthen(by=office.by, appointment=first, minutes=90)
    make_room(office.location, "Room 2", office.service)
    lengthen(by=office.by, appointment=first, minutes=90)
    assert rooms_of(first) == [("Room 2", True)]


def test_a_cancelled_booking_frees_its_room(office: Office) -> None:
    make_room(office.location, "Room 1", office.service)
    first = booked(office, office.mei)
    cancel(by=office.by, attendee=place_of(first), side="client", reason="sick")
    assert rooms_of(first) == [("Room 1", False)]
    assert rooms_of(booked(office, office.tom)) == [("Room 1", True)]


def test_a_request_holds_its_room_until_it_is_declined(office: Office) -> None:
    make_room(office.location, "Room 1", office.service)
    asked = booked(office, office.mei, by_request=True)
    with pytest.raises(SlotTaken):
        booked(office, office.tom)
    decline(by=office.by, appointment=asked, reason="other")
    second = booked(office, office.tom, by_request=True)
    accept(by=office.by, appointment=second)
    assert rooms_of(second) == [("Room 1", True)]


def test_a_session_has_one_room_for_all_its_places(office: Office) -> None:
    make_room(office.location, "Room 1", office.service)
    office.service.capacity = 4
    office.service.save()
    session = groups.schedule(
        by=office.by,
        practitioner=office.mei,
        service=office.service,
        location=office.location,
        starts_local=ten(),
    )
    groups.join(by=office.by, appointment=session, client=make_client())
    groups.join(by=office.by, appointment=session, client=make_client())
    assert rooms_of(session) == [("Room 1", True)]
    with pytest.raises(SlotTaken):
        booked(office, office.tom)
    groups.call_off(by=office.by, appointment=session, reason="other")
    booked(office, office.tom)


def test_staff_share_a_room_knowingly_and_the_conflict_names_it(office: Office) -> None:
    make_room(office.location, "Room 1", office.service)
    first = booked(office, office.mei)
    said = conflicts(
        practitioner=office.tom,
        service=office.service,
        location=office.location,
        starts_local=ten(),
    )
    assert [(each.id, each.room) for each in said] == [(first.pk, "Room 1")]
    second = booked(office, office.tom, overbook_because="Two of a family")
    assert rooms_of(second) == [("Room 1", False)]
    assert not second.is_overbooked, "nobody stands beside them in Tom's own time"
    with pytest.raises(SlotTaken):
        office.booked(ten(), who=office.tom)


def test_a_room_that_is_shared_is_not_given_to_a_third_unknowingly(office: Office) -> None:
    make_room(office.location, "Room 1", office.service)
    first = booked(office, office.mei)
    second = booked(office, office.tom, overbook_because="Two of a family")
    lengthen(by=office.by, appointment=second, minutes=120, overbook_because="As before")
    with pytest.raises(SlotTaken):
        booked(office, office.mei, 11)
    cancel(by=office.by, attendee=place_of(first), side="client", reason="sick")
    assert rooms_of(second) == [("Room 1", True)], "it has the room to itself now"


def test_slots_know_the_rooms_in_one_statement_more(office: Office) -> None:
    def asked() -> tuple[list[time], int]:
        with CaptureQueriesContext(connections["region_au"]) as queries:
            found = openings(
                service=office.service,
                practitioners=[office.tom, office.mei],
                location=office.location,
                first_day=TUESDAY,
                last_day=TUESDAY,
            )
        starts = sorted({slot.local_start.time() for slot in found})
        return starts, len(queries)

    without, few = asked()
    first = make_room(office.location, "Room 1", office.service)
    booked(office, office.mei)
    found, more = asked()
    assert time(10) in without
    assert time(10) not in found
    assert more == few + 1
    make_room(office.location, "Room 2", office.service)
    booked(office, office.mei, 12)
    found, many = asked()
    assert time(10) not in found, "Tom has no hours of his own, Mei is busy"
    assert time(11) in found
    assert many == more
    assert first.name == "Room 1"


def test_a_time_that_somebody_holds_keeps_a_room_for_them(office: Office) -> None:
    make_room(office.location, "Room 1", office.service)
    make_room(office.location, "Room 2", office.service)
    make_room(office.location, "Ultrasound", office.service, kind="equipment")
    colleague = Practitioner(name="Ana", position=3)
    colleague.save(force_insert=True)
    starts = utc(ten())
    Hold(
        practitioner=colleague,
        location=office.location,
        service=office.service,
        starts_at=starts,
        ends_at=starts + timedelta(hours=1),
        busy_from=starts,
        busy_until=starts + timedelta(hours=1),
        expires_at=NOW + timedelta(hours=1),
        digest=b"x" * 32,
    ).save(force_insert=True)

    def free(own_hold: bytes | None = None) -> set[time]:
        found = openings(
            service=office.service,
            practitioners=[office.mei],
            location=office.location,
            first_day=TUESDAY,
            last_day=TUESDAY,
            own_hold=own_hold,
        )
        return {slot.local_start.time() for slot in found}

    assert time(10) not in free(), "the one ultrasound is kept for whoever types"
    assert time(11) in free()
    assert time(10) in free(b"x" * 32)
    Resource.objects.filter(name="Ultrasound").update(archived_at=NOW)
    assert time(10) in free(), "there are two rooms"


def test_an_archived_room_is_not_needed(office: Office) -> None:
    room = make_room(office.location, "Room 1", office.service)
    room.archived_at = NOW
    room.save()
    assert rooms_of(booked(office, office.mei)) == []
    assert Resource.objects.count() == 1


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_why_a_room_is_shared_stands_in_the_audit(settings: Any) -> None:
    at(NOW, settings)
    office = open_office()
    with acting_in(office.account.ref, by=office.by):
        make_room(office.location, "Room 1", office.service)
        booked(office, office.mei)
        second = booked(office, office.tom, overbook_because="Two of a family")
    assert [row[1] for row in audited("appointment.overbooked")] == [second.pk]
