"""The set-up leads from a new account to a booking page, each step alone, and only for those who may change settings."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser

from accounts.models import Account, Location, OutboxJob, Practitioner, PrivacyNotice, Role
from accounts.outbox import run
from accounts.signup import open_account
from accounts.tenancy import acting_in
from bookings.hours.weekly_forms import WEEK, name_of
from bookings.models import Service, WeeklyHours
from notes.models import NoteTemplate
from tests.browser import sign_in
from tests.clients.practice import told
from tests.factories import make_account, make_member, make_user

pytestmark = pytest.mark.django_db(databases="__all__")

PLACE = {
    "name": "Circular Quay",
    "address": "1 Alfred St",
    "phone": "+61 2 5550 1234",
    "time_zone": "Australia/Perth",
}
SERVICE = {
    "name": "First visit",
    "duration_minutes": "45",
    "price": "135.50",
    "description": "We listen and look.",
    "is_online": "on",
}


def opened(**fields: Any) -> tuple[Account, Browser]:
    """Return a new account and its Owner's browser."""
    user = make_user()
    account = open_account(by=user, name="Harbour Physio", **{"country": "AU", **fields})
    browser = Browser()
    sign_in(browser, user, account)
    return account, browser


def at(account: Account, step: str = "") -> str:
    return f"/a/{account.slug}/setup/{step}"


def week_of(page: Any) -> dict[str, str]:
    """Return the week as the page shows it, ready to send."""
    form = page.context["form"]
    shown = {name: form[name].value() for name in form.fields}
    return {name: f"{value:%H:%M}" if value else "" for name, value in shown.items()}


def test_three_steps_lead_to_a_page_that_takes_bookings() -> None:
    account, browser = opened(subdivision="AU-WA")
    assert browser.get(at(account)).headers["Location"] == at(account, "place/")
    page = browser.get(at(account, "place/"))
    assert page.context["form"]["time_zone"].value() == "Australia/Perth"
    assert page.context["form"]["name"].value() == "Harbour Physio"
    with told() as events:
        answer = browser.post(at(account, "place/"), PLACE)
        assert answer.headers["Location"] == at(account, "hours/")
        week = week_of(browser.get(answer.headers["Location"]))
        assert week[name_of(5, 2, "ends")] == "17:00"
        assert week[name_of(6, 1, "starts")] == ""
        answer = browser.post(at(account, "hours/"), week)
        assert answer.headers["Location"] == at(account, "service/")
        answer = browser.post(at(account, "service/"), SERVICE)
        assert answer.headers["Location"] == at(account, "done/")
    wanted = ["location.added", "hours.changed", "service.added", "notice.published"]
    assert [each for each in events if each in (*wanted, "practice.set_up")] == [
        *wanted,
        "practice.set_up",
    ]
    page = browser.get(at(account, "done/"))
    assert page.context["is_bookable"]
    assert page.context["practice_address"] == f"http://testserver/book/{account.slug}/"
    assert page.context["price"] == "$135.50"
    with acting_in(account.ref):
        notice = PrivacyNotice.objects.get()
        assert notice.version == 1
        assert "Harbour Physio" in notice.text
        assert account.ref.city in notice.text
    public = Browser().get(f"/book/{account.slug}/")
    assert "First visit" in public.content.decode()
    assert browser.get(at(account)).headers["Location"] == at(account, "done/")


def test_a_finished_set_up_asks_for_note_templates_once() -> None:
    account, browser = opened()
    browser.post(at(account, "place/"), PLACE)
    browser.post(at(account, "hours/"), week_of(browser.get(at(account, "hours/"))))
    for _again in range(2):
        browser.post(at(account, "service/"), SERVICE)

    with acting_in(account.ref):
        jobs = list(OutboxJob.objects.filter(name="note_templates.provide"))
        assert len(jobs) == 1
        assert Service.objects.count() == 1, "coming back changes the service, it adds none"
    run(account.ref, jobs[0].pk)
    with acting_in(account.ref):
        assert NoteTemplate.objects.exists()


