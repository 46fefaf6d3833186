"""Requests to answer and visits to settle: what waits at the desk, with its count on the rail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from accounts.tenancy import acting_in
from bookings.appointments.booking import book
from bookings.models import Appointment, Attendee, Message
from tests.bookings.office import NOW, Office, at, browser_of, open_office, signed_in, ten
from tests.factories import make_account, make_client, owner_of

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


@pytest.fixture
def browser(office: Office) -> Browser:
    return office.browser()


def asked(office: Office, hour: int = 10, **client: str) -> Appointment:
    with acting_in(office.account.ref, by=office.by):
        return book(
            by=office.by,
            practitioner=office.mei,
            service=office.service,
            location=office.location,
            starts_local=ten(hour),
            client=make_client(**client),
            by_request=True,
        )


def state_of(office: Office, appointment: Appointment) -> str:
    with acting_in(office.account.ref):
        return str(Appointment.objects.get(pk=appointment.pk).state)


def test_the_list_and_its_count(office: Office, browser: Browser) -> None:
    assert "No request waits" in browser.get(office.url("requests")).content.decode()
    asked(office, given_name="Ida", family_name="Voss")
    page = browser.get(office.url("requests")).content.decode()
    assert "Ida Voss" in page
    rail = browser.get(office.url("diary")).context["nav"]()
    assert {each["label"]: each["count"] for each in rail}["To answer"] == 1


def test_accepting_from_the_panel(office: Office, browser: Browser) -> None:
    request = asked(office)
    panel = browser.get(office.url("appointment", request.pk), HTTP_HX_REQUEST="true")
    words = panel.content.decode()
    assert "Waits for your answer" in words
    assert "Did not come" not in words
    address = office.url("request_acceptance", request.pk)
    answer = browser.post(address)
    assert answer["Location"].startswith(office.url("diary"))
    assert state_of(office, request) == "booked"
    again = browser.post(address, follow=True)
    assert "This request was answered already." in again.content.decode()


def test_declining_from_the_list(office: Office, browser: Browser) -> None:
    request = asked(office)
    address = office.url("request_refusal", request.pk) + "?list=1"
    assert "Decline this request?" in browser.get(address).content.decode()
    assert browser.post(address, {"reason": "feeling"}).status_code == 422
    answer = browser.post(address, {"reason": "other", "note": "Not our field", "tell": "on"})
    assert answer["Location"] == office.url("requests")
    assert state_of(office, request) == "cancelled"
    with acting_in(office.account.ref):
        assert Message.objects.filter(category="declined").count() == 1


def test_visits_wait_until_somebody_says_how_they_went(
    office: Office, browser: Browser, settings: Any
) -> None:
    with acting_in(office.account.ref, by=office.by):
        visit = office.booked(ten(), make_client(given_name="Ida", family_name="Voss"))
        place = visit.attendees.get()
    assert "Every visit is settled" in browser.get(office.url("visits")).content.decode()
    at(NOW + timedelta(days=2), settings)
    page = office.browser().get(office.url("visits")).content.decode()
    assert "Ida Voss" in page
    with acting_in(office.account.ref):
        assert Attendee.objects.get().state == "expected", "nothing changes by date alone"
    answer = office.browser().post(
        office.url("attendance", place.pk, "no_show") + "?list=1", follow=True
    )
    page = answer.content.decode()
    assert "Every visit is settled" in page
    assert office.url("attendance", place.pk, "expected") in page, "and back again"


@pytest.mark.parametrize("name", ["requests", "visits"])
def test_as_many_queries_for_three_as_for_one(office: Office, name: str, settings: Any) -> None:
    def count() -> int:
        browser = office.browser()
        browser.get(office.url(name))
        with CaptureQueriesContext(connections["region_au"]) as queries:
            assert browser.get(office.url(name)).status_code == 200
        return len(queries)

    def more(hour: int) -> None:
        if name == "requests":
            asked(office, hour)
            return
        at(NOW, settings)
        with acting_in(office.account.ref, by=office.by):
            office.booked(ten(hour))
        at(NOW + timedelta(days=2), settings)

    more(9)
    one = count()
    more(11)
    more(13)
    assert count() == one


def test_closed_to_others(office: Office) -> None:
    request = asked(office)
    bookkeeper, other = browser_of(office.account, Role.BOOKKEEPER), make_account()
    stranger = signed_in(other, owner_of(other))
    for name in ("requests", "visits"):
        assert bookkeeper.get(office.url(name)).status_code == 403
    for name in ("request_acceptance", "request_refusal"):
        address = office.url(name, request.pk)
        assert bookkeeper.post(address, {"reason": "other"}).status_code == 403
        own = address.replace(office.account.slug, other.slug)
        assert stranger.post(own, {"reason": "other"}).status_code == 404
    assert state_of(office, request) == "requested"
