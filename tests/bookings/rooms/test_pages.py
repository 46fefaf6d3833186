"""The list of rooms and equipment is kept by those who may, without a look into another practice."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts.models import AccountAnchor, Role
from accounts.tenancy import acting_in
from bookings.appointments.booking import book
from bookings.models import Appointment, Attendee, Resource, ServiceNeed
from tests.bookings.office import NOW, Office, at, browser_of, open_office, ten
from tests.bookings.rooms import make_room, rooms_of
from tests.clients.practice import told
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


def room(office: Office, name: str = "Room 1", **more: Any) -> Resource:
    with acting_in(office.account.ref):
        return make_room(office.location, name, office.service, **more)


def typed(office: Office, **changes: Any) -> dict[str, Any]:
    return {
        "location": str(office.location.pk),
        "kind": "room",
        "name": "Room 1",
        "services": [str(office.service.pk)],
        **changes,
    }


def booked(office: Office, who: Any, hour: int = 10) -> Appointment:
    with acting_in(office.account.ref, by=office.by):
        return book(
            by=office.by,
            practitioner=who,
            service=office.service,
            location=office.location,
            starts_local=ten(hour),
            client=make_client(given_name="Noor", family_name="Haddad"),
        )


def kept(office: Office) -> list[tuple[str, str, int, bool]]:
    with acting_in(office.account.ref):
        return [
            (each.name, each.kind, each.needed_by.count(), each.archived_at is None)
            for each in Resource.objects.all()
        ]


def test_a_room_is_added_renamed_and_used_by_services(office: Office) -> None:
    browser = office.browser()
    with told() as events:
        browser.post(office.url("room_new"), typed(office))
        browser.post(
            office.url("room_new"), typed(office, name="Ultrasound", kind="equipment", services=[])
        )
        with acting_in(office.account.ref):
            first = Resource.objects.get(name="Room 1")
        browser.post(office.url("room", first.pk), {"name": "Garden room", "services": []})
        browser.post(office.url("room", first.pk), {"name": "Garden room", "services": []})
    assert kept(office) == [
        ("Garden room", "room", 0, True),
        ("Ultrasound", "equipment", 0, True),
    ]
    assert [each for each in events if each.startswith("room")] == [
        "room.added",
        "room.added",
        "room.changed",
    ]


def test_a_name_is_there_once_at_a_location(office: Office) -> None:
    room(office)
    answer = office.browser().post(office.url("room_new"), typed(office, name="room 1"))
    assert answer.status_code == 422
    assert "Another one here has this name." in answer.content.decode()
    assert len(kept(office)) == 1


def test_rooms_are_sorted_and_taken_out_of_use(office: Office) -> None:
    browser = office.browser()
    first, second = room(office), room(office, "Room 2")
    browser.post(office.url("room_position", second.pk), {"to": "up"})
    assert [each[0] for each in kept(office)] == ["Room 2", "Room 1"]
    page = browser.get(office.url("room_archive", first.pk)).content.decode()
    assert "No coming booking uses it." in page
    browser.post(office.url("room_archive", first.pk))
    assert [each[3] for each in kept(office)] == [True, False]
    assert "Use again" in browser.get(office.url("rooms")).content.decode()
    browser.post(office.url("room_restoration", first.pk))
    assert [each[3] for each in kept(office)] == [True, True]


def test_bookings_in_a_room_out_of_use_move_to_another_or_are_asked_about(office: Office) -> None:
    first, second = room(office), room(office, "Room 2")
    mine, toms = booked(office, office.mei), booked(office, office.tom)
    alone = booked(office, office.mei, 12)
    with acting_in(office.account.ref):
        assert rooms_of(mine) == rooms_of(alone) == [(first.name, True)]
        assert rooms_of(toms) == [(second.name, True)]
    browser, address = office.browser(), office.url("room_archive", first.pk)
    page = browser.get(address).content.decode()
    assert "One coming booking in it gets another" in page
    assert "Noor Haddad" in page
    browser.post(address)
    assert kept(office)[0][3], "nothing is final before it is said what happens to the booking"
    browser.post(address, {"confirmed": "1", f"choice-{mine.pk}": "cancel"})
    assert not kept(office)[0][3]
    with acting_in(office.account.ref):
        assert rooms_of(alone) == [(second.name, True)]
        place = Attendee.objects.get(appointment=mine)
        assert (place.cancelled_by, place.cancel_reason) == ("practice", "other")


def test_another_room_for_an_appointment(office: Office) -> None:
    room(office)
    mine = booked(office, office.mei)
    second, third = room(office, "Room 2"), room(office, "Room 3")
    toms = booked(office, office.tom)
    browser, address = office.browser(), office.url("appointment_room", mine.pk)
    page = browser.get(address).content.decode()
    assert "Use Room 3" in page
    assert "Use Room 2" not in page
    with told() as events:
        browser.post(address, {"resource": str(third.pk)})
        browser.post(address, {"resource": str(second.pk)})
    assert events.count("appointment.room_changed") == 1
    with acting_in(office.account.ref):
        assert (rooms_of(mine), rooms_of(toms)) == ([("Room 3", True)], [("Room 2", True)])
        other = make_room(office.location, "Store")
    assert browser.post(address, {"resource": str(other.pk)}).status_code == 404
    assert browser.post(address, {"resource": "x"}).status_code == 404


def test_the_panel_says_which_room(office: Office) -> None:
    room(office)
    mine = booked(office, office.mei)
    page = office.browser().get(office.url("appointment", mine.pk), headers={"HX-Request": "true"})
    assert "Room 1" in page.content.decode()


def test_the_list_costs_the_same_for_one_and_for_three(office: Office) -> None:
    browser = office.browser()

    def asked() -> int:
        with CaptureQueriesContext(connections["region_au"]) as queries:
            assert browser.get(office.url("rooms")).status_code == 200
        return len(queries)

    room(office)
    asked()
    one = asked()
    room(office, "Room 2")
    room(office, "Room 3", kind="equipment")
    assert asked() == one


def test_who_may_not(office: Office) -> None:
    found = room(office)
    mine = booked(office, office.mei)
    stranger = open_office()
    names: list[tuple[str, *tuple[object, ...]]] = [
        ("rooms",),
        ("room_new",),
        ("room", found.pk),
        ("room_archive", found.pk),
        ("appointment_room", mine.pk),
    ]
    for role, refused in ((Role.RECEPTION, names[:4]), (Role.BOOKKEEPER, names)):
        browser = browser_of(office.account, role)
        assert {browser.get(office.url(*name)).status_code for name in refused} == {403}
    outside = stranger.browser()
    entered = {outside.get(office.url(*name), follow=True).status_code for name in names}
    assert entered == {404}
    inside = {outside.get(stranger.url(*name)).status_code for name in names[2:]}
    assert inside == {404}
    for name in ("room_position", "room_restoration"):
        assert outside.post(stranger.url(name, found.pk)).status_code == 404
        assert (
            browser_of(office.account, Role.RECEPTION).post(office.url(name, found.pk)).status_code
            == 403
        )


def test_a_service_of_another_practice_can_t_be_named(office: Office) -> None:
    stranger = open_office()
    answer = office.browser().post(
        office.url("room_new"), typed(office, services=[str(stranger.service.pk)])
    )
    assert answer.status_code == 422
    with acting_in(office.account.ref):
        assert not ServiceNeed.objects.exists()


def test_a_closing_practice_changes_nothing(office: Office) -> None:
    found, other = room(office), room(office, "Room 2")
    mine = booked(office, office.mei)
    browser = office.browser()
    with acting_in(office.account.ref):
        AccountAnchor.objects.update(state="closing")
    for name, sent in (
        ("room", {"name": "Other"}),
        ("room_archive", {}),
        ("room_position", {"to": "down"}),
        ("appointment_room", {"resource": str(other.pk)}),
    ):
        target = mine.pk if name == "appointment_room" else found.pk
        assert browser.post(office.url(name, target), sent).status_code != 302
    assert [each[0] for each in kept(office)] == ["Room 1", "Room 2"]
    with acting_in(office.account.ref):
        assert rooms_of(mine) == [("Room 1", True)]


def test_the_diary_says_which_room(office: Office) -> None:
    room(office, "Garden room")
    room(office, "Ultrasound", kind="equipment")
    booked(office, office.mei)
    for look in ("day", "week", "list"):
        page = office.browser().get(office.url("diary"), {"day": "2026-11-24", "view": look})
        assert "First visit · Garden room" in page.content.decode()
