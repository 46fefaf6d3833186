"""An archive goes to whoever asked for it alone, by a link that works once; what leaves of a client is one row (EX-10)."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pyrage
import pytest
from django.core import mail
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Account, Member, RegionSession, Role, User
from accounts.tenancy import acting_in
from clients.models import Client, Disclosure
from privacy import delivery, exporting
from privacy.export.verify_export import verify
from privacy.models import Export, ExportTicket
from privacy.vocabulary import clock
from tests.browser import sign_in
from tests.factories import make_account, make_member, make_user, owner_of
from tests.privacy import scene

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
WORDS = "four quiet horses"


@pytest.fixture
def user() -> User:
    return make_user(name="Mei Tanaka")


@pytest.fixture
def account(user: User) -> Account:
    return make_account(owner=user, name="Harbour Physio")


@pytest.fixture
def browser(client: Browser, user: User, account: Account) -> Browser:
    sign_in(client, user, account, stepped_up=True)
    return client


def page(account: Account, name: str, *args: Any) -> str:
    return reverse(name, args=[account.slug, *args])


def newest(account: Account) -> Export:
    with acting_in(account.ref):
        found: Export = Export.objects.select_related("client").latest("created_at")
        return found


def link(browser: Browser, account: Account, export: Export) -> str:
    return str(browser.post(page(account, "export_link", export.pk))["Location"])


def bytes_of(response: Any) -> bytes:
    data = b"".join(response.streaming_content)
    response.close()
    return data


def test_a_clients_record_is_asked_for_from_their_page_and_fetched_once(
    browser: Browser, account: Account
) -> None:
    person = scene.fill(account, given_name="Leila", family_name="Haddad")
    here = page(account, "client_copies", person.pk)
    assert here.encode() in browser.get(page(account, "client", person.pk)).content
    assert b"Make a copy" in browser.get(here).content
    short = browser.post(
        here, {"encryption": "passphrase", "passphrase": "short", "again": "short"}
    )
    assert (short.status_code, b"at least 12" in short.content) == (422, True)
    other = browser.post(
        here, {"encryption": "passphrase", "passphrase": WORDS, "again": WORDS[1:]}
    )
    assert b"the same passphrase" in other.content.replace(b"&#x27;", b"")
    assert b"begins with age1" in browser.post(here, {"encryption": "recipient"}).content
    assert browser.post(here, {}).status_code == 422
    given = {"encryption": "passphrase", "passphrase": WORDS, "again": WORDS}
    assert browser.post(here, given).status_code == 302
    assert b"Making the copy" in browser.get(here).content
    assert b"copies" not in browser.get(page(account, "export_jobs")).content  # theirs alone
    scene.run_jobs(account)
    export = newest(account)
    shown = browser.get(here).content
    assert export.sha256.encode() in shown
    assert b"the passphrase that you chose" in shown
    assert export.sha256.encode() not in browser.get(page(account, "exports")).content
    assert (WORDS in str(vars(export)), export.recipient) == (False, "")

    address = link(browser, account, export)
    assert browser.get(address.split("?")[0]).status_code == 404
    response = browser.get(address)
    assert response["Content-Disposition"].endswith('.zip.age"')
    plain = pyrage.passphrase.decrypt(bytes_of(response), WORDS)
    assert verify(io.BytesIO(plain)).problems == []
    assert browser.get(address).status_code == 404
    with acting_in(account.ref):
        [row] = Disclosure.objects.all()
        assert (row.client_id, row.way, row.of_id) == (person.pk, "export", export.pk)
    [message] = mail.outbox
    assert here in message.body
    assert "Leila" not in f"{message.subject}{message.body}"


def test_a_link_is_for_one_member_one_archive_and_five_minutes(
    browser: Browser, account: Account, user: User, settings: Any
) -> None:
    person = scene.fill(account)
    colleague, member = make_member(account, Role.PRACTITIONER)
    theirs = Browser()
    sign_in(theirs, colleague, account, stepped_up=True)
    wanted = {"encryption": "none"}
    assert theirs.post(page(account, "client_copies", person.pk), wanted).status_code == 302
    scene.run_jobs(account)
    export = newest(account)
    assert export.requested_by_id == member.pk
    # Of a client, each has their own: not even the Owner gets a colleague's
    assert browser.post(page(account, "export_link", export.pk)).status_code == 404
    assert theirs.get(page(account, "exports")).status_code == 403
    address = link(theirs, account, export)
    assert browser.get(address).status_code == 404

    other = theirs.get(address.replace(str(export.pk), str(person.pk)))
    assert other.status_code == 404
    settings.CLOCK_OFFSET = delivery.TICKET_LIFE + timedelta(seconds=1)
    assert theirs.get(address).status_code == 404
    assert theirs.get(link(theirs, account, export)).status_code == 200
    with acting_in(account.ref):
        RegionSession.objects.filter(member=member).update(stepped_up_at=None)
    assert theirs.post(page(account, "export_link", export.pk)).status_code == 401
    with acting_in(account.ref):
        RegionSession.objects.filter(member=member).update(stepped_up_at=clock.now())
        late = exporting.LIFE + timedelta(hours=1)
    address = link(theirs, account, export)
    with acting_in(account.ref):
        Export.objects.filter(pk=export.pk).update(expires_at=clock.now() - late)
    assert theirs.get(address).status_code == 404
    with acting_in(account.ref):
        Export.objects.filter(pk=export.pk).update(expires_at=clock.now() + late)
        Member.objects.filter(pk=member.pk).update(rights={"copies": "no"})
    assert theirs.get(address).status_code == 403
    with acting_in(account.ref):
        Member.objects.filter(pk=member.pk).update(removed_at=clock.now())
        assert ExportTicket.objects.filter(used_at__isnull=False).count() == 1
    assert theirs.get(address).status_code == 302  # nobody any more: to the sign-in


def test_many_links_are_refused_and_old_ones_swept(
    browser: Browser, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "MOST_AN_HOUR", 2)
    monkeypatch.setattr(exporting, "MOST_A_DAY", 1)
    given = {"scope": "account", "encryption": "none"}
    browser.post(page(account, "exports"), given)
    scene.run_jobs(account)
    export = newest(account)
    again = browser.post(page(account, "exports"), given, follow=True)
    assert b"Too many copies" in again.content
    for _ in range(2):
        assert "ticket=" in link(browser, account, export)
    assert link(browser, account, export) == page(account, "exports")
    assert b"Too many downloads" in browser.get(page(account, "exports")).content


def test_the_owner_takes_parts_and_whoever_sees_the_audit_is_told(
    browser: Browser, account: Account, user: User
) -> None:
    scene.fill(account)
    manager, _ = make_member(account, Role.MANAGER)
    with acting_in(account.ref):
        practitioner = owner_of(account).practitioners.get()
    asked = {"scope": "practitioner", "encryption": "none"}
    assert browser.post(page(account, "exports"), asked).status_code == 422
    asked["practitioner"] = str(practitioner.pk)
    assert browser.post(page(account, "exports"), asked).status_code == 302
    scene.run_jobs(account)
    assert newest(account).practitioner_id == practitioner.pk
    assert sorted(each.to[0] for each in mail.outbox) == sorted([manager.email, user.email])
    choice = page(account, "export_choice")
    assert b"Appointment" in browser.get(choice).content
    fields = browser.get(choice, {"kind": "bookings.appointment"}).content
    assert b"bookings.appointment:starts_at" in fields
    assert browser.post(choice, {"encryption": "none"}).status_code == 422
    given = {
        "encryption": "none",
        "kind": ["bookings.appointment", "clients.client"],
        "field": ["bookings.appointment:starts_at"],
        "since": "2026-01-01",
    }
    assert browser.post(choice, given).status_code == 302
    scene.run_jobs(account)
    made = newest(account)
    assert made.choices["kinds"] == {"bookings.appointment": ["starts_at"], "clients.client": []}
    assert b"A chosen set of data" in browser.get(page(account, "exports")).content
    bytes_of(browser.get(link(browser, account, made)))
    with acting_in(account.ref):
        assert Disclosure.objects.get().kinds == ["clients.client"]
        assert Client.objects.count() == 1
