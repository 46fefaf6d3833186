"""Self-booking step by step, without JavaScript: what is asked, what is skipped, what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import AccountAnchor, Location, Practitioner
from accounts.tenancy import acting_in
from bookings.appointments.booking import book
from bookings.models import ExtraHours, Service, ServiceOffer, WeeklyHours
from privacy.vocabulary.scope import SYSTEM
from tests.bookings.public import NOW, TEN, TUESDAY, Practice, at, open_practice
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def practice(settings: Any) -> Practice:
    at(NOW, settings)
    return open_practice()


@pytest.fixture
def browser() -> Browser:
    return Browser(enforce_csrf_checks=True)


def second_practitioner(practice: Practice, location: Location | None = None) -> Practitioner:
    with acting_in(practice.account.ref):
        other = Practitioner(name="Tom Okafor", profession="Physiotherapist", position=2)
        other.save(force_insert=True)
        ServiceOffer(service=practice.service, practitioner=other).save(force_insert=True)
        WeeklyHours(
            practitioner=other,
            location=location or practice.location,
            weekday=2,
            starts=time(8),
            ends=time(10),
        ).save(force_insert=True)
        str(other.name)
    return other


def second_location(practice: Practice) -> Location:
    with acting_in(practice.account.ref):
        other = Location(name="Manly", time_zone="Australia/Perth")
        other.save(force_insert=True)
        WeeklyHours(
            practitioner=practice.practitioner,
            location=other,
            weekday=6,
            starts=time(9),
            ends=time(12),
        ).save(force_insert=True)
    return other


def take(practice: Practice, start: datetime = TEN) -> None:
    with acting_in(practice.account.ref):
        book(
            by=SYSTEM,
            practitioner=practice.practitioner,
            service=practice.service,
            location=practice.location,
            starts_local=start,
            client=make_client(),
        )


def labels(page: Any) -> list[str]:
    return [each["label"] for part in page.context["parts"] for each in part["times"]]


def test_services_with_price_and_length(practice: Practice, browser: Browser) -> None:
    with acting_in(practice.account.ref):
        practice.service.price_minor = 13500
        practice.service.save()
        Service(name="Desk only", is_online=False).save(force_insert=True)
        Service(name="Nobody does it").save(force_insert=True)
    page = browser.get(practice.url("book"))
    assert [(card["title"], card["end"]) for card in page.context["cards"]] == [
        ("First visit", "$135")
    ]
    assert "60 min" in page.content.decode()
    assert "htmx" not in page.content.decode()


def test_nothing_online_says_so_with_a_phone(practice: Practice, browser: Browser) -> None:
    with acting_in(practice.account.ref):
        practice.service.is_online = False
        practice.service.save()
    page = browser.get(practice.url("book")).content.decode()
    assert "not open yet" in page
    assert "tel:+61255501234" in page


def test_one_practitioner_at_one_place_is_not_asked_about(
    practice: Practice, browser: Browser
) -> None:
    page = browser.get(practice.url("book_who", practice.service.pk), follow=True)
    assert page.redirect_chain[-1][0].startswith(practice.url("book_when", practice.service.pk))
    assert (page.context["step"], page.context["steps"]) == (2, 3)


def test_a_place_named_as_the_practice_is_not_said_twice(
    practice: Practice, browser: Browser
) -> None:
    with acting_in(practice.account.ref):
        practice.location.name, practice.location.address = practice.account.name, ""
        practice.location.save()
    page = browser.get(practice.url("book_when", practice.service.pk)).content.decode()
    assert "public__name" in page
    assert "public__place" not in page


def test_two_practitioners_or_anyone(practice: Practice, browser: Browser) -> None:
    other = second_practitioner(practice)
    page = browser.get(practice.url("book_who", practice.service.pk))
    assert [card["title"] for card in page.context["cards"]] == [
        "Anyone",
        practice.practitioner.name,
        other.name,
    ]
    assert (page.context["step"], page.context["steps"]) == (2, 4)
    anyone = browser.get(page.context["cards"][0]["url"] + f"&day={TUESDAY}")
    assert labels(anyone)[:3] == ["8:00 am", "9:00 am", "10:00 am"]
    assert labels(anyone).count("9:00 am") == 1, "two people free at nine are one time"
    tom = browser.get(page.context["cards"][2]["url"] + f"&day={TUESDAY}")
    assert labels(tom) == ["8:00 am", "9:00 am"]


def test_extra_hours_alone_can_be_booked(practice: Practice, browser: Browser) -> None:
    with acting_in(practice.account.ref):
        WeeklyHours.objects.all().delete()
        ExtraHours(
            practitioner=practice.practitioner,
            location=practice.location,
            day=TEN.date(),
            starts=time(10),
            ends=time(12),
        ).save(force_insert=True)
    answer = browser.get(practice.url("book_when", practice.service.pk), {"day": str(TEN.date())})
    assert f"{TEN:%Y-%m-%dT%H:%M}+11:00" in answer.content.decode()


def test_two_places_are_asked_about_first(practice: Practice, browser: Browser) -> None:
    place = second_location(practice)
    page = browser.get(practice.url("book_who", practice.service.pk))
    assert [card["title"] for card in page.context["cards"]] == [practice.location.name, "Manly"]
    there = browser.get(page.context["cards"][1]["url"], follow=True)
    assert there.context["choice"].location == place
    assert there.context["week"].day == date(2026, 11, 28)
    assert "Perth time" in there.content.decode()


@pytest.mark.parametrize("hidden", ["practitioner", "location", "service"])
def test_what_is_not_online_cant_be_reached(
    practice: Practice, browser: Browser, hidden: str
) -> None:
    with acting_in(practice.account.ref):
        row = getattr(practice, hidden)
        row.is_online = False
        row.save()
    page = browser.get(practice.url("book_when", practice.service.pk))
    if hidden == "location":
        assert "No times are open yet" in page.content.decode()
    else:
        assert page.status_code == 404


def test_without_a_day_the_first_free_day_shows(practice: Practice, browser: Browser) -> None:
    for hour in range(9, 17):
        take(practice, datetime.combine(date(2026, 11, 23), time(hour)))
    page = browser.get(practice.url("book_when", practice.service.pk))
    assert page.context["week"].day == TUESDAY
    assert [(day["number"], day["left"], day["full"]) for day in page.context["days"]] == [
        (23, "full", True),
        (24, "8 left", False),
        (25, "8 left", False),
        (26, "8 left", False),
        (27, "8 left", False),
    ]


def test_a_full_day_points_to_the_next_one(practice: Practice, browser: Browser) -> None:
    for hour in range(9, 17):
        take(practice, datetime.combine(TUESDAY, time(hour)))
    page = browser.get(practice.url("book_when", practice.service.pk) + f"?day={TUESDAY}")
    assert page.context["parts"] == []
    assert "The next free day is Wed 25 Nov 2026." in page.content.decode()
    assert "day=2026-11-25" in page.context["next_url"]


def test_a_week_without_hours_points_on(practice: Practice, browser: Browser) -> None:
    with acting_in(practice.account.ref):
        WeeklyHours.objects.update(effective_from=date(2026, 12, 7))
    page = browser.get(practice.url("book_when", practice.service.pk) + "?day=2026-11-24")
    assert "The next free day is Mon 7 Dec 2026." in page.content.decode()


def test_nothing_within_the_horizon(practice: Practice, browser: Browser) -> None:
    with acting_in(practice.account.ref):
        WeeklyHours.objects.update(effective_until=date(2026, 11, 1))
    page = browser.get(practice.url("book_when", practice.service.pk))
    assert "Nothing later is open yet" in page.content.decode()


@pytest.mark.parametrize("day", ["yesterday", "2026-99-99", "2020-01-01", "9999-12-31", ""])
def test_days_that_are_no_use(practice: Practice, browser: Browser, day: str) -> None:
    page = browser.get(practice.url("book_when", practice.service.pk) + f"?day={day}")
    assert page.status_code == 200
    assert page.context["days"] != []


def test_the_chosen_time_is_kept_on_the_way_back(practice: Practice, browser: Browser) -> None:
    details = browser.get(practice.details())
    back = browser.get(details.context["back"])
    checked = [time for part in back.context["parts"] for time in part["times"] if time["checked"]]
    assert [time["value"] for time in checked] == ["2026-11-24T10:00+11:00"]
    assert "Tue 24 Nov, 10:00 am" in back.content.decode()


def test_times_are_the_practices_with_the_instant_for_the_visitors(
    practice: Practice, browser: Browser
) -> None:
    page = browser.get(practice.details()).content.decode()
    assert "Tue 24 Nov 2026, 10:00 am" in page
    assert "Sydney time" in page
    assert 'data-visitor-time="2026-11-24T10:00:00+11:00"' in page


def test_the_repeated_hour_is_offered_twice_and_told_apart(settings: Any, browser: Browser) -> None:
    at(datetime(2026, 4, 3, 0, 0, tzinfo=UTC), settings)
    practice = open_practice()
    with acting_in(practice.account.ref):
        WeeklyHours(
            practitioner=practice.practitioner,
            location=practice.location,
            weekday=7,
            starts=time(2),
            ends=time(4),
        ).save(force_insert=True)
    page = browser.get(practice.url("book_when", practice.service.pk) + "?day=2026-04-05")
    values = [each["value"] for part in page.context["parts"] for each in part["times"]]
    assert values == [
        "2026-04-05T02:00+11:00",
        "2026-04-05T02:00+10:00",
        "2026-04-05T03:00+10:00",
    ]
    assert labels(page)[:2] == ["2:00 am", "2:00 am, second time"]


def test_a_time_that_went_meanwhile(practice: Practice, browser: Browser) -> None:
    take(practice)
    page = browser.get(practice.details(), follow=True)
    assert "That time has just been taken" in page.content.decode()
    assert page.context["week"].day == TUESDAY


@pytest.mark.parametrize("start", ["", "soon", "2026-11-24T10:00", "2026-11-24T10:00%2B99:00"])
def test_a_start_that_cant_be_read(practice: Practice, browser: Browser, start: str) -> None:
    address = practice.url("book_details", practice.service.pk) + f"?start={start}"
    assert browser.get(address).status_code == 302


def test_unknown_practice_foreign_and_made_up_ids(practice: Practice, browser: Browser) -> None:
    neighbour = open_practice()
    for address in (
        "/book/no-such-practice/",
        practice.url("book_who", neighbour.service.pk),
        practice.url("book_when", neighbour.service.pk),
        practice.url("book_details", uuid4()),
        practice.url("book_when", practice.service.pk) + f"?who={neighbour.practitioner.pk}",
        practice.url("book_when", practice.service.pk) + f"?at={neighbour.location.pk}",
        practice.url("book_when", practice.service.pk) + "?who=x&at=y",
    ):
        assert browser.get(address).status_code == 404, address


def test_a_closing_practice_takes_no_bookings(practice: Practice, browser: Browser) -> None:
    with acting_in(practice.account.ref):
        AccountAnchor.objects.update(state="closing")
    page = browser.get(practice.url("book"))
    assert (page.status_code, "Booking is closed" in page.content.decode()) == (410, True)


def test_notice_page_and_ways_to_change(practice: Practice, browser: Browser) -> None:
    page = browser.get(practice.url("book_privacy")).content.decode()
    assert "We keep your details in Sydney." in page
    assert "version 3" in page
    assert "tel:+61255501234" in browser.get(practice.url("book_change")).content.decode()


def test_queries_do_not_grow_with_services_people_and_bookings(
    practice: Practice, browser: Browser
) -> None:
    def counts() -> list[int]:
        found = []
        for address in (
            practice.url("book"),
            practice.url("book_who", practice.service.pk),
            practice.url("book_when", practice.service.pk) + f"?who=any&day={TUESDAY}",
        ):
            with CaptureQueriesContext(connections["region_au"]) as queries:
                assert browser.get(address).status_code == 200
            found.append(len(queries))
        return found

    second_practitioner(practice)
    take(practice)
    few = counts()
    second_practitioner(practice)
    second_practitioner(practice)
    for number in range(2):
        take(practice, TEN + timedelta(hours=1 + number))
        with acting_in(practice.account.ref):
            service = Service(name=f"Visit {number}")
            service.save(force_insert=True)
            ServiceOffer(service=service, practitioner=practice.practitioner).save(
                force_insert=True
            )
    assert counts() == few
