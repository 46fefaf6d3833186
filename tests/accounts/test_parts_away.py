"""A part of the house is away: pages say so, nothing is half-done, and a clinic goes on without control (RP-9)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connections
from django.test import Client as Browser
from django.test import RequestFactory
from django.urls import reverse

from accounts import directory
from accounts.calm import calm_page
from accounts.models import Account, AccountAnchor
from accounts.tenancy import acting_in
from bookings.models import Attendee
from clients.models import Client
from notes.models import Note
from privacy.vocabulary import clock, keyring
from tests import parts
from tests.bookings.public import NOW, at, fill, open_practice
from tests.browser import sign_in
from tests.conftest import HOME
from tests.factories import PASSWORD, make_account
from tests.notes.parts import Practice, draft, practice, signed

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
NOBODY_LISTENS = 1


@contextmanager
def away(*aliases: str) -> Iterator[None]:
    """Let nothing answer for these databases."""
    ports = {alias: connections[alias].settings_dict["PORT"] for alias in aliases}
    for alias in aliases:
        connections[alias].close()
        connections[alias].settings_dict["PORT"] = NOBODY_LISTENS
    try:
        yield
    finally:
        for alias, port in ports.items():
            connections[alias].close()
            connections[alias].settings_dict["PORT"] = port


@pytest.fixture
def p() -> Practice:
    return practice()


@pytest.fixture
def browser(p: Practice) -> Browser:
    """A signed-in browser that shows the page that people get, instead of raising."""
    made = Browser(raise_request_exception=False)
    sign_in(made, p.owner_user, p.account, stepped_up=True)
    return made


def explains(response: Any) -> bool:
    body = response.content.decode()
    assert response.status_code == 503, body
    assert int(response.headers["Retry-After"]) > 0
    assert "does not answer" in body  # what happened
    assert "Nothing you saved is lost" in body  # what was kept
    assert "Try again" in body  # what to do
    return True


def page(p: Practice, name: str, *args: object) -> str:
    return reverse(name, args=[p.account.slug, *args])


@pytest.mark.parametrize("name", ["diary", "clients", "notes", "settings", "exports", "book"])
def test_the_regions_database_is_away(p: Practice, browser: Browser, name: str) -> None:
    assert browser.get(page(p, "book")).status_code == 200
    with away("region_au"):
        assert explains(browser.get(page(p, name)))
    assert browser.get(page(p, name)).status_code == 200


def test_what_was_typed_comes_back_and_nothing_is_half_done(p: Practice, browser: Browser) -> None:
    typed = {"given_name": "Typed", "family_name": "Carefully", "password": "hidden words"}
    with away("region_au"):
        response = browser.post(page(p, "client_new"), typed)
    assert explains(response)
    assert "Carefully" in response.content.decode()
    assert "hidden words" not in response.content.decode()
    with acting_in(p.account.ref):
        assert Client.objects.count() == 1


def test_the_keyring_is_away(p: Practice, browser: Browser) -> None:
    keyring.forget()
    with away("keyring_au"):
        assert explains(browser.get(page(p, "client", p.client.pk)))
        assert explains(browser.get(page(p, "diary")))
        new = browser.post(page(p, "client_new"), {"given_name": "New", "family_name": "Name"})
        assert explains(new)
    with acting_in(p.account.ref):
        assert Client.objects.count() == 1
    assert browser.get(page(p, "client", p.client.pk)).status_code == 200


def test_another_regions_parts_are_not_missed(p: Practice, browser: Browser) -> None:
    with away("region_eu", "keyring_eu", "region_us", "keyring_us"):
        assert browser.get(page(p, "diary")).status_code == 200


def test_signing_in_without_control_is_explained(p: Practice) -> None:
    stranger = Browser(raise_request_exception=False)
    words = {"login": p.owner_user.email, "password": PASSWORD}
    with away("default"):
        response = stranger.post("/sign-in/login/", words)
        assert explains(response)
        assert PASSWORD not in response.content.decode()


def test_a_browser_with_a_session_gets_the_page_everywhere_in_control(
    p: Practice, browser: Browser
) -> None:
    with away("default"):
        for address in (
            "/",
            "/accounts/",
            "/open/",
            f"/enter/{p.account.slug}/",
            "/sign-in/login/",
        ):
            assert explains(browser.get(address)), address


def test_booking_goes_on_without_control_where_the_practice_is_known(p: Practice) -> None:
    visitor = Browser(raise_request_exception=False)
    assert visitor.get(page(p, "book")).status_code == 200
    later(p.account.slug)
    with away("default"):
        assert visitor.get(page(p, "book")).status_code == 200


def test_booking_goes_on_without_control_where_nobody_has_asked_before(settings: Any) -> None:
    at(NOW, settings)
    office = open_practice()
    directory.forget_all()
    visitor = Browser(raise_request_exception=False)
    with away("default"):
        assert visitor.get(office.url("book")).status_code == 200
        booked = fill(visitor, office.details())
        assert booked.status_code == 303, booked.content.decode()
        assert "You’re booked" in visitor.get(booked["Location"]).content.decode()
    with acting_in(office.account.ref):
        assert Attendee.objects.get().provenance == "self_booking"


def test_without_control_each_region_answers_for_its_own(p: Practice) -> None:
    abroad = make_account(country="IE")
    directory.forget_all()
    with away("default"):
        assert directory.find(p.account.slug) == p.account.ref
        assert directory.find(abroad.slug) == abroad.ref
        assert directory.find("nobody") is None
        assert Browser().get(reverse("book", args=["nobody"])).status_code == 404
    Account.objects.filter(pk=abroad.pk).update(state="closed")
    later(abroad.slug)
    assert directory.find(abroad.slug) is None, "control has the last word"


def test_without_control_an_account_being_purged_is_shut(p: Practice) -> None:
    directory.forget_all()
    with acting_in(p.account.ref):
        AccountAnchor.objects.update(state="purging")
    with away("default"):
        assert directory.find(p.account.slug) is None


def test_without_control_doubt_is_no_answer(p: Practice) -> None:
    """A region that is away may be the one; two that claim a slug can't both be right."""
    twin = make_account(country="IE")
    with acting_in(twin.ref):
        AccountAnchor.objects.update(slug=p.account.slug)
    directory.forget_all()
    visitor = Browser(raise_request_exception=False)
    with away("default"):
        assert explains(visitor.get(page(p, "book")))
    with away("default", "region_eu"):
        assert explains(visitor.get(reverse("book", args=["nobody"])))
        assert visitor.get(page(p, "book")).status_code == 200


