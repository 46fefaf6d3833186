"""The diary on paper: what a sheet says, and what it leaves out."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser

from accounts.tenancy import acting_in
from tests.bookings.office import NOW, Office, at, open_office, ten
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")
DAY = "2026-11-24"


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    made = open_office()
    with acting_in(made.account.ref, by=made.by):
        made.booked(ten(), make_client(given_name="Leila", family_name="Haddad"))
        group = made.booked(ten(14), make_client(given_name="Priya"), who=made.tom)
        group.capacity = 8
        group.save()
    return made


def sheet(browser: Browser, office: Office, **query: str) -> str:
    answer = browser.get(office.url("diary_paper"), {"day": DAY, **query})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("names", "who"), [("", "Leila Haddad"), ("initials", "LH"), ("none", "Client")]
)
def test_a_sheet_says_as_much_of_who_comes_as_is_asked(
    office: Office, names: str, who: str
) -> None:
    html = sheet(office.browser(), office, names=names)
    assert f"<strong>{who}</strong>" in html
    assert ("Leila" in html) == (names == "")
    assert f"<strong>{office.service.name}</strong></td><td>1 of 8 places" in html
    assert "Priya" not in html
    assert "Leila" not in html.partition("<title>")[2].partition("</title>")[0]


def test_a_week_has_its_days_and_nothing_to_open(office: Office) -> None:
    html = sheet(office.browser(), office, view="week", practitioner="all")
    assert html.count('<section class="paper__part">') == 2
    assert "hx-get" not in html


def test_an_empty_day_says_so(office: Office) -> None:
    assert "Nothing is booked here." in sheet(office.browser(), office, day="2026-12-01")
