"""An open diary learns what a colleague did, by one small question; and nobody's session lasts by that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import RegionSession, Role
from accounts.tenancy import acting_in
from bookings.appointments.attendance import mark
from bookings.appointments.cancelling import cancel
from bookings.appointments.moving import lengthen, move
from bookings.models import Absence, Attendee
from privacy.vocabulary import clock
from tests.bookings.diary.test_pages import FRAMING
from tests.bookings.office import (
    NOW,
    TUESDAY,
    Office,
    at,
    browser_of,
    open_office,
    place_of,
    ten,
)

pytestmark = pytest.mark.django_db(databases="__all__")
DAY = "2026-11-24"


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


def address_of(browser: Browser, office: Office, **query: str) -> str:
    page = browser.get(office.url("diary"), {"day": DAY, **query})
    address: str = page.context["news_url"]
    assert address.replace("&", "&amp;") in page.content.decode()
    return address


def change_each(office: Office) -> list[Callable[[], object]]:
    """Return what colleagues do to a day, in an order in which it can be done."""
    booked = [office.booked(ten())]
    by = office.by
    return [
        lambda: booked.append(office.booked(ten(14))),
        lambda: move(
            by=by, appointment=booked[0], practitioner=office.tom, starts_local=ten(11, 15)
        ),
        lambda: lengthen(by=by, appointment=booked[0], minutes=90),
        lambda: mark(by=by, attendee=place_of(booked[0]), state=Attendee.State.ARRIVED),
        lambda: cancel(
            by=by, attendee=place_of(booked[1]), side=Attendee.Side.CLIENT, reason="sick"
        ),
        lambda: Absence(
            practitioner=office.mei,
            time_zone="Australia/Sydney",
            first_day=TUESDAY,
            last_day=TUESDAY,
        ).save(force_insert=True),
    ]


@pytest.mark.parametrize("view", ["day", "week", "month", "list"])
def test_nothing_new_is_said_in_no_words(office: Office, view: str) -> None:
    browser = office.browser()
    with acting_in(office.account.ref, by=office.by):
        office.booked(ten())
    address = address_of(browser, office, view=view)
    answer = browser.get(address)
    assert (answer.status_code, answer.content) == (204, b"")


def test_every_change_draws_the_days_anew(office: Office) -> None:
    browser = office.browser()
    with acting_in(office.account.ref, by=office.by):
        changes = change_each(office)
    for change in changes:
        address = address_of(browser, office)
        assert browser.get(address).status_code == 204
        with acting_in(office.account.ref, by=office.by):
            change()
        answer = browser.get(address)
        assert answer.status_code == 200
        html = answer.content.decode().strip()
        assert html.startswith("<section")
        assert "<html" not in html


def test_what_happens_on_other_days_is_no_news(office: Office) -> None:
    browser = office.browser()
    address = address_of(browser, office)
    with acting_in(office.account.ref, by=office.by):
        office.booked(ten(day=TUESDAY + timedelta(days=7)))
    assert browser.get(address).status_code == 204


def test_no_news_costs_one_statement_beside_the_door(office: Office) -> None:
    browser = office.browser()
    address = address_of(browser, office)
    with CaptureQueriesContext(connections["region_au"]) as region:
        assert browser.get(address).status_code == 204
    ours = [each for each in region if not each["sql"].startswith(FRAMING)]
    # The door's own: the account, its row, the session; then the question itself
    assert len(ours) <= 5
    assert sum("hashtextextended" in each["sql"] for each in ours) == 1


def test_a_page_that_asks_by_itself_keeps_no_session_alive(office: Office) -> None:
    browser = office.browser()
    address = address_of(browser, office)
    earlier = clock.now() - timedelta(minutes=20)
    with acting_in(office.account.ref):
        RegionSession.objects.update(last_seen_at=earlier)
    browser.get(address, headers={"Keepwell-Unattended": "yes"})
    with acting_in(office.account.ref):
        assert RegionSession.objects.get().last_seen_at == earlier
    browser.get(address)
    with acting_in(office.account.ref):
        assert RegionSession.objects.get().last_seen_at > earlier


def test_news_and_paper_are_for_who_may_look(office: Office) -> None:
    bookkeeper = browser_of(office.account, Role.BOOKKEEPER)
    for name in ("diary_news", "diary_paper"):
        assert bookkeeper.get(office.url(name)).status_code == 403
