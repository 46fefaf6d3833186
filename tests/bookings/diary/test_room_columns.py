"""The diary by its rooms: a column for each, drags that change the room, and booking into one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connections
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import acting_in
from bookings.models import Appointment, Resource
from tests.bookings.office import NOW, Office, at, open_office, ten
from tests.bookings.rooms import make_room, rooms_of
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")
DAY = "2026-11-24"


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


@pytest.fixture
def rooms(office: Office) -> list[Resource]:
    with acting_in(office.account.ref):
        return [
            make_room(office.location, "Room 1", office.service),
            make_room(office.location, "Room 2", office.service),
            make_room(office.location, "Store"),
        ]


def booked(office: Office, who: str = "Noor", hour: int = 10) -> Appointment:
    with acting_in(office.account.ref, by=office.by):
        person = office.mei if who == "Noor" else office.tom
        return office.booked(
            ten(hour), make_client(given_name=who, family_name="Haddad"), who=person
        )


def drop(browser: Browser, office: Office, visit: Appointment, **values: str) -> Any:
    return browser.post(
        office.url("appointment_move", visit.pk),
        values,
        headers={
            "HX-Request": "true",
            "HX-Current-URL": f"http://testserver{office.url('diary')}?day={DAY}&view=rooms",
        },
    )


def columns(browser: Browser, office: Office) -> dict[str, list[tuple[str, str]]]:
    page = browser.get(f"{office.url('diary')}?day={DAY}&view=rooms")
    return {
        column.title: [(block.who, block.what) for block in column.blocks]
        for column in page.context["diary"].columns
    }


def test_each_room_has_a_column_and_says_with_whom(office: Office, rooms: list[Resource]) -> None:
    browser = office.browser()
    noor, olga = booked(office), booked(office, "Olga")
    with acting_in(office.account.ref):
        olga.uses.all().delete()
    mei = str(office.mei.name)
    assert columns(browser, office) == {
        "Room 1": [("Noor Haddad", f"First visit · {mei}")],
        "Room 2": [],
        "Store": [],
        "Without a room": [("Olga Haddad", f"First visit · {office.tom.name}")],
    }
    page = browser.get(f"{office.url('diary')}?day={DAY}").content.decode()
    assert "view=rooms" in page
    # As many statements for three as for one, and a practice without rooms has no such look
    with CaptureQueriesContext(connections["region_au"]) as one:
        columns(browser, office)
    for hour in (12, 13, 14):
        booked(office, hour=hour)
    with CaptureQueriesContext(connections["region_au"]) as more:
        columns(browser, office)
    assert len(more) == len(one)
    with acting_in(office.account.ref):
        Resource.objects.update(archived_at=NOW)
    assert list(columns(browser, office)) == [mei, str(office.tom.name)]
    assert noor.pk


def test_a_drag_to_another_column_changes_the_room(office: Office, rooms: list[Resource]) -> None:
    browser, noor = office.browser(), booked(office)
    first, second, store = rooms
    moved = drop(browser, office, noor, resource=str(second.pk), starts=f"{DAY}T10:00")
    with acting_in(office.account.ref):
        assert rooms_of(noor) == [("Room 2", True)]
    toast = json.loads(moved.headers["HX-Trigger"])["keepwell:toast"]
    assert toast["text"] == "Now in Room 2."
    browser.post(toast["undo_url"], headers={"HX-Request": "true"})
    with acting_in(office.account.ref):
        assert rooms_of(noor) == [("Room 1", True)]
    # Time and room in one; the practitioner stays
    drop(browser, office, noor, resource=str(second.pk), starts=f"{DAY}T13:00")
    with acting_in(office.account.ref):
        fresh = Appointment.objects.get(pk=noor.pk)
        assert (fresh.local_time.hour, fresh.practitioner_id) == (13, office.mei.pk)
        assert rooms_of(noor) == [("Room 2", True)]
    # What doesn't suit changes nothing at all
    refused = drop(browser, office, noor, resource=str(store.pk), starts=f"{DAY}T15:00")
    assert refused.status_code == 409
    with acting_in(office.account.ref):
        assert Appointment.objects.get(pk=noor.pk).local_time.hour == 13
    assert drop(browser, office, noor, resource="x", starts=f"{DAY}T13:00").status_code == 200
    assert first.pk


def test_booking_from_a_rooms_column_takes_that_room(office: Office, rooms: list[Resource]) -> None:
    browser, address = office.browser(), office.url("appointment_new")
    _first, second, store = rooms
    page = browser.get(f"{address}?starts={DAY}T10:00&resource={second.pk}")
    assert f'name="resource" value="{second.pk}"' in page.content.decode()
    values = {
        "practitioner": str(office.mei.pk),
        "service": str(office.service.pk),
        "location": str(office.location.pk),
        "day": DAY,
        "time": "10:00",
        "given_name": "Ida",
    }
    browser.post(address, {**values, "resource": str(second.pk)})
    said = browser.post(
        address, {**values, "time": "12:00", "resource": str(store.pk)}, follow=True
    )
    assert "Booked for 12:00 pm in Room 1." in said.content.decode()
    with acting_in(office.account.ref):
        visits = Appointment.objects.order_by("starts_at")
        assert [rooms_of(each)[0][0] for each in visits] == ["Room 2", "Room 1"]
