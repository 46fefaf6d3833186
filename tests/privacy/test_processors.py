"""Nobody new handles data before Owners knew for thirty days, could object, and the day has come (TP-1)."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client as Browser

from accounts.models import Account, User
from accounts.processors import Processor, Terms, processor, processor_for
from accounts.tenancy import acting_in
from privacy import sweeping
from privacy.models import ProcessorNotice
from privacy.promises.evidence import Verdict
from privacy.promises.judging import judge
from privacy.promises.register import PROMISES
from privacy.vocabulary import clock
from tests.browser import sign_in
from tests.factories import make_account, make_member, make_user
from tests.privacy import scene

pytestmark = pytest.mark.django_db(databases="__all__")


def terms(begins_in: int, ends_in: int | None = None) -> Terms:
    today = clock.now().astimezone(UTC).date()
    return Terms(
        company="Paper Plane Ltd",
        country="NZ",
        receives=("e-mail addresses", "texts of messages"),
        basis="adequacy",
        agreed_on=today,
        keeps="30 days",
        contact="privacy@plane.example",
        announced_on=today,
        begins_on=today + timedelta(days=begins_in),
        ends_on=None if ends_in is None else today + timedelta(days=ends_in),
    )


@pytest.fixture
def coming(settings: Any) -> Processor:
    new = Processor("plane", ("sms",), ("plane.example",), terms=terms(31))
    old = Processor("pigeon", ("sms",), ("pigeon.example",), terms=terms(-400, ends_in=-5))
    settings.PROCESSORS = {**settings.PROCESSORS, "au": (*settings.PROCESSORS["au"], new, old)}
    return new


@pytest.fixture
def owner() -> User:
    return make_user(name="Mei Tanaka")


@pytest.fixture
def account(owner: User) -> Account:
    return make_account(owner=owner)


def board(account: Account) -> tuple[Verdict, str]:
    with acting_in(account.ref):
        [found] = judge([each for each in PROMISES if each.number == 10])
    return found.evidence[0].verdict, found.evidence[0].words


def test_nobody_is_called_before_their_day_or_after(settings: Any, coming: Processor) -> None:
    assert processor("au", "sms", "plane.example") is None
    assert processor("au", "sms", "pigeon.example") is None
    settings.CLOCK_OFFSET = timedelta(days=32)
    assert processor("au", "sms", "plane.example") == coming
    assert processor("eu", "sms", "plane.example") is None
    assert processor_for("au", "sms") != coming  # who was there before is asked first


def test_the_owner_hears_of_somebody_new_once(
    client: Browser, settings: Any, coming: Processor, account: Account, owner: User
) -> None:
    for _ in range(2):
        sweeping.sweep_account(account.ref)
        scene.run_jobs(account)
    [letter] = mail.outbox
    assert letter.to == [owner.email]
    assert letter.subject.startswith("Paper Plane Ltd will handle some of your data from ")
    assert f"/a/{account.slug}/processors/" in letter.body
    verdict, words = board(account)
    assert verdict == Verdict.YOURS
    assert words.endswith("you may object")
    settings.CLOCK_OFFSET = timedelta(days=32)
    assert board(account)[0] == Verdict.KEPT


def test_the_owner_objects_and_the_vendor_reads_it(
    client: Browser, settings: Any, coming: Processor, account: Account, owner: User
) -> None:
    page = f"/a/{account.slug}/processors/"
    sign_in(client, owner, account)
    before = client.get(page).content.decode()
    assert "Paper Plane Ltd, from " in before
    assert "Send the objection" not in before  # of which nobody was told yet
    sweeping.sweep_account(account.ref)
    scene.run_jobs(account)
    with acting_in(account.ref):
        notice = ProcessorNotice.objects.get()
    shown = client.get(page).content.decode()
    for words in ("Delivers text messages", "New Zealand", "texts of messages", "Formerly"):
        assert words in shown
    objecting = f"{page}{notice.pk}/objection/"
    empty = client.post(objecting, {"words": ""})
    assert (empty.status_code, "Say what you object to." in empty.content.decode()) == (422, True)
    assert client.post(objecting, {"words": "Not outside Australia."}).status_code == 302
    scene.run_jobs(account)
    letter = mail.outbox[-1]
    assert letter.to == [settings.VENDOR["privacy_address"]]
    assert letter.body == "Not outside Australia."
    assert "Not outside Australia." in client.get(page).content.decode()
    assert board(account)[0] == Verdict.KEPT
    assert client.post(objecting, {"words": "Again"}).status_code == 422
    member, _ = make_member(account, "manager")
    sign_in(client, member, account)
    assert client.post(objecting, {"words": "Me too"}).status_code == 403


def test_everybody_can_read_who_comes_and_who_went(client: Browser, coming: Processor) -> None:
    shown = client.get("/privacy/").content.decode()
    for words in ("Paper Plane Ltd, New Zealand", "From ", "Formerly:", "until "):
        assert words in shown
