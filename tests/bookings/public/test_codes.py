"""Booking with a code of the practice: it lands on the known client; every other text gets one and the same answer."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import caches
from django.db import connections
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import acting_in
from bookings.models import Appointment, Attendee
from bookings.public import restraint
from clients import codes
from clients.models import Client
from privacy.vocabulary.scope import SYSTEM
from tests.bookings.public import NOW, TEN, Practice, at, fill, open_practice
from tests.bookings.public.test_details import blanked
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def practice(settings: Any, cache_address: str) -> Practice:
    at(NOW, settings)
    settings.CACHES = {
        **settings.CACHES,
        "au": {**settings.CACHES["au"], "LOCATION": cache_address},
    }
    caches["au"].clear()
    return open_practice()


def known(practice: Practice, *, is_single_use: bool = True) -> tuple[Client, str]:
    with acting_in(practice.account.ref):
        client = make_client(given_name="Leila", email="leila@mail.example")
        _row, text = codes.issue(by=SYSTEM, client=client, is_single_use=is_single_use)
    return client, text


def test_a_code_leads_to_the_known_client_and_overwrites_nothing(practice: Practice) -> None:
    client, code = known(practice)
    assert fill(Browser(), practice.details(), code=code.lower()).status_code == 303
    with acting_in(practice.account.ref):
        place = Attendee.objects.get()
        assert (place.client_id, place.provenance) == (client.pk, "self_booking")
        kept = Client.objects.get()
        assert (kept.given_name, kept.email, kept.updated_at) == (
            "Leila",
            "leila@mail.example",
            client.updated_at,
        )
    again = fill(Browser(), practice.details(TEN.replace(hour=12)), code=code)
    assert again.status_code == 422, "it worked once"


def test_a_lasting_code_works_again(practice: Practice) -> None:
    _client, code = known(practice, is_single_use=False)
    for hour in (10, 12):
        answer = fill(Browser(), practice.details(TEN.replace(hour=hour)), code=code)
        assert answer.status_code == 303


def test_a_code_is_spent_by_a_booking_alone(practice: Practice) -> None:
    _client, code = known(practice)
    refused = Browser().post(practice.details(TEN.replace(minute=7)), {"code": code})
    assert refused.status_code == 422
    assert fill(Browser(), practice.details(), code=code).status_code == 303


def test_the_same_answer_with_and_without_a_code(practice: Practice) -> None:
    _client, code = known(practice)
    answers = []
    for given in (code, ""):
        browser = Browser()
        answer = fill(browser, practice.details(), code=given)
        page = browser.get(answer["Location"])
        answers.append((answer.status_code, page.status_code, blanked(page.content)))
        with acting_in(practice.account.ref):
            Attendee.objects.update(state="cancelled")
            Appointment.objects.update(state="cancelled")
    assert answers[0] == answers[1]


def test_wrong_used_and_revoked_codes_are_answered_alike(practice: Practice) -> None:
    client, used = known(practice)
    with acting_in(practice.account.ref):
        row, revoked = codes.issue(by=SYSTEM, client=client)
        codes.revoke(by=SYSTEM, code=row)
        spent = codes.find(used)
        assert spent is not None
        codes.use(by=SYSTEM, code=spent)
    answers = []
    for text in (used, revoked, "AAAA-AAAA"):
        browser = Browser()
        page = browser.get(practice.details())
        hidden = {name: page.context["form"].initial[name] for name in ("key", "notice")}
        typed = {"given_name": "A", "family_name": "B", "email": "a@mail.example"}
        with CaptureQueriesContext(connections["region_au"]) as queries:
            answer = browser.post(practice.details(), {**typed, **hidden, "code": text})
        words = blanked(answer.content).replace(text, "…")
        for value in hidden.values():
            words = words.replace(value, "…")
        answers.append((answer.status_code, words, len(queries)))
    assert answers[0] == answers[1] == answers[2]
    assert "This code doesn’t work" in answers[0][1]


def test_guessing_ends(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restraint, "CODES_PER_NETWORK_ADDRESS", 2)
    _client, code = known(practice)
    for text in ("AAAA-AAAA", "BBBB-BBBB", code):
        answer = fill(Browser(), practice.details(), code=text)
        assert answer.status_code == 422, "from now on even the right one says nothing"
    elsewhere = Browser(REMOTE_ADDR="192.0.2.7")
    assert fill(elsewhere, practice.details(), code=code, email="b@mail.example").status_code == 303
