"""Repeating at the desk: every date is shown with what stands in its way, and changed as far as somebody says."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from accounts.models import Role
from accounts.tenancy import acting_in
from bookings.models import Appointment, Attendee, Series
from tests.bookings.office import (
    NOW,
    TUESDAY,
    Office,
    at,
    browser_of,
    open_office,
    signed_in,
    ten,
)
from tests.factories import make_account, make_client, owner_of

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


@pytest.fixture
def browser(office: Office) -> Browser:
    return office.browser()


def values_of(office: Office, **more: str) -> dict[str, str]:
    return {
        "practitioner": str(office.mei.pk),
        "service": str(office.service.pk),
        "location": str(office.location.pk),
        "day": "2026-11-24",
        "time": "10:00",
        "given_name": "Ida",
        "repeats": "weekly",
        "every": "1",
        "count": "3",
        **more,
    }


def booked(office: Office) -> list[Appointment]:
    with acting_in(office.account.ref):
        rows = Appointment.objects.filter(series__isnull=False, state="booked")
        return list(rows.order_by("starts_at"))


def in_the_way(office: Office) -> None:
    with acting_in(office.account.ref, by=office.by):
        office.booked(
            ten(day=TUESDAY + timedelta(weeks=1)), make_client(given_name="Ole", family_name="Lund")
        )


def series(office: Office, browser: Browser) -> list[Appointment]:
    browser.post(office.url("appointment_new"), values_of(office, planned="1"))
    return booked(office)


def test_every_date_is_shown_before_any_is_booked(office: Office, browser: Browser) -> None:
    in_the_way(office)
    page = browser.post(office.url("appointment_new"), values_of(office)).content.decode()
    assert "Every week on Tuesday · 2 of 3 dates are free" in page
    assert "10:00 to 11:00 am: Ole Lund, First visit" in page
    assert booked(office) == []
    answer = browser.post(office.url("appointment_new"), values_of(office, planned="1"))
    assert answer.status_code == 302
    assert [each.local_date.day for each in booked(office)] == [24, 8], "the taken one is skipped"


def test_another_time_for_one_of_them(office: Office, browser: Browser) -> None:
    in_the_way(office)
    address = office.url("appointment_new")
    changed = {"planned": "1", "do-2": "change", "day-2": "2026-12-02", "time-2": "11:00"}
    browser.post(address, values_of(office, **changed))
    assert [(each.local_date.day, each.local_time.hour) for each in booked(office)] == [
        (24, 10),
        (2, 11),
        (8, 10),
    ]


def test_a_free_one_is_not_booked_where_another_time_was_wanted(
    office: Office, browser: Browser
) -> None:
    wanted = values_of(office, **{"planned": "1", "do-2": "change"})
    answer = browser.post(office.url("appointment_new"), wanted)
    page = answer.content.decode()
    assert (answer.status_code, 'name="day-2"' in page, 'name="day-1"' in page) == (
        422,
        True,
        False,
    )
    assert booked(office) == []


def test_another_time_on_the_same_day_is_still_there_after_a_check(
    office: Office, browser: Browser
) -> None:
    in_the_way(office)
    address = office.url("appointment_new")
    changed = {"planned": "1", "do-2": "change", "day-2": "2026-12-01", "time-2": "14:00"}
    page = browser.post(address, values_of(office, **changed, check="1")).content.decode()
    assert ('name="time-2" value="14:00"' in page, 'name="time-1"' in page) == (True, False)
    assert booked(office) == []


def test_one_that_was_taken_meanwhile_is_not_skipped_unsaid(
    office: Office, browser: Browser
) -> None:
    in_the_way(office)
    wanted = values_of(office, **{"planned": "1", "do-2": "book"})
    answer = browser.post(office.url("appointment_new"), wanted)
    assert (answer.status_code, booked(office)) == (422, [])
    assert "Number 2 is taken by now." in answer.content.decode()


def test_beside_another_needs_a_reason(office: Office, browser: Browser) -> None:
    in_the_way(office)
    address = office.url("appointment_new")
    wanted = {"planned": "1", "do-2": "overbook"}
    assert browser.post(address, values_of(office, **wanted)).status_code == 422
    browser.post(address, values_of(office, **wanted, why="They come as a couple"))
    assert [each.is_overbooked for each in booked(office)] == [False, True, False]


def test_nothing_left_to_book(office: Office, browser: Browser) -> None:
    skipped = {f"do-{number}": "skip" for number in (1, 2, 3)}
    answer = browser.post(office.url("appointment_new"), values_of(office, planned="1", **skipped))
    assert (answer.status_code, booked(office)) == (422, [])


def test_back_to_the_form_keeps_what_was_written(office: Office, browser: Browser) -> None:
    answer = browser.post(office.url("appointment_new"), values_of(office, planned="1", edit="1"))
    page = answer.content.decode()
    assert (answer.status_code, 'value="Ida"' in page, "New booking" in page) == (200, True, True)
    assert booked(office) == []


def test_sessions_of_a_group_repeat_without_anybody(office: Office, browser: Browser) -> None:
    with acting_in(office.account.ref):
        office.service.capacity = 6
        office.service.save()
    browser.post(office.url("appointment_new"), values_of(office, planned="1", given_name=""))
    assert len(booked(office)) == 3
    with acting_in(office.account.ref):
        assert Attendee.objects.count() == 0


def test_the_panel_says_which_one_it_is(office: Office, browser: Browser) -> None:
    second = series(office, browser)[1]
    panel = browser.get(office.url("appointment", second.pk), HTTP_HX_REQUEST="true")
    words = panel.content.decode()
    assert "2 of 3, every week on Tuesday" in words
    assert office.url("series_change", second.pk) in words


def test_changing_shows_what_would_happen_first(office: Office, browser: Browser) -> None:
    visits = series(office, browser)
    with acting_in(office.account.ref, by=office.by):
        office.booked(ten(14, day=TUESDAY + timedelta(weeks=2)))
    address = office.url("series_change", visits[1].pk)
    assert "Which ones?" in browser.get(address).content.decode()
    wanted = {
        "how_far": "later",
        "practitioner": str(office.mei.pk),
        "day": "2026-12-01",
        "time": "14:00",
        "minutes": "60",
    }
    shown = browser.post(address, wanted).content.decode()
    assert "1 can’t change and stays as it is" in shown
    assert [each.local_time.hour for each in booked(office)] == [10, 10, 10]
    answer = browser.post(address, {**wanted, "confirmed": "1"}, follow=True)
    assert "1 visit is changed. 1 stays as it was." in answer.content.decode()
    assert [each.local_time.hour for each in booked(office)] == [10, 14, 10]
    with acting_in(office.account.ref):
        assert Series.objects.count() == 2


def test_a_drag_asks_how_far_it_reaches(office: Office, browser: Browser) -> None:
    visits = series(office, browser)
    address = office.url("appointment_move", visits[1].pk)
    drop = {"practitioner": str(office.mei.pk), "starts": "2026-12-01T14:00"}
    asked = browser.post(address, drop, HTTP_HX_REQUEST="true")
    words = asked.content.decode()
    assert (asked.status_code, asked["HX-Retarget"]) == (409, "#panel")
    for choice in (
        "Only this one",
        "This and the later ones (2)",
        "All that are still to come (3)",
    ):
        assert choice in words
    assert [each.local_time.hour for each in booked(office)] == [10, 10, 10]
    # Several: what each becomes, then all at once, with one way back
    change = office.url("series_change", visits[1].pk)
    wanted = {**drop, "how_far": "all", "day": "2026-12-01", "time": "14:00", "minutes": "60"}
    shown = browser.post(change, wanted, HTTP_HX_REQUEST="true")
    assert (shown["HX-Retarget"], shown.content.decode().count(">changes<")) == ("#panel", 3)
    done = browser.post(change, {**wanted, "confirmed": "1"}, HTTP_HX_REQUEST="true")
    assert [each.local_time.hour for each in booked(office)] == [14, 14, 14]
    undo = json.loads(done["HX-Trigger"])["keepwell:toast"]["undo_url"]
    browser.post(undo, HTTP_HX_REQUEST="true")
    assert [each.local_time.hour for each in booked(office)] == [10, 10, 10]
    # One: it moves like any other
    browser.post(address, {**drop, "how_far": "this"}, HTTP_HX_REQUEST="true")
    assert [each.local_time.hour for each in booked(office)] == [10, 14, 10]
    # A pull asks, too; its undo doesn't
    length = office.url("appointment_length", visits[0].pk)
    asked = browser.post(length, {"minutes": "45"}, HTTP_HX_REQUEST="true")
    assert "45 minutes for which ones?" in asked.content.decode()
    first = {"practitioner": str(office.mei.pk), "day": "2026-11-24", "time": "10:00"}
    wanted = {**first, "how_far": "all", "minutes": "45", "confirmed": "1"}
    done = browser.post(office.url("series_change", visits[0].pk), wanted, HTTP_HX_REQUEST="true")
    assert {each.duration_minutes for each in booked(office)} == {45}
    undo = json.loads(done["HX-Trigger"])["keepwell:toast"]["undo_url"]
    if undo:
        browser.post(undo, HTTP_HX_REQUEST="true")
        assert {each.duration_minutes for each in booked(office)} == {60}


def test_cancelling_this_and_the_later_ones(office: Office, browser: Browser) -> None:
    visits = series(office, browser)
    address = office.url("series_cancellation", visits[1].pk)
    assert browser.post(address, {"how_far": "later"}).status_code == 422
    browser.post(address, {"how_far": "later", "side": "client", "reason": "away", "note": ""})
    assert [each.pk for each in booked(office)] == [visits[0].pk]


@pytest.mark.parametrize("name", ["series_change", "series_cancellation"])
def test_closed_to_others(office: Office, browser: Browser, name: str) -> None:
    visit = series(office, browser)[0]
    address = office.url(name, visit.pk)
    assert browser_of(office.account, Role.BOOKKEEPER).get(address).status_code == 403
    other = make_account()
    stranger = signed_in(other, owner_of(other))
    assert stranger.get(address.replace(office.account.slug, other.slug)).status_code == 404


def test_one_visit_has_no_series(office: Office, browser: Browser) -> None:
    with acting_in(office.account.ref, by=office.by):
        single = office.booked(ten())
    assert browser.get(office.url("series_change", single.pk)).status_code == 404
