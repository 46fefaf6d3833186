"""Booking codes: made, shown once, found however they are typed, worthless once used or revoked."""

from __future__ import annotations

import re

import pytest

from accounts.models import Role
from accounts.tenancy import acting_in
from clients import codes
from clients.models import BookingCode
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM
from tests.bookings.office import Office, browser_of, open_office
from tests.factories import make_client

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def office() -> Office:
    return open_office()


def test_found_however_it_is_typed(office: Office) -> None:
    with acting_in(office.account.ref):
        client = make_client()
        row, text = codes.issue(by=SYSTEM, client=client)
        assert re.fullmatch(r"[A-Z2-9]{4}-[A-Z2-9]{4}", text)
        assert text.replace("-", "").encode() not in bytes(row.digest)
        for typed in (text, text.lower(), text.replace("-", ""), f" {text[:4]} {text[5:]} "):
            found = codes.find(typed)
            assert found is not None
            assert found.client_id == client.pk
        for typed in ("", text[:-1], "AAAA-AAAA", "ÄÖ", "x" * 20):
            assert codes.find(typed) is None


def test_once_until_revoked_or_archived(office: Office) -> None:
    with acting_in(office.account.ref):
        client = make_client()
        single, once = codes.issue(by=SYSTEM, client=client)
        lasting, always = codes.issue(by=SYSTEM, client=client, is_single_use=False)
        for row in (single, lasting):
            codes.use(by=SYSTEM, code=row)
        assert codes.find(once) is None
        assert codes.find(always) is not None
        assert list(codes.live_codes(client)) == [lasting]
        codes.revoke(by=SYSTEM, code=lasting)
        codes.revoke(by=SYSTEM, code=lasting)
        assert codes.find(always) is None
        _row, third = codes.issue(by=SYSTEM, client=client)
        client.archived_at = clock.now()
        client.save()
        assert codes.find(third) is None


def test_a_code_of_another_practice_is_no_code(office: Office) -> None:
    with acting_in(office.account.ref):
        _row, text = codes.issue(by=SYSTEM, client=make_client())
    with acting_in(open_office().account.ref):
        assert codes.find(text) is None


def test_shown_once_on_the_page_and_revoked_there(office: Office) -> None:
    with acting_in(office.account.ref):
        client = make_client()
    browser, address = office.browser(), office.url("client_codes", client.pk)
    words = browser.post(address).content.decode()
    # An id may look like a code, too, but is part of a longer word
    shown = re.search(r"(?<![\w-])[A-Z2-9]{4}-[A-Z2-9]{4}(?![\w-])", words)
    assert shown
    assert shown[0] not in browser.get(address).content.decode()
    with acting_in(office.account.ref):
        row = BookingCode.objects.get()
        assert row.is_single_use
    browser.post(office.url("code_revocation", client.pk, row.pk))
    with acting_in(office.account.ref):
        assert codes.find(shown[0]) is None
    assert browser.post(address, {"lasts": "on"}).status_code == 200
    with acting_in(office.account.ref):
        assert codes.live_codes(client).get().is_single_use is False


def test_only_who_may_edit_clients_of_this_practice(office: Office) -> None:
    with acting_in(office.account.ref):
        client = make_client()
    assert (
        browser_of(office.account, Role.BOOKKEEPER)
        .post(office.url("client_codes", client.pk))
        .status_code
        == 403
    )
    neighbour = open_office()
    assert neighbour.browser().post(neighbour.url("client_codes", client.pk)).status_code == 404
