"""The ways through the booking page: held times, requests, sessions of groups, looking only, policies, going back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import caches
from django.test import Client as Browser

from accounts.models import Location
from accounts.tenancy import acting_in
from bookings import groups
from bookings.appointments.booking import Shown
from bookings.messaging.links import token_of
from bookings.models import (
    Appointment,
    Attendee,
    BookingPage,
    BookingPolicy,
    Hold,
    Message,
    Service,
    ServiceOffer,
)
from bookings.public import restraint
from clients.models import Client
from privacy.vocabulary.scope import SYSTEM
from tests.bookings.public import NOW, TEN, TYPED, Practice, at, fill, open_practice
from tests.bookings.public.test_steps import second_practitioner
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")
START = "2026-11-24T10:00+11:00"


@pytest.fixture
def practice(settings: Any, cache_address: str) -> Practice:
    at(NOW, settings)
    settings.CACHES = {
        **settings.CACHES,
        "au": {**settings.CACHES["au"], "LOCATION": cache_address},
    }
    caches["au"].clear()
    return open_practice()


@pytest.fixture
def browser() -> Browser:
    return Browser()


def wish(practice: Practice, **fields: Any) -> None:
    with acting_in(practice.account.ref):
        BookingPage(**fields).save(force_insert=True)


def hold(practice: Practice, browser: Browser, start: str = START, query: str = "") -> Any:
    address = practice.url("book_hold", practice.service.pk) + query
    return browser.post(address, {"start": start})


# Held times ----------------------------------------------------------------------------------------------------------


def test_choosing_a_time_holds_it_and_booking_releases_it(
    practice: Practice, browser: Browser
) -> None:
    page = browser.get(practice.url("book_when", practice.service.pk))
    assert page.context["next_action"].startswith(practice.url("book_hold", practice.service.pk))
    address = hold(practice, browser)["Location"]
    assert "10:10 am" not in browser.get(address).content.decode(), "the clock says 9"
    assert "Kept for you until 9:10 am" in browser.get(address).content.decode()
    other = Browser()
    taken = other.get(practice.details())
    assert "taken=1" in taken["Location"], "nobody else sees it"
    answer = fill(browser, address)
    assert answer.status_code == 303
    with acting_in(practice.account.ref):
        assert (Hold.objects.count(), Appointment.objects.count()) == (0, 1)


def test_another_time_replaces_the_held_one(practice: Practice, browser: Browser) -> None:
    address = hold(practice, browser)["Location"]
    back = browser.get(browser.get(address).context["back"])
    again = browser.post(back.context["next_action"], {"start": "2026-11-24T11:00+11:00"})
    assert "11%3A00" in again["Location"]
    with acting_in(practice.account.ref):
        assert Hold.objects.get().starts_at.hour == 0


def test_a_time_that_somebody_else_holds(practice: Practice, browser: Browser) -> None:
    hold(practice, browser)
    answer = hold(practice, Browser())
    assert "taken=1" in answer["Location"]
    assert browser.get(answer["Location"]).status_code == 200
    sent = Browser().post(practice.details(), TYPED)
    assert sent.status_code == 409


def test_too_many_holds_go_on_without(
    practice: Practice, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restraint, "HOLDS_PER_NETWORK_ADDRESS", 1)
    hold(practice, Browser())
    answer = hold(practice, browser, "2026-11-24T12:00+11:00")
    assert "details" in answer["Location"]
    with acting_in(practice.account.ref):
        assert Hold.objects.count() == 1
    assert fill(browser, answer["Location"]).status_code == 303


def test_back_after_booking_shows_what_was_booked(practice: Practice, browser: Browser) -> None:
    address = hold(practice, browser)["Location"]
    done = fill(browser, address)["Location"]
    assert browser.get(address)["Location"] == done
    again = hold(practice, browser, "2026-11-24T12:00+11:00", address[address.index("?") :])
    assert fill(browser, again["Location"])["Location"] != done, "a second visit can be booked"
    with acting_in(practice.account.ref):
        assert Appointment.objects.count() == 2


@pytest.mark.parametrize("start", ["", "soon", "2026-11-24T10:00"])
def test_a_hold_without_a_time(practice: Practice, browser: Browser, start: str) -> None:
    assert "/times/" in hold(practice, browser, start)["Location"]


def test_an_altered_visit_is_nobodys(practice: Practice, browser: Browser) -> None:
    address = hold(practice, browser)["Location"]
    altered = address.replace("visit=", "visit=x")
    assert "taken=1" in browser.get(altered)["Location"]


# Anyone --------------------------------------------------------------------------------------------------------------


def test_anyone_is_whoever_has_least_to_do(practice: Practice, browser: Browser) -> None:
    other = second_practitioner(practice)
    fill(browser, practice.details(TEN.replace(hour=14), who=str(practice.practitioner.pk)))
    fill(browser, practice.details(TEN.replace(hour=9), who="any"), email="b@mail.example")
    with acting_in(practice.account.ref):
        nine = Appointment.objects.get(local_time="09:00")
        assert nine.practitioner_id == other.pk


# Requests ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def on_request(practice: Practice) -> Practice:
    with acting_in(practice.account.ref):
        practice.service.by_request = True
        practice.service.save()
    return practice


def test_asking_for_a_time(on_request: Practice, browser: Browser) -> None:
    practice = on_request
    assert "Ask for this time" in browser.get(practice.details()).content.decode()
    done = browser.get(fill(browser, practice.details())["Location"]).content.decode()
    assert "Your request is sent" in done
    assert "answers by Tue 24 Nov 2026, 9:00 am" in done
    with acting_in(practice.account.ref):
        appointment = Appointment.objects.get()
        assert appointment.state == "requested"
        token = token_of(appointment.attendees.get())
        assert list(Message.objects.values_list("category", flat=True)) == ["request"]
    manage = browser.get(practice.url("booking", token))
    assert "Take this request back" in manage.content.decode()
    answer = browser.post(practice.url("booking_cancellation", token))
    assert answer.status_code == 302
    with acting_in(practice.account.ref):
        assert Appointment.objects.get().state == "cancelled"


# Groups --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def group(practice: Practice) -> Practice:
    with acting_in(practice.account.ref):
        practice.service.capacity = 2
        practice.service.save()
        for day in (24, 25, 26):
            groups.schedule(
                by=SYSTEM,
                practitioner=practice.practitioner,
                service=practice.service,
                location=practice.location,
                starts_local=TEN.replace(day=day, hour=18),
            )
    return practice


def sessions_of(practice: Practice) -> list[Appointment]:
    with acting_in(practice.account.ref):
        return list(Appointment.objects.order_by("starts_at"))


def join(practice: Practice, session: Appointment) -> Attendee:
    with acting_in(practice.account.ref):
        return groups.join(
            by=SYSTEM, appointment=session, client=make_client(), shown=Shown(provenance="staff")
        )


def test_a_place_in_a_session(group: Practice, browser: Browser) -> None:
    first, *_rest = sessions_of(group)
    join(group, first)
    page = browser.get(group.url("book_who", group.service.pk), follow=True)
    words = page.content.decode()
    assert ("1 place left" in words, "2 places left" in words) == (True, True)
    hidden = page.context["hidden"]
    query = "&".join(f"{name}={value}" for name, value in hidden.items())
    address = f"{page.context['action']}?{query}&session={first.pk}"
    answer = fill(browser, address)
    assert answer.status_code == 303
    assert browser.get(address)["Location"] == answer["Location"], "back shows the place"
    with acting_in(group.account.ref):
        assert first.attendees.count() == 2
        place = Attendee.objects.get(provenance="self_booking")
        token = token_of(place)
    manage = browser.get(group.url("booking", token)).content.decode()
    assert "Cancel my place" in manage
    assert "Choose another time" not in manage
    browser.post(group.url("booking_cancellation", token), {"reason": "sick"})
    with acting_in(group.account.ref):
        first.refresh_from_db()
        states = sorted(first.attendees.values_list("state", flat=True))
        assert (first.state, states) == ("booked", ["cancelled", "expected"])


def test_a_session_that_filled_meanwhile_offers_the_nearest(
    group: Practice, browser: Browser
) -> None:
    first, second, third = sessions_of(group)
    address = f"{group.url('book_details', group.service.pk)}?session={second.pk}"
    page = browser.get(address)
    hidden = {name: page.context["form"].initial[name] for name in ("key", "notice")}
    join(group, second)
    join(group, second)
    answer = browser.post(address, {**TYPED, **hidden})
    assert answer.status_code == 409
    assert [other["value"] for other in answer.context["others"]] == [str(first.pk), str(third.pk)]
    assert TYPED["comment"] in answer.content.decode()
    again = browser.post(answer.context["action"], {**TYPED, **hidden, "session": str(third.pk)})
    assert again.status_code == 303
    assert "full=1" in browser.get(address)["Location"]


def test_nobody_sees_who_else_comes(group: Practice, browser: Browser) -> None:
    first = sessions_of(group)[0]
    with acting_in(group.account.ref):
        groups.join(by=SYSTEM, appointment=first, client=make_client(given_name="Zebulon"))
    for address in (
        group.url("book_when", group.service.pk),
        f"{group.url('book_details', group.service.pk)}?session={first.pk}",
        fill(browser, f"{group.url('book_details', group.service.pk)}?session={first.pk}")[
            "Location"
        ],
    ):
        assert "Zebulon" not in browser.get(address).content.decode()


@pytest.mark.parametrize("session", ["", "x", str(UUID(int=7))])
def test_a_session_that_is_not_there(group: Practice, browser: Browser, session: str) -> None:
    address = f"{group.url('book_details', group.service.pk)}?session={session}"
    assert "/times/" in browser.get(address)["Location"]


# How the practice wants its page -------------------------------------------------------------------------------------


def test_looking_only(practice: Practice, browser: Browser) -> None:
    wish(practice, mode="view")
    page = browser.get(practice.url("book_when", practice.service.pk)).content.decode()
    assert "10:00 am" in page
    assert "tel:+61255501234" in page
    assert "<button" not in page.split("<main")[1].split("</main>")[0]
    for answer in (browser.get(practice.details()), browser.post(practice.details(), TYPED)):
        assert answer["Location"] == practice.url("book_when", practice.service.pk)
    assert hold(practice, browser).status_code == 302
    with acting_in(practice.account.ref):
        assert (Appointment.objects.count(), Hold.objects.count()) == (0, 0)


def test_off(practice: Practice, browser: Browser) -> None:
    wish(practice, mode="off")
    for address in (practice.url("book"), practice.details()):
        assert "not open yet" in browser.get(address).content.decode()
    browser.post(practice.details(), TYPED)
    with acting_in(practice.account.ref):
        assert Appointment.objects.count() == 0


def test_introduction_prices_and_phone(practice: Practice, browser: Browser) -> None:
    with acting_in(practice.account.ref):
        Service.objects.update(price_minor=13500)
    assert "$135" in browser.get(practice.details()).content.decode()
    wish(practice, intro="Ring the bell twice.", shows_prices=False, asks_phone=True)
    assert "Ring the bell twice." in browser.get(practice.url("book")).content.decode()
    for address in (practice.url("book"), practice.details()):
        assert "$135" not in browser.get(address).content.decode()
    answer = fill(browser, practice.details(), phone="")
    assert answer.status_code == 422
    assert "the practice needs one" in answer.content.decode()
    done = browser.get(fill(browser, practice.details())["Location"]).content.decode()
    assert "$135" not in done


def test_categories_group_the_list(practice: Practice, browser: Browser) -> None:
    with acting_in(practice.account.ref):
        for name, category in (("A", "Knees"), ("B", "Backs"), ("C", "Knees")):
            service = Service(name=name, category=category, position=9)
            service.save(force_insert=True)
            ServiceOffer(service=service, practitioner=practice.practitioner).save(
                force_insert=True
            )
    cards = browser.get(practice.url("book")).context["cards"]
    assert [card["title"] for card in cards] == ["First visit", "A", "C", "B"]


def test_their_own_length_and_price(practice: Practice, browser: Browser) -> None:
    with acting_in(practice.account.ref):
        ServiceOffer.objects.update(duration_minutes=90, price_minor=20000)
    assert "90 min" in browser.get(practice.details()).context["about"]
    assert "$200" in browser.get(practice.details()).context["about"]


# The policy ----------------------------------------------------------------------------------------------------------


def test_the_policy_is_accepted_with_version_time_and_network(
    practice: Practice, browser: Browser
) -> None:
    with acting_in(practice.account.ref):
        shown = BookingPolicy(version=1, text="A day ahead, please.")
        shown.save(force_insert=True)
    refused = fill(browser, practice.details())
    assert refused.status_code == 422
    assert "Accept the booking policy" in refused.content.decode()
    page = browser.get(practice.details())
    hidden = {name: page.context["form"].initial[name] for name in ("key", "notice", "policy")}
    with acting_in(practice.account.ref):
        BookingPolicy(version=2, text="Two days ahead.").save(force_insert=True)
    answer = browser.post(practice.details(), {**TYPED, **hidden, "accepts": "on"})
    done = browser.get(answer["Location"]).content.decode()
    assert "A day ahead, please." in done
    with acting_in(practice.account.ref):
        place = Attendee.objects.get()
        assert place.policy_id == shown.pk
        assert place.policy_accepted_at is not None
        assert place.accepted_from == "127.0.0.0/24"
    assert "Two days ahead." in browser.get(practice.url("book_policy")).content.decode()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1234:5678::9", "2001:db8:1234::/48"),
        ("unknown", ""),
    ],
)
def test_addresses_are_cut_to_their_network(address: str, network: str) -> None:
    assert restraint.truncated(address) == network


# Zones ---------------------------------------------------------------------------------------------------------------


def test_earlier_is_not_offered_before_the_first_free_time(
    practice: Practice, browser: Browser, settings: Any
) -> None:
    with acting_in(practice.account.ref):
        Location.objects.update(time_zone="Europe/Dublin")
    # Sunday in Dublin: the first free time is on Monday, in the next week
    at(NOW.replace(day=22, hour=12), settings)
    page = browser.get(practice.url("book_when", practice.service.pk))
    assert page.context["week"].day == date(2026, 11, 23)
    assert page.context["earlier"] == ""
    assert page.context["later"] != ""
    later = browser.get(page.context["later"])
    assert later.context["earlier"] != ""


def test_newcomers_are_new_each_time(practice: Practice, browser: Browser) -> None:
    fill(browser, practice.details())
    fill(browser, practice.details(TEN + timedelta(hours=2)))
    with acting_in(practice.account.ref):
        assert Client.objects.filter(is_confirmed=False).count() == 2
