"""A service's places, requests and each practitioner's own terms, from the settings to the booking."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser

from accounts.tenancy import acting_in
from bookings.models import Appointment, Service, ServiceOffer
from tests.bookings.office import NOW, Office, at, open_office, ten

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


@pytest.fixture
def browser(office: Office) -> Browser:
    return office.browser()


def values_of(office: Office, browser: Browser, **more: Any) -> dict[str, Any]:
    """Return what the form shows, as a browser would send it back."""
    form = browser.get(office.url("service", office.service.pk)).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    return {
        name: value for name, value in shown.items() if value is not None and value is not False
    } | more


def test_places_category_and_requests(office: Office, browser: Browser) -> None:
    wanted = values_of(
        office,
        browser,
        capacity="8",
        category="Classes",
        by_request="on",
        request_hours="24",
        most_shown="3",
    )
    assert browser.post(office.url("service", office.service.pk), wanted).status_code == 302
    with acting_in(office.account.ref):
        service = Service.objects.get(pk=office.service.pk)
    assert (service.capacity, service.category, service.by_request) == (8, "Classes", True)
    assert (service.request_hours, service.most_shown) == (24, 3)


def test_left_empty_they_are_as_for_any_service(office: Office, browser: Browser) -> None:
    wanted = values_of(office, browser, capacity="", request_hours="", most_shown="")
    assert browser.post(office.url("service", office.service.pk), wanted).status_code == 302
    with acting_in(office.account.ref):
        service = Service.objects.get(pk=office.service.pk)
    assert (service.capacity, service.request_hours, service.most_shown) == (1, 48, None)


def test_own_length_and_price_are_booked(office: Office, browser: Browser) -> None:
    own = {f"minutes-{office.tom.pk}": "75", f"price-{office.tom.pk}": "0"}
    wanted = values_of(office, browser, price="120", **own)
    assert browser.post(office.url("service", office.service.pk), wanted).status_code == 302
    with acting_in(office.account.ref, by=office.by):
        office.service.refresh_from_db()
        offer = ServiceOffer.objects.get(practitioner=office.tom)
        assert (offer.duration_minutes, offer.price_minor) == (75, 0)
        office.booked(ten(), who=office.tom)
        office.booked(ten(), who=office.mei)
        booked = Appointment.objects.order_by("duration_minutes")
        assert list(booked.values_list("practitioner_id", "duration_minutes", "price_minor")) == [
            (office.mei.pk, 60, 12000),
            (office.tom.pk, 75, 0),
        ]
    again = values_of(office, browser)
    assert (again[f"minutes-{office.tom.pk}"], f"minutes-{office.mei.pk}" in again) == (75, False)


def test_a_length_that_cannot_be_is_refused(office: Office, browser: Browser) -> None:
    wanted = values_of(office, browser, **{f"minutes-{office.tom.pk}": "2"})
    assert browser.post(office.url("service", office.service.pk), wanted).status_code == 200
    with acting_in(office.account.ref):
        assert ServiceOffer.objects.get(practitioner=office.tom).duration_minutes is None
