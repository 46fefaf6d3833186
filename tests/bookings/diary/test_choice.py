"""Whom and where a member's diary shows: from the address, from what they chose last, from habit."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client as Browser

from accounts.models import Location, Role
from accounts.models.practice import current_anchor
from accounts.tenancy import acting_in
from bookings.diary.query import ALL, Asked, Look
from bookings.models import DiaryChoice
from tests.bookings.office import NOW, Office, at, browser_of, open_office, ten
from tests.factories import make_member

pytestmark = pytest.mark.django_db(databases="__all__")
DAY = "2026-11-24"


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


@pytest.fixture
def browser(office: Office) -> Browser:
    return office.browser()


def titles(browser: Browser, office: Office, **query: Any) -> list[str]:
    page = browser.get(office.url("diary"), {"day": DAY, **query})
    return [column.title for column in page.context["diary"].columns]


def choose(browser: Browser, office: Office, **values: Any) -> QueryDict:
    """Send the filter's form; return the query of the address it leads to."""
    answer = browser.post(office.url("diary_choice"), {"day": DAY, **values})
    assert answer.status_code == 302
    return QueryDict(answer.headers["Location"].partition("?")[2])


def test_a_choice_stands_in_the_address_and_comes_back_on_the_next_visit(
    office: Office, browser: Browser
) -> None:
    query = choose(browser, office, practitioner=[str(office.tom.pk)])
    assert Asked.read(query).practitioners == (office.tom.pk,)
    assert titles(browser, office) == ["Tom Okafor"]
    assert titles(browser, office, practitioner="all") == ["Mei Tanaka", "Tom Okafor"]
    assert titles(office.browser(), office) == ["Tom Okafor"]


def test_a_choice_is_ones_own(office: Office, browser: Browser) -> None:
    choose(browser, office, practitioner=[str(office.tom.pk)])
    colleague = browser_of(office.account, Role.RECEPTION)
    assert titles(colleague, office) == ["Mei Tanaka", "Tom Okafor"]


def test_choosing_everybody_takes_the_choice_back(office: Office, browser: Browser) -> None:
    choose(browser, office, practitioner=[str(office.tom.pk)])
    both = [str(office.tom.pk), str(office.mei.pk)]
    assert choose(browser, office, practitioner=both).getlist("practitioner") == ["all"]
    with acting_in(office.account.ref):
        assert DiaryChoice.objects.count() == 0


def test_a_week_of_several_people_stands_side_by_side(office: Office, browser: Browser) -> None:
    both = [str(office.tom.pk), str(office.mei.pk)]
    assert len(titles(browser, office, view="week", practitioner=both)) == 10


def test_a_location_is_chosen_with_the_people(office: Office, browser: Browser) -> None:
    with acting_in(office.account.ref, by=office.by):
        quay = Location.objects.get()
        other = Location(name="Parramatta", time_zone="Australia/Sydney")
        other.save(force_insert=True)
        office.booked(ten())
    choose(browser, office, location=str(other.pk))
    page = browser.get(office.url("diary"), {"day": DAY}).context["diary"]
    assert page.location == other
    assert choose(browser, office, location=ALL)["location"] == ALL
    page = browser.get(office.url("diary"), {"day": DAY}).context["diary"]
    assert (page.location, page.count) == (None, 1)
    assert (
        browser.get(office.url("diary"), {"day": DAY, "location": str(quay.pk)})
        .context["diary"]
        .location
        == quay
    )


def test_what_is_gone_is_no_longer_chosen(office: Office, browser: Browser) -> None:
    choose(browser, office, practitioner=[str(office.tom.pk)])
    with acting_in(office.account.ref):
        office.tom.deactivated_at = NOW
        office.tom.save()
    assert titles(browser, office) == ["Mei Tanaka"]


def test_ids_of_another_account_choose_nothing(office: Office, browser: Browser) -> None:
    other = open_office()
    choose(browser, office, practitioner=[str(other.mei.pk)], location=str(other.location.pk))
    with acting_in(office.account.ref):
        assert DiaryChoice.objects.count() == 0


def test_a_closing_account_remembers_in_the_address_alone(office: Office, browser: Browser) -> None:
    with acting_in(office.account.ref):
        anchor = current_anchor()
        anchor.state = anchor.State.CLOSING
        anchor.save(update_fields=["state"])
    page = browser.get(office.url("diary"), {"day": DAY})
    assert (page.context["filter"]["is_kept"], page.context["filter"]["url"]) == (
        False,
        office.url("diary"),
    )
    assert titles(browser, office, practitioner=str(office.tom.pk)) == ["Tom Okafor"]


def test_only_who_may_look_may_choose(office: Office) -> None:
    bookkeeper = browser_of(office.account, Role.BOOKKEEPER)
    assert bookkeeper.post(office.url("diary_choice"), {}).status_code == 403
    stranger = open_office().browser()
    assert stranger.post(office.url("diary_choice"), {}).status_code == 401
    with acting_in(office.account.ref):
        assert DiaryChoice.objects.count() == 0


def test_a_phone_shows_one_person_with_the_ways_to_the_next(office: Office) -> None:
    _user, colleague = make_member(office.account, Role.PRACTITIONER)
    with acting_in(office.account.ref, by=office.by):
        first, second = office.diary().columns
        assert (first.is_front, second.is_front) == (True, False)
        assert str(office.tom.pk) in first.after
        office.tom.member = colleague
        office.tom.save()
        office.owner = colleague
        assert [column.is_front for column in office.diary().columns] == [False, True]
        assert [column.is_front for column in office.diary(look=Look.WEEK).columns] == [False] * 5
