"""Every page that opens a sensitive value leaves an event of the same request (AU-3)."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import connections
from django.test import Client as Browser
from django.urls import reverse

from accounts.logs import request_id
from accounts.models import Account
from accounts.tenancy import acting_in
from notes.models import Note
from privacy.vocabulary import fields
from tests import parts
from tests.browser import sign_in
from tests.conftest import HOME
from tests.factories import make_account, make_user
from tests.notes.parts import Practice, draft, practice, signed
from tests.test_every_view import MEMBERS, fill, values_for

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[tuple[str, str]]]:
    """Count, by request id, the sensitive values that fields open."""
    found: dict[str, set[tuple[str, str]]] = {}
    real = fields.EncryptedField.open

    def counting(field: Any, instance: Any, sealed: fields.Sealed) -> Any:
        value = real(field, instance, sealed)
        if field._is_sensitive and not fields.is_unreadable(value):
            found.setdefault(request_id.get(), set()).add((instance._meta.label, field.name))
        return value

    monkeypatch.setattr(fields.EncryptedField, "open", counting)
    return found


def events_of(account: Account) -> set[str]:
    """Return the ids of the requests that left a reading event, asked as a superuser."""
    name = connections["region_au"].settings_dict["NAME"]
    with psycopg.connect(parts.standing(HOME).postgres, dbname=name) as database:
        rows = database.execute(
            "SELECT DISTINCT request_id FROM accounts_auditqueue WHERE account_id = %s"
            " AND (action LIKE 'record.read' OR action LIKE '%%.downloaded')",
            [account.pk],
        ).fetchall()
    return {row[0] for row in rows}


def test_no_page_opens_a_sensitive_value_unseen(opened: dict[str, set[tuple[str, str]]]) -> None:
    user = make_user()
    account = make_account(owner=user)
    key = fill(account)
    browser = Browser(raise_request_exception=False)
    opened.clear()
    for method in (browser.get, browser.post):  # everything is looked at before anything changes
        for address in MEMBERS:
            sign_in(browser, user, account, stepped_up=True)
            response = method(address.path(**values_for(address, account.slug, key)))
            if response.streaming:
                b"".join(response)
    opened.pop("", None)  # outside requests: what the test itself reads
    assert opened, "no page opened anything: the test walks past"
    told = events_of(account)
    silent = {
        place for request, places in opened.items() if request not in told for place in places
    }
    assert silent == set()


def test_real_records_are_read_in_sight(opened: dict[str, set[tuple[str, str]]]) -> None:
    """The pages of a client with a draft and a signed note, which a filled database can't lead to by one id."""
    p: Practice = practice()
    with acting_in(p.account.ref, by=p.by):
        written = [draft(p), signed(p)]
    browser = Browser()
    sign_in(browser, p.owner_user, p.account, stepped_up=True)
    opened.clear()
    slug = p.account.slug
    for note in written:
        for name in ("note", "note_beside", "note_versions", "note_print", "note_signature"):
            browser.get(reverse(name, args=[slug, note.pk]))
    browser.get(reverse("client", args=[slug, p.client.pk]))
    browser.get(reverse("client_edit", args=[slug, p.client.pk]))
    browser.get(reverse("notes", args=[slug]))
    browser.post(reverse("note_addendum", args=[slug, written[1].pk]), {"text": ""})
    opened.pop("", None)
    assert {label for places in opened.values() for label, _ in places} >= {"notes.Note"}
    assert set(opened) <= events_of(p.account)


def test_what_was_opened_is_told_though_nothing_came_of_it(
    opened: dict[str, set[tuple[str, str]]],
) -> None:
    """A read that went back with its transaction would be a way to look unseen."""
    p = practice()
    with acting_in(p.account.ref, by=p.by):
        note = signed(p)
    token = request_id.set("a request that fails")
    try:
        with pytest.raises(ZeroDivisionError), acting_in(p.account.ref, by=p.by):
            _ = len(Note.objects.get(pk=note.pk).content) / 0
    finally:
        request_id.reset(token)
    assert "a request that fails" in opened
    assert "a request that fails" in events_of(p.account)
