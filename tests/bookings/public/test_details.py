"""Who comes: what is kept, what is refused with everything typed still there, and that nobody learns who is known."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connections
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import PrivacyNotice
from accounts.tenancy import acting_in
from bookings.appointments.booking import book
from bookings.models import Appointment, Attendee, Message
from bookings.public import restraint
from clients.models import Client
from privacy.vocabulary import keyring
from privacy.vocabulary.scope import SYSTEM
from tests.bookings.public import NOW, TEN, TYPED, Practice, at, fill, open_practice
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def practice(settings: Any, cache_address: str) -> Practice:
    at(NOW, settings)
    settings.CACHES = {
        **settings.CACHES,
        "au": {**settings.CACHES["au"], "LOCATION": cache_address},
    }
    practice = open_practice()
    caches["au"].clear()
    return practice


@pytest.fixture
def browser() -> Browser:
    return Browser()


def test_booked(practice: Practice, browser: Browser) -> None:
    answer = fill(browser, practice.details())
    assert answer.status_code == 303
    page = browser.get(answer["Location"])
    words = page.content.decode()
    assert ("You’re booked" in words, "Tue 24 Nov 2026" in words, "1 Alfred St" in words) == (
        True,
        True,
        True,
    )
    assert "Anaïs" not in words, "the page behind the link names nobody"
    with acting_in(practice.account.ref):
        place = Attendee.objects.select_related("client", "appointment").get()
        client = place.client
        assert (client.given_name, client.family_name) == ("Anaïs", "Ó Súilleabháin")
        assert (client.email, client.phone) == ("anais@mail.example", "+61491570006")
        assert (client.is_confirmed, client.provenance) == (False, "self_booking")
        assert (place.provenance, place.appointment.provenance) == ("self_booking", "self_booking")
        assert place.comment == "Left knee, since Sunday"
        assert place.notice_id == practice.notice.pk
        assert place.notice_shown_at is not None
        assert keyring.client_ids_with_keys() == {client.pk}


def test_the_notice_that_was_shown_is_recorded_not_the_newest(
    practice: Practice, browser: Browser
) -> None:
    page = browser.get(practice.details())
    assert "version 3" in page.content.decode()
    hidden = {name: page.context["form"].initial[name] for name in ("key", "notice")}
    with acting_in(practice.account.ref):
        PrivacyNotice(version=4, text="New").save(force_insert=True)
    browser.post(practice.details(), {**TYPED, **hidden})
    with acting_in(practice.account.ref):
        assert Attendee.objects.get().notice_id == practice.notice.pk


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("given_name", "", "so that we know who is coming"),
        ("family_name", " ", "so that we know who is coming"),
        ("given_name", "x" * 81, "at most 80 characters"),
        ("email", "", "your confirmation goes there"),
        ("email", "not an address", "missing or mistyped"),
        ("phone", "12", "too short"),
        ("phone", "call me", "too short"),
        ("comment", "x" * 1001, "at most 1000 characters"),
        ("website", "https://spam.example", "hidden field"),
        ("given_name", "a\x00b", "Null characters"),
    ],
)
def test_faults_are_named_and_everything_typed_stays(
    practice: Practice, browser: Browser, field: str, value: str, said: str
) -> None:
    answer = fill(browser, practice.details(), **{field: value})
    words = answer.content.decode()
    assert answer.status_code == 422
    assert said in words
    for name, typed in TYPED.items():
        if name != field:
            assert typed in words, name
    with acting_in(practice.account.ref):
        assert (Appointment.objects.count(), Client.objects.count()) == (0, 0)
        assert keyring.client_ids_with_keys() == set()


def test_phone_and_comment_may_stay_empty(practice: Practice, browser: Browser) -> None:
    assert fill(browser, practice.details(), phone="", comment="").status_code == 303


def test_a_slot_just_taken_keeps_what_was_typed_and_offers_three(
    practice: Practice, browser: Browser
) -> None:
    page = browser.get(practice.details())
    hidden = {name: page.context["form"].initial[name] for name in ("key", "notice")}
    with acting_in(practice.account.ref):
        book(
            by=SYSTEM,
            practitioner=practice.practitioner,
            service=practice.service,
            location=practice.location,
            starts_local=TEN,
            client=make_client(),
        )
    answer = browser.post(practice.details(), {**TYPED, **hidden})
    words = answer.content.decode()
    assert answer.status_code == 409
    assert "Tue 24 Nov 2026, 10:00 am has just been taken" in words
    for typed in TYPED.values():
        assert typed in words
    values = [other["value"] for other in answer.context["others"]]
    assert values == [
        "2026-11-24T09:00+11:00",
        "2026-11-24T11:00+11:00",
        "2026-11-24T12:00+11:00",
    ]
    again = browser.post(answer.context["action"], {**TYPED, **hidden, "start": values[1]})
    assert again.status_code == 303
    with acting_in(practice.account.ref):
        mine = Appointment.objects.get(provenance="self_booking")
        assert (mine.local_date, mine.local_time.hour) == (TEN.date(), 11)


@pytest.mark.parametrize("minutes", [7, 9 * 60, -25 * 60, 200 * 24 * 60])
def test_times_that_are_not_offered_cant_be_posted(
    practice: Practice, browser: Browser, minutes: int
) -> None:
    answer = browser.post(practice.details(TEN + timedelta(minutes=minutes)), TYPED)
    assert answer.status_code == 409
    with acting_in(practice.account.ref):
        assert Appointment.objects.count() == 0


def test_sending_the_same_form_twice_books_once(practice: Practice, browser: Browser) -> None:
    page = browser.get(practice.details())
    sent = {**TYPED, **{name: page.context["form"].initial[name] for name in ("key", "notice")}}
    first, second = (browser.post(practice.details(), sent) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first["Location"] == second["Location"]
    with acting_in(practice.account.ref):
        assert Appointment.objects.count() == 1


def test_a_forged_key_is_ignored(practice: Practice, browser: Browser) -> None:
    answer = fill(browser, practice.details(), key="AAAA.forged", notice="x")
    assert answer.status_code == 303


def test_anyone_falls_to_whoever_is_free(practice: Practice, browser: Browser) -> None:
    from tests.bookings.public.test_steps import second_practitioner

    other = second_practitioner(practice)
    nine = TEN.replace(hour=9)
    answers = [
        fill(browser, practice.details(nine, who="any"), email=f"p{number}@mail.example")
        for number in range(2)
    ]
    assert [answer.status_code for answer in answers] == [303, 303]
    with acting_in(practice.account.ref):
        booked = set(Appointment.objects.values_list("practitioner_id", flat=True))
    assert booked == {practice.practitioner.pk, other.pk}


# What is said to known and unknown people ----------------------------------------------------------------------------

VARYING = re.compile(
    r'/book/[\w-]+/(?:done|manage)/[^/"]+/|csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]*"'
)


def blanked(words: bytes) -> str:
    return VARYING.sub("…", words.decode())


def test_known_and_unknown_people_get_the_same_answer(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        known = make_client(
            given_name="Leila",
            family_name="Haddad",
            email="leila@mail.example",
            phone="+61491570156",
        )
    answers = []
    for email, phone in (("leila@mail.example", "0491 570 156"), ("new@mail.example", "")):
        browser = Browser()
        answer = fill(browser, practice.details(), email=email, phone=phone)
        page = browser.get(answer["Location"])
        answers.append((answer.status_code, page.status_code, blanked(page.content)))
        with acting_in(practice.account.ref):
            Attendee.objects.update(state="cancelled")
            Appointment.objects.update(state="cancelled")
    assert answers[0] == answers[1]
    with acting_in(practice.account.ref):
        unchanged = Client.objects.get(pk=known.pk)
        assert (unchanged.given_name, unchanged.is_confirmed) == ("Leila", True)
        assert unchanged.updated_at == known.updated_at
        assert unchanged.attendances.count() == 0
        assert Client.objects.filter(is_confirmed=False).count() == 2


def test_known_people_cost_as_many_statements(practice: Practice) -> None:
    with acting_in(practice.account.ref):
        make_client(email="leila@mail.example")
    counts = []
    for email in ("leila@mail.example", "new@mail.example"):
        browser = Browser()
        with CaptureQueriesContext(connections["region_au"]) as queries:
            assert fill(browser, practice.details(), email=email).status_code == 303
        counts.append(len(queries))
        with acting_in(practice.account.ref):
            Appointment.objects.update(state="cancelled")
    assert counts[0] == counts[1]


# Restraint -----------------------------------------------------------------------------------------------------------


def test_too_many_from_one_mail_address(practice: Practice, browser: Browser) -> None:
    for hour in range(9, 9 + restraint.PER_MAIL_ADDRESS):
        answer = fill(browser, practice.details(TEN.replace(hour=hour)))
        assert answer.status_code == 303
    answer = fill(browser, practice.details(TEN.replace(hour=16)), email="ANAIS@mail.example")
    assert answer.status_code == 429
    assert "Too many bookings" in answer.content.decode()
    assert TYPED["comment"] in answer.content.decode()


def test_too_many_from_one_computer(
    practice: Practice, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restraint, "PER_NETWORK_ADDRESS", 1)
    assert fill(browser, practice.details()).status_code == 303
    second = fill(browser, practice.details(TEN.replace(hour=12)), email="b@mail.example")
    assert second.status_code == 429
    elsewhere = Browser(REMOTE_ADDR="192.0.2.7")
    third = fill(elsewhere, practice.details(TEN.replace(hour=12)), email="c@mail.example")
    assert third.status_code == 303


def test_the_cache_holds_no_address_in_clear(practice: Practice, browser: Browser) -> None:
    fill(browser, practice.details())
    client = caches["au"]._cache.get_client()  # type: ignore[attr-defined]
    keys = b" ".join(client.keys("*"))
    assert str(practice.account.pk).encode() in keys
    assert b"anais" not in keys.lower()
    assert b"127.0.0.1" not in keys


def test_a_cache_that_is_away_stops_nobody(
    practice: Practice, browser: Browser, settings: Any
) -> None:
    settings.CACHES = {
        **settings.CACHES,
        "au": {**settings.CACHES["au"], "LOCATION": "redis://127.0.0.1:1/1"},
    }
    assert fill(browser, practice.details()).status_code == 303


def test_behind_our_proxy_the_last_entry_counts(rf: Any, settings: Any) -> None:
    request = rf.get("/", headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.2"})
    assert restraint.network_address(request) == "127.0.0.1"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert restraint.network_address(request) == "198.51.100.2"


def test_a_form_without_its_token_is_refused(practice: Practice) -> None:
    strict = Browser(enforce_csrf_checks=True)
    assert strict.post(practice.details(), TYPED).status_code == 403
    page = strict.get(practice.details()).content.decode()
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    answer = strict.post(practice.details(), {**TYPED, "csrfmiddlewaretoken": token[1]})
    assert answer.status_code == 303


def test_messages_are_queued_with_the_booking(practice: Practice, browser: Browser) -> None:
    fill(browser, practice.details())
    with acting_in(practice.account.ref):
        rows = sorted(Message.objects.values_list("category", "channel", "state"))
    assert rows == [("confirmation", "email", "queued"), ("reminder", "email", "queued")]