def later(slug: str) -> None:
    """Let the time pass for which a slug is remembered."""
    directory._known[slug] = (0.0, directory._known[slug][1])


def test_the_clinic_goes_on_without_control(p: Practice, browser: Browser) -> None:
    with acting_in(p.account.ref, by=p.by):
        note = draft(p)
    with away("default"):
        assert browser.get(page(p, "diary")).status_code == 200
        assert browser.get(page(p, "clients")).status_code == 200
        assert browser.get(page(p, "client", p.client.pk)).status_code == 200
        assert browser.get(page(p, "note", note.pk)).status_code == 200
        words = {"version": note.version, "title": "Without control"}
        saved = browser.post(page(p, "note_draft", note.pk), words, headers={"X-Autosave": "1"})
        assert saved.status_code in (200, 204), saved.content.decode()
        missing = browser.get(page(p, "client", note.pk))
        assert missing.status_code == 404
        assert browser.post(page(p, "leave")).status_code == 302
    with acting_in(p.account.ref):
        assert Note.objects.get(pk=note.pk).title == "Without control"


def test_every_cache_is_away(p: Practice, browser: Browser, settings: Any) -> None:
    """Nothing that people do needs a cache: pages stand, bookings are only not counted."""
    settings.CACHES = {
        name: {**each, "LOCATION": f"redis://127.0.0.1:{NOBODY_LISTENS}/1"}
        if name != "default"
        else each
        for name, each in settings.CACHES.items()
    }
    for name in ("diary", "clients", "book", "exports"):
        assert browser.get(page(p, name)).status_code == 200
    assert Browser().get("/sign-in/login/").status_code == 200


def test_attempts_to_sign_in_that_cant_be_counted_are_not_let_through(
    p: Practice, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {}
    settings.CACHES = {
        **settings.CACHES,
        "default": {**settings.CACHES["au"], "LOCATION": f"redis://127.0.0.1:{NOBODY_LISTENS}/1"},
    }
    stranger = Browser(raise_request_exception=False)
    words = {"login": p.owner_user.email, "password": PASSWORD}
    assert explains(stranger.post("/sign-in/login/", words))
    assert "session" not in stranger.cookies


def test_a_connection_lost_in_the_middle_of_a_page(p: Practice, browser: Browser) -> None:
    assert browser.get(page(p, "diary")).status_code == 200
    name = connections["region_au"].settings_dict["NAME"]
    with psycopg.connect(parts.standing(HOME).postgres, autocommit=True) as superuser:
        superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
    assert browser.get(page(p, "diary")).status_code in (200, 503)
    assert browser.get(page(p, "diary")).status_code == 200


def test_the_database_refuses_writing_to_a_closing_account(
    p: Practice, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account begins to close between the door's look and the write."""
    with acting_in(p.account.ref):
        AccountAnchor.objects.update(state="closing", closing_at=clock.now())
    monkeypatch.setattr(AccountAnchor, "is_active", True)
    typed = {"given_name": "Typed", "family_name": "Carefully", "reminders": "none"}
    response = browser.post(page(p, "client_new"), typed)
    assert response.status_code == 409
    assert "account is closing" in response.content.decode()
    assert "Carefully" in response.content.decode()
    with acting_in(p.account.ref):
        assert Client.objects.count() == 1


def test_the_database_refuses_changing_a_signed_note(p: Practice, browser: Browser) -> None:
    with acting_in(p.account.ref, by=p.by):
        note = signed(p)
    with pytest.raises(Exception, match="never changes") as refused, acting_in(p.account.ref):
        Note.objects.filter(pk=note.pk).update(version=9)
    request = RequestFactory().post("/", {"title": "Typed with care"})
    request.account = request.member = None  # type: ignore[attr-defined]
    answer = calm_page(request, refused.value)
    assert answer is not None
    assert answer.status_code == 409
    assert "A signed note never changes" in answer.content.decode()
    assert "Typed with care" in answer.content.decode()