def test_going_back_changes_what_is_there() -> None:
    account, browser = opened()
    browser.post(at(account, "place/"), PLACE)
    browser.post(at(account, "place/"), {**PLACE, "name": "Manly"})
    week = week_of(browser.get(at(account, "hours/")))
    browser.post(at(account, "hours/"), week)
    week |= {name_of(1, 2, "starts"): "", name_of(1, 2, "ends"): ""}
    browser.post(at(account, "hours/"), week)
    with acting_in(account.ref):
        assert [place.name for place in Location.objects.all()] == ["Manly"]
        assert WeeklyHours.objects.count() == 9


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({name_of(2, 1, "ends"): "08:00"}, "The end must be after the start."),
        ({name_of(2, 1, "ends"): ""}, "Say when it ends."),
        ({name_of(2, 2, "starts"): ""}, "Say when it begins."),
        ({name_of(2, 2, "starts"): "12:00"}, "This overlaps other hours of the day."),
        ({name_of(2, 2, "starts"): "noon"}, "Enter a valid time."),
    ],
)
def test_wrong_hours_are_said_beside_their_field_and_all_typed_is_kept(
    changes: dict[str, str], said: str
) -> None:
    account, browser = opened()
    browser.post(at(account, "place/"), PLACE)
    week = week_of(browser.get(at(account, "hours/")))
    page = browser.post(at(account, "hours/"), {**week, name_of(6, 1, "starts"): "", **changes})
    assert page.status_code == 200
    assert said in page.content.decode()
    for name, value in changes.items():
        assert page.context["form"][name].value() == value
    with acting_in(account.ref):
        assert not WeeklyHours.objects.exists()


def test_a_day_is_copied_to_others_without_saving() -> None:
    account, browser = opened()
    browser.post(at(account, "place/"), PLACE)
    week = week_of(browser.get(at(account, "hours/")))
    week |= {name_of(3, 1, "starts"): "07:15", "copy_day": "3", "copy": "1-7"}
    form = browser.post(at(account, "hours/"), week).context["form"]
    assert {form[name_of(day, 1, "starts")].value() for day in WEEK} == {"07:15"}
    assert {form[name_of(day, 2, "ends")].value() for day in WEEK} == {"17:00"}
    with acting_in(account.ref):
        assert not WeeklyHours.objects.exists()


def test_a_wrong_service_keeps_what_was_typed() -> None:
    account, browser = opened()
    page = browser.post(
        at(account, "service/"), {**SERVICE, "duration_minutes": "2", "price": "1.234"}
    )
    said = page.content.decode()
    assert "five minutes at least" in said
    assert "in figures, such as 95.00" in said
    assert "We listen and look." in said


def test_hours_wait_for_a_place_and_the_end_for_all_three() -> None:
    account, browser = opened()
    assert browser.get(at(account, "hours/")).headers["Location"] == at(account, "place/")
    answer = browser.post(at(account, "service/"), SERVICE)
    assert answer.headers["Location"] == at(account, "place/")
    assert browser.get(at(account, "done/")).headers["Location"] == at(account, "place/")
    with acting_in(account.ref):
        assert not PrivacyNotice.objects.exists()


def test_an_owner_who_sees_no_clients_is_asked_who_does() -> None:
    account, browser = opened(is_practitioner=False)
    browser.post(at(account, "place/"), PLACE)
    assert "Who sees clients?" in browser.get(at(account, "hours/")).content.decode()
    answer = browser.post(at(account, "hours/practitioner/"))
    assert answer.headers["Location"] == at(account, "hours/")
    with acting_in(account.ref):
        assert Practitioner.objects.count() == 1
    assert "Weekly hours" in browser.get(at(account, "hours/")).content.decode()


@pytest.mark.parametrize(("country", "sign", "price"), [("IE", "€", 13550), ("JP", "JPY", 0)])
def test_prices_are_in_the_countrys_currency(country: str, sign: str, price: int) -> None:
    account, browser = opened(country=country)
    assert browser.get(at(account, "service/")).context["form"].sign == sign
    browser.post(at(account, "service/"), SERVICE)
    with acting_in(account.ref):
        found = [each.price_minor for each in Service.objects.all()]
        assert found == ([price] if price else []), "yen have no decimals: refused"


# A browser without a session here is led to the entrance, which knows no place for it either
NO_ENTRY = (302, 401, 404)
STEPS = ("", "place/", "hours/", "hours/practitioner/", "service/", "done/")


@pytest.mark.parametrize("step", STEPS)
def test_only_those_who_change_settings_set_up(step: str) -> None:
    account, _owner = opened()
    for role in (Role.PRACTITIONER, Role.RECEPTION, Role.BOOKKEEPER):
        user, _member = make_member(account, role)
        browser = Browser()
        sign_in(browser, user, account)
        assert browser.get(at(account, step)).status_code == 403
        assert browser.post(at(account, step), PLACE).status_code == 403


@pytest.mark.parametrize("step", STEPS)
def test_a_neighbour_finds_nothing(step: str) -> None:
    account, _owner = opened()
    _own, neighbour = opened()
    assert neighbour.get(at(account, step)).status_code in NO_ENTRY
    assert neighbour.post(at(account, step), PLACE).status_code in NO_ENTRY
    with acting_in(account.ref):
        assert not Location.objects.exists()
    assert make_account().slug != account.slug
