"""The practice's choices for its booking page: who may make them, what is accepted, what people then see."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client as Browser

from accounts.models import Role
from accounts.tenancy import acting_in
from bookings.models import BookingPage, BookingPolicy
from bookings.public.choices import MOST_SITES, chosen, current_policy, origin_of, origins_of
from tests.bookings.office import Office, browser_of, open_office
from tests.bookings.public import NOW, at

pytestmark = pytest.mark.django_db(databases="__all__")

FILLED = {
    "mode": "view",
    "intro": "We look forward to seeing you.",
    "has_waiting_list": "on",
    "sites": "www.harbour.example/contact\nhttps://harbour.example:8443\nhttps://WWW.harbour.example",
}


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://www.example.com", "https://www.example.com"),
        (" www.Example.com/contact?x=1 ", "https://www.example.com"),
        ("https://example.com:443", "https://example.com"),
        ("https://example.com:8443/", "https://example.com:8443"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("http://localhost:4000", "http://localhost:4000"),
    ],
)
def test_addresses_of_sites(typed: str, origin: str) -> None:
    assert origin_of(typed) == origin


@pytest.mark.parametrize(
    "typed",
    [
        "http://www.example.com",
        "https://*.example.com",
        "https://example.com; script-src *",
        "https://a.example https://b.example",
        "https://user@example.com",
        "javascript:alert(1)",
        "https://",
        "example",
        "'none'",
        "https://exa_mple.com",
        "https://example.com:99999",
    ],
)
def test_what_is_no_site(typed: str) -> None:
    with pytest.raises(ValidationError):
        origin_of(typed)


def test_too_many_sites() -> None:
    lines = [f"https://s{number}.example" for number in range(MOST_SITES + 1)]
    with pytest.raises(ValidationError):
        origins_of("\n".join(lines))
    assert origins_of("\n".join(lines[1:])) == lines[1:]


def test_choices_are_kept_and_audited(office: Office) -> None:
    with acting_in(office.account.ref):
        assert (chosen().mode, chosen().shows_prices) == ("open", True)
    browser = office.browser()
    page = browser.get(office.url("booking_page"))
    assert page.status_code == 200
    assert browser.post(office.url("booking_page"), FILLED).status_code == 302
    with acting_in(office.account.ref):
        page = BookingPage.objects.get()
        assert (page.mode, page.intro) == ("view", "We look forward to seeing you.")
        assert (page.shows_prices, page.asks_phone, page.has_waiting_list) == (False, False, True)
        assert page.frame_sites == ["https://www.harbour.example", "https://harbour.example:8443"]
    assert browser.post(office.url("booking_page"), FILLED | {"mode": "off"}).status_code == 302
    with acting_in(office.account.ref):
        assert BookingPage.objects.get().mode == "off"


def test_faults_keep_what_was_typed(office: Office) -> None:
    answer = office.browser().post(
        office.url("booking_page"), FILLED | {"sites": "ftp://x.example"}
    )
    assert answer.status_code == 422
    assert "ftp://x.example" in answer.content.decode()
    assert "is not the address of a site" in answer.content.decode()
    with acting_in(office.account.ref):
        assert BookingPage.objects.count() == 0


def test_policy_versions(office: Office) -> None:
    browser, address = office.browser(), office.url("booking_policy")
    for text in ("Cancel a day ahead.", "Cancel a day ahead.", "Cancel two days ahead.", ""):
        assert browser.post(address, {"text": text}).status_code == 302
    with acting_in(office.account.ref):
        versions = list(BookingPolicy.objects.values_list("version", "text"))
        assert versions == [(3, ""), (2, "Cancel two days ahead."), (1, "Cancel a day ahead.")]
        assert current_policy() is None


@pytest.mark.parametrize("name", ["booking_page", "booking_policy"])
def test_only_who_may_change_settings(office: Office, name: str) -> None:
    assert browser_of(office.account, Role.RECEPTION).get(office.url(name)).status_code == 403
    neighbour = open_office()
    assert neighbour.browser().get(office.url(name)).status_code in (302, 404)
    assert Browser().post(office.url(name)).status_code == 401
