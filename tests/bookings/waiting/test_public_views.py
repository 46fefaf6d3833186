"""What people see of the list: joining it as newcomers, leaving it, taking an offered time or hearing who was first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.test import Client as Browser

from accounts.models import PrivacyNotice
from accounts.models.practice import current_anchor
from accounts.tenancy import acting_in
from bookings.messaging.links import OFFER, sealed_id, token_of
from bookings.messaging.wording import written
from bookings.models import Appointment, BookingPage, Message, WaitingEntry, WaitingOffer
from bookings.public import restraint
from bookings.waiting.public_views import place_token
from clients.models import Client
from tests.bookings.office import NOW, Office, at, open_office, place_of, ten
from tests.bookings.waiting.lists import FRIDAY, offered, waits
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")
TYPED = {
    "given_name": "Leila",
    "family_name": "Haddad",
    "email": "leila@mail.example",
    "days": ["2", "4"],
    "parts": ["morning"],
    "until": FRIDAY.isoformat(),
    "note": "After the school run",
}


@pytest.fixture
def office(settings: Any) -> Office:
    at(NOW, settings)
    return open_office()


def join(office: Office, who: str = "any") -> str:
    return f"{office.url('book_waiting', office.service.pk)}?who={who}"


def fill(browser: Browser, address: str, **changes: Any) -> Any:
    form = browser.get(address).context["form"]
    hidden = {name: form.initial[name] for name in ("key", "notice")}
    return browser.post(address, {**TYPED, **hidden, **changes})


def offer_url(office: Office, made: WaitingOffer, name: str = "waiting_offer") -> str:
    with acting_in(office.account.ref):
        return office.url(name, sealed_id(OFFER, made.pk))


def test_a_person_joins_as_a_newcomer(office: Office) -> None:
    with acting_in(office.account.ref):
        known = make_client(given_name="Leila", family_name="Haddad", email="leila@mail.example")
        PrivacyNotice(version=3, text="We keep your details in Sydney.").save(force_insert=True)
    browser = Browser()
    page = browser.get(join(office))
    assert "We keep your details in Sydney." in page.content.decode()
    answer = fill(browser, join(office, str(office.mei.pk)))
    assert answer.status_code == 303
    with acting_in(office.account.ref):
        entry = WaitingEntry.objects.get()
        client = Client.objects.get(pk=entry.client_id)
        assert (client.pk != known.pk, client.is_confirmed, client.email) == (
            True,
            False,
            "leila@mail.example",
        )
        assert entry.windows == [[2, "00:00", "12:00"], [4, "00:00", "12:00"]]
        # They hear that they are on it, with the way off it
        told = Message.objects.get()
        assert (told.category, told.client_id, told.entry_id) == ("joined", client.pk, entry.pk)
        words = written(told, current_anchor())
        assert office.url("waiting_place", place_token(entry)) in words.body
        assert (entry.until, entry.note, entry.provenance) == (
            FRIDAY,
            "After the school run",
            "self_booking",
        )
        assert [wish.practitioner_id for wish in entry.wishes.all()] == [office.mei.pk]
    done = browser.get(answer.headers["Location"]).content.decode()
    assert "You are on the waiting list" in done
    assert "Leila" not in done


def test_known_and_unknown_get_the_same_answer(office: Office) -> None:
    with acting_in(office.account.ref):
        waits(office, make_client(email="known@mail.example"))
    answers = [
        fill(Browser(), join(office), email=email).status_code
        for email in ("known@mail.example", "unknown@mail.example")
    ]
    assert answers == [303, 303]


def test_a_newcomer_is_written_to_as_they_read(office: Office) -> None:
    for language in ("de", "en"):
        browser = Browser(headers={"accept-language": language})
        fill(browser, join(office), email=f"{language}@mail.example")
    with acting_in(office.account.ref):
        told = {client.email[:2]: client.language for client in Client.objects.all()}
        assert told == {"de": "de", "en": ""}


def test_sending_the_form_twice_joins_once(office: Office) -> None:
    browser = Browser()
    form = browser.get(join(office)).context["form"]
    posted = {**TYPED, "key": form.initial["key"]}
    first, second = (browser.post(join(office), posted) for _each in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    with acting_in(office.account.ref):
        assert (WaitingEntry.objects.count(), Client.objects.count()) == (1, 1)


def test_what_was_typed_comes_back_when_something_is_missing(office: Office) -> None:
    for wrong in ({"email": ""}, {"until": "2020-01-01"}, {"phone": "12"}, {"website": "x"}):
        answer = fill(Browser(), join(office), **wrong)
        assert (answer.status_code, "After the school run" in answer.content.decode()) == (
            422,
            True,
        )
    with acting_in(office.account.ref):
        assert (WaitingEntry.objects.count(), Client.objects.count()) == (0, 0)


def test_too_many_forms_are_refused(
    office: Office, settings: Any, cache_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CACHES = {
        **settings.CACHES,
        "au": {**settings.CACHES["au"], "LOCATION": cache_address},
    }
    caches["au"].clear()
    monkeypatch.setattr(restraint, "PER_MAIL_ADDRESS", 1)
    answers = [fill(Browser(), join(office), email="often@mail.example") for _each in range(2)]
    assert [each.status_code for each in answers] == [303, 429]


def test_the_times_lead_to_the_list(office: Office) -> None:
    times = office.url("book_when", office.service.pk) + f"?who={office.mei.pk}"
    address = f"{office.url('book_waiting', office.service.pk)}?at={office.location.pk}"
    assert address in Browser().get(times).content.decode()
    with acting_in(office.account.ref):
        BookingPage(has_waiting_list=False).save(force_insert=True)
    assert address not in Browser().get(times).content.decode()


def test_a_practice_without_a_list_has_no_such_page(office: Office) -> None:
    assert Browser().get(office.url("book_waiting", uuid4())).status_code == 404
    with acting_in(office.account.ref):
        BookingPage(has_waiting_list=False).save(force_insert=True)
    assert Browser().get(join(office)).status_code == 404


def test_a_place_on_the_list_is_left_by_its_link(office: Office) -> None:
    with acting_in(office.account.ref):
        entry = waits(office, note="Not for this page")
        token = place_token(entry)
    browser, address = Browser(), office.url("waiting_place", token)
    assert "Not for this page" not in browser.get(address).content.decode()
    browser.post(office.url("waiting_place_end", token))
    assert "You left it" in browser.get(address).content.decode()
    with acting_in(office.account.ref):
        entry.refresh_from_db()
        assert entry.state == "removed"
    assert browser.get(office.url("waiting_place", token[:-2])).status_code == 404


def test_an_offered_time_is_taken(office: Office) -> None:
    with acting_in(office.account.ref):
        client = make_client()
        present = place_of(office.booked(ten(14), client, office.tom))
        made = offered(office, waits(office, client, attendee=present))
    browser = Browser()
    page = browser.get(offer_url(office, made)).content.decode()
    assert "Tue 24 Nov 2026, 10:00 am" in page
    assert "Tue 24 Nov 2026, 2:00 pm, First visit with Tom Okafor" in page
    assert client.given_name not in page
    with acting_in(office.account.ref):
        made.refresh_from_db()
        assert made.state == "offered", "looking at a link changes nothing"
    answer = browser.post(offer_url(office, made, "waiting_offer_acceptance"))
    with acting_in(office.account.ref):
        booked = place_of(Appointment.objects.get(state="booked"))
        assert answer.headers["Location"] == office.url("booked", token_of(booked))
        manage = office.url("booking", token_of(booked))
    again = browser.post(offer_url(office, made, "waiting_offer_acceptance"))
    assert again.status_code == 303
    assert browser.get(offer_url(office, made)).headers["Location"] == manage


def test_who_comes_second_hears_it_and_stays(office: Office) -> None:
    with acting_in(office.account.ref):
        first, second = (offered(office, waits(office)) for _each in range(2))
    browser = Browser()
    browser.post(offer_url(office, first, "waiting_offer_acceptance"))
    lost = browser.post(offer_url(office, second, "waiting_offer_acceptance"))
    text = lost.content.decode()
    assert (lost.status_code, "Somebody else was first" in text) == (409, True)
    assert "you are still on the waiting list" in text
    assert len(lost.context["others"]) == 3
    assert browser.get(lost.context["others"][0]["url"]).status_code == 200
    assert "Somebody else was first" in browser.get(offer_url(office, second)).content.decode()
    with acting_in(office.account.ref):
        assert sorted(WaitingEntry.objects.values_list("state", flat=True)) == ["booked", "waiting"]


def test_an_offer_is_declined_expires_and_is_withdrawn(office: Office, settings: Any) -> None:
    with acting_in(office.account.ref):
        declined, late = (offered(office, waits(office)) for _each in range(2))
    browser = Browser()
    browser.post(offer_url(office, declined, "waiting_offer_refusal"))
    text = browser.get(offer_url(office, declined)).content.decode()
    assert "You left this time to others" in text
    at(NOW + timedelta(hours=3), settings)
    over = browser.get(offer_url(office, late)).content.decode()
    assert "This offer has ended" in over
    answer = browser.post(offer_url(office, late, "waiting_offer_acceptance"))
    assert (answer.status_code, "This offer has ended" in answer.content.decode()) == (409, True)


def test_a_link_of_another_practice_leads_nowhere(office: Office) -> None:
    with acting_in(office.account.ref):
        made = offered(office, waits(office))
    theirs = open_office()
    with acting_in(office.account.ref):
        token = sealed_id(OFFER, made.pk)
    for name in ("waiting_offer", "waiting_place"):
        assert Browser().get(theirs.url(name, token)).status_code == 404
    assert Browser().post(theirs.url("waiting_offer_acceptance", token)).status_code == 404
    with acting_in(office.account.ref):
        assert Appointment.objects.count() == 0
