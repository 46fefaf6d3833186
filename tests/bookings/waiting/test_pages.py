"""The waiting list's pages: who waits, what fits, offering in one step; many rows cost no more statements than few."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts.models import AccountAnchor, Role
from accounts.tenancy import acting_in
from bookings.appointments.cancelling import cancel
from bookings.messaging.links import OFFER, sealed_id
from bookings.models import (
    Appointment,
    Attendee,
    FreedTime,
    WaitingChoices,
    WaitingEntry,
    WaitingOffer,
)
from bookings.waiting import ending, freed
from bookings.waiting.matching import Window, Wish
from bookings.waiting.public_views import place_token
from bookings.waiting.views import listing
from clients import directory
from tests.bookings.office import (
    NOW,
    TUESDAY,
    Office,
    at,
    browser_of,
    open_office,
    place_of,
    ten,
    utc,
)
from tests.bookings.waiting.lists import FRIDAY, offered, run_jobs, waits
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")
DAY = timedelta(days=1)


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


def person(office: Office, **terms: Any) -> WaitingEntry:
    return waits(office, make_client(given_name="Leila", family_name="Haddad"), **terms)


def span(office: Office, **more: Any) -> dict[str, Any]:
    """The query that names Tuesday at ten with Mei."""
    return {
        "practitioner": office.mei.pk,
        "location": office.location.pk,
        "starts": utc(ten()).isoformat(),
        "ends": utc(ten(11)).isoformat(),
        **more,
    }


def time_url(office: Office) -> str:
    query = {name: str(value).replace("+", "%2B") for name, value in span(office).items()}
    return office.url("waiting_time") + "?" + "&".join(f"{k}={v}" for k, v in query.items())


def test_the_empty_list_teaches_the_next_step(office: Office) -> None:
    page = office.browser().get(office.url("waiting"))
    assert "Nobody waits" in page.content.decode()
    assert office.url("waiting_new") in page.content.decode()


def test_the_list_shows_who_waits_in_turn(office: Office) -> None:
    with acting_in(office.account.ref):
        first = person(office, windows=[Window(2, 0, 720)], wishes=[Wish(office.mei.pk, None)])
        urgent = waits(office, is_urgent=True, note="Only for the eyes of the record")
        offered(office, first)
    page = office.browser().get(office.url("waiting"))
    assert [row.id for row in page.context["rows"]] == [urgent.pk, first.pk]
    row = page.context["rows"][1]
    assert (row.name, row.wishes, row.windows) == ("Leila Haddad", "Mei Tanaka", "Tue: morning")
    assert row.offered == "Tue 24 Nov 2026, 10:00 am"
    text = page.content.decode()
    assert "Only for the eyes" not in text
    assert "<title>Waiting list" in text
    rail = {item["label"]: item["count"] for item in page.context["nav"]()}
    assert rail["Waiting list"] == 2


def test_the_list_is_filtered(office: Office) -> None:
    with acting_in(office.account.ref):
        mine = waits(office, wishes=[Wish(office.mei.pk, None)])
        anyone = waits(office, is_urgent=True)
        other = waits(office, wishes=[Wish(office.tom.pk, None)])
        ended = waits(office)
        ending.end_entry(ended, "removed")
    browser = office.browser()

    def shown(query: str) -> list[Any]:
        page = browser.get(office.url("waiting") + query)
        return [row.id for row in page.context["rows"]]

    assert shown("") == [anyone.pk, mine.pk, other.pk]
    assert shown(f"?practitioner={office.mei.pk}") == [anyone.pk, mine.pk]
    assert shown("?urgent=1") == [anyone.pk]
    assert shown(f"?service={uuid4()}") == []
    assert shown("?service=nonsense&page=nonsense") == [anyone.pk, mine.pk, other.pk]
    assert shown("?show=ended") == [ended.pk]


def test_many_rows_cost_no_more_statements_than_few(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = office.browser()
    counts = []
    for more in (1, 2):
        with acting_in(office.account.ref):
            for _each in range(more):
                offered(office, waits(office, wishes=[Wish(office.mei.pk, None)]))
            directory.forget()
        with CaptureQueriesContext(connections["region_au"]) as caught:
            browser.get(office.url("waiting"))
        counts.append(len(caught))
    assert counts[0] == counts[1]
    monkeypatch.setattr(listing, "PAGE_SIZE", 2)
    page = browser.get(office.url("waiting") + "?page=2")
    assert (len(page.context["rows"]), page.context["page"].paginator.num_pages) == (1, 2)


def test_somebody_is_put_on_the_list(office: Office) -> None:
    with acting_in(office.account.ref):
        client = make_client(given_name="Leila", family_name="Haddad")
        later = place_of(office.booked(ten(14, day=FRIDAY), client))
    browser, address = office.browser(), office.url("waiting_new")
    found = browser.post(address, {"find": "hadd"})
    assert f"{address}?client={client.pk}" in found.content.decode()
    form = browser.get(address, {"client": str(client.pk)}).context["form"]
    assert form.initial["attendee"] == str(later.pk)
    assert form.initial["until"] == FRIDAY - DAY
    posted = {
        "client": client.pk,
        "service": office.service.pk,
        "until": FRIDAY.isoformat(),
        "since": TUESDAY.isoformat(),
        "parts": ["2-morning", "5-afternoon"],
        "practitioners": [office.mei.pk],
        "attendee": later.pk,
        "is_urgent": "on",
        "note": "Ring twice",
    }
    answer = browser.post(address, posted)
    with acting_in(office.account.ref):
        entry = WaitingEntry.objects.get()
        assert answer.headers["Location"] == office.url("waiting_entry", entry.pk)
        assert entry.windows == [[2, "00:00", "12:00"], [5, "12:00", "17:00"]]
        assert (entry.client_id, entry.attendee_id, entry.note) == (
            client.pk,
            later.pk,
            "Ring twice",
        )
    again = browser.post(address, posted)
    assert (again.status_code, "already" in again.content.decode()) == (422, True)
    wrong = browser.post(address, {**posted, "until": ""})
    assert "Choose the last day that suits." in wrong.content.decode()


def test_an_entry_is_changed_and_keeps_hours_that_ticks_cannot_say(office: Office) -> None:
    with acting_in(office.account.ref):
        entry = person(office, windows=[Window(2, 0, 720), Window(4, 615, 700)])
    browser, address = office.browser(), office.url("waiting_edit", entry.pk)
    form = browser.get(address).context["form"]
    assert form.initial["parts"] == ["2-morning"]
    answer = browser.post(
        address,
        {"service": office.service.pk, "until": FRIDAY.isoformat(), "parts": ["3-evening"]},
    )
    assert answer.headers["Location"] == office.url("waiting_entry", entry.pk)
    with acting_in(office.account.ref):
        entry.refresh_from_db()
        assert entry.windows == [[3, "17:00", "24:00"], [4, "10:15", "11:40"]]


def test_an_opening_is_offered_from_the_entry_and_taken_back(office: Office) -> None:
    with acting_in(office.account.ref):
        entry = person(office)
    browser, address = office.browser(), office.url("waiting_entry", entry.pk)
    page = browser.get(address)
    assert page.context["times"][0]["starts"] == utc(ten(9, 45, day=TUESDAY - DAY)).isoformat()
    posted = span(office)
    browser.post(office.url("waiting_offer_new", entry.pk), posted)
    with acting_in(office.account.ref):
        made = WaitingOffer.objects.get()
        assert (made.state, made.starts_at) == ("offered", utc(ten()))
    page = browser.get(address)
    assert page.context["cap"] == "Had an offer today"
    other = span(office, starts=utc(ten(14)).isoformat(), ends="")
    browser.post(office.url("waiting_offer_new", entry.pk), other)
    with acting_in(office.account.ref):
        assert WaitingOffer.objects.count() == 1, "not without knowing"
    browser.post(office.url("waiting_offer_new", entry.pk), other | {"despite": "1"})
    browser.post(office.url("waiting_withdrawal", made.pk))
    with acting_in(office.account.ref):
        assert sorted(WaitingOffer.objects.values_list("state", flat=True)) == [
            "offered",
            "withdrawn",
        ]
    browser.post(office.url("waiting_removal", entry.pk))
    with acting_in(office.account.ref):
        entry.refresh_from_db()
        assert entry.state == "removed"
    assert browser.get(address).context["times"] == []


def test_a_free_time_is_offered_to_those_who_are_ticked(office: Office) -> None:
    with acting_in(office.account.ref):
        first, second = person(office), waits(office)
        offered(office, waits(office), ten(14))
    browser, address = office.browser(), time_url(office)
    rows = browser.get(address).context["rows"]
    assert [(row["id"], row["cap"]) for row in rows][:2] == [(first.pk, ""), (second.pk, "")]
    assert rows[2]["cap"] == "Had an offer today"
    nobody = browser.post(address)
    assert (nobody.status_code, "Tick at least one" in nobody.content.decode()) == (422, True)
    answer = browser.post(address, {"entry": [first.pk, second.pk, uuid4()]})
    assert answer.headers["Location"] == office.url("waiting")
    with acting_in(office.account.ref):
        offers = WaitingOffer.objects.filter(starts_at=utc(ten()))
        assert {each.entry_id for each in offers} == {first.pk, second.pk}
        office.booked(ten())
    gone = browser.get(address)
    assert "It suits nobody on the list" in gone.content.decode()


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_cancellation_leads_to_whom_the_time_suits(office: Office) -> None:
    with acting_in(office.account.ref):
        person(office)
        waits(office)
        appointment = office.booked(ten())
        cancel(by=office.by, attendee=place_of(appointment), side="client", reason="sick")
    run_jobs(office, freed.JOB)
    browser = office.browser()
    beside = browser.get(
        office.url("waiting_after", appointment.pk), headers={"HX-Request": "true"}
    ).content.decode()
    assert "2 people on the waiting list fit Tue 24 Nov 2026, 10:00 am" in beside
    shown = browser.get(office.url("waiting")).context["freed"]
    assert [(each["when"], each["fitting"]) for each in shown] == [("Tue 24 Nov 2026, 10:00 am", 2)]
    assert browser.get(shown[0]["url"]).status_code == 200
    entries = [row["id"] for row in browser.get(shown[0]["url"]).context["rows"]]
    browser.post(shown[0]["url"], {"entry": entries[:1]})
    shown = browser.get(office.url("waiting")).context["freed"]
    assert [each["fitting"] for each in shown] == [1]
    browser.post(office.url("waiting_dismissal", shown[0]["id"]))
    assert browser.get(office.url("waiting")).context["freed"] == []


def test_cancelling_at_the_desk_says_whom_the_time_suits(office: Office) -> None:
    with acting_in(office.account.ref):
        alone, wanted = office.booked(ten(14, day=FRIDAY)), office.booked(ten())
        person(office, until=TUESDAY)
    browser = office.browser()
    posted = {"side": "client", "reason": "sick"}
    answers = [
        browser.post(office.url("cancellation", place.pk), posted, follow=True)
        for place in (in_account(office, alone), in_account(office, wanted))
    ]
    text = answers[1].content.decode()
    assert "Cancelled. The time suits 1 person on the waiting list." in text
    assert office.url("waiting_after", wanted.pk) in text, "the panel stays open and says more"
    assert "Cancelled. The time is free again." in answers[0].content.decode()


def in_account(office: Office, appointment: Appointment) -> Attendee:
    with acting_in(office.account.ref):
        return place_of(appointment)


def test_a_closing_account_only_shows_the_list(office: Office) -> None:
    with acting_in(office.account.ref):
        entry = person(office)
        made = offered(office, entry)
        link, leave = sealed_id(OFFER, made.pk), place_token(entry)
        AccountAnchor.objects.update(state="closing")
    browser = office.browser()
    page = browser.get(office.url("waiting"))
    assert (page.status_code, page.context["may_edit"]) == (200, False)
    assert browser.get(office.url("waiting_entry", entry.pk)).status_code == 200
    assert browser.post(office.url("waiting_removal", entry.pk)).status_code == 409
    for name, token in (("waiting_offer_acceptance", link), ("waiting_place_end", leave)):
        assert browser.post(office.url(name, token)).status_code == 410
    assert browser.get(office.url("book_waiting", office.service.pk)).status_code == 410
    with acting_in(office.account.ref):
        entry.refresh_from_db()
        assert entry.state == "waiting"


def test_the_practice_chooses(office: Office) -> None:
    browser, address = office.browser(), office.url("waiting_choices")
    assert browser.get(address).context["form"]["minutes_held"].value() == 120
    for mode in ("offer", "suggest"):
        browser.post(address, {"mode": mode, "at_once": "2", "minutes_held": "60"})
    with acting_in(office.account.ref):
        chosen = WaitingChoices.objects.get()
        assert (chosen.mode, chosen.at_once, chosen.minutes_held) == ("suggest", 2, 60)
    assert browser.post(address, {"mode": "none", "at_once": "9"}).status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?practitioner=x&location=y&starts=z",
        "?practitioner={mei}&location={place}&starts=2026-11-24T10:00",
        "?practitioner={mei}&location={place}&starts=0001-01-01T00:00%2B00:00",
        "?practitioner={mei}&location={place}&starts=2026-11-24T10:00Z&ends=2036-11-24T10:00Z",
        "?practitioner={none}&location={place}&starts=2026-11-24T10:00Z",
    ],
)
def test_a_time_that_makes_no_sense_is_not_there(office: Office, query: str) -> None:
    filled = query.format(mei=office.mei.pk, place=office.location.pk, none=uuid4())
    assert office.browser().get(office.url("waiting_time") + filled).status_code == 404


def test_who_may_not_see_the_diary_sees_no_list(office: Office) -> None:
    with acting_in(office.account.ref):
        entry = person(office)
    neighbour = open_office()
    for browser, status in (
        (browser_of(office.account, Role.BOOKKEEPER), 403),
        (neighbour.browser(), 302),
    ):
        for name, args in (("waiting", ()), ("waiting_entry", (entry.pk,)), ("waiting_new", ())):
            assert browser.get(office.url(name, *args)).status_code == status
    reception = browser_of(office.account, Role.RECEPTION)
    assert reception.get(office.url("waiting_entry", entry.pk)).status_code == 200
    assert reception.get(office.url("waiting_choices")).status_code == 403
    with acting_in(office.account.ref):
        assert FreedTime.objects.count() == 0


def test_pages_around_lead_to_the_list(office: Office) -> None:
    with acting_in(office.account.ref):
        client = make_client()
        appointment = office.booked(ten())
        cancelled = office.booked(ten(14))
        cancel(by=office.by, attendee=place_of(cancelled), side="client", reason="sick")
    browser, new = office.browser(), office.url("waiting_new")
    record = browser.get(office.url("client", client.pk)).content.decode()
    assert f"{new}?client={client.pk}" in record
    taken = browser.post(
        office.url("appointment_new"),
        {
            "client": client.pk,
            "service": office.service.pk,
            "practitioner": office.mei.pk,
            "location": office.location.pk,
            "day": TUESDAY.isoformat(),
            "time": "10:00",
        },
    )
    link = (
        f"{new}?client={client.pk}&amp;service={office.service.pk}&amp;practitioner={office.mei.pk}"
    )
    assert (taken.status_code, link in taken.content.decode()) == (409, True)
    for each, is_asked in ((appointment, False), (cancelled, True)):
        panel = browser.get(
            office.url("appointment", each.pk), headers={"HX-Request": "true"}
        ).content.decode()
        assert (office.url("waiting_after", each.pk) in panel) == is_asked
