"""The Owner's pages of export, closure and audit: for the Owner alone, after a fresh sign-in, also while closing."""

import io
import json
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connections
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import audit, control_tasks, sequencer
from accounts.models import Account, AuditHead, Role, User
from accounts.tenancy import acting_in
from notes.models import Note
from privacy import closure, exporting, purge
from privacy.export.verify_export import verify
from privacy.models import Export
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM
from tests.browser import sign_in
from tests.factories import make_account, make_client, make_member, make_user, owner_of
from tests.privacy import scene

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
OWNERS_PAGES = ["exports", "export_progress", "export_jobs", "closure", "audit_log"]


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


def a_copy(account: Account) -> Export:
    owner = owner_of(account)
    with acting_in(account.ref, by=owner.actor):
        export = exporting.request(by=owner.actor, member=owner)
    scene.run_jobs(account)
    with acting_in(account.ref):
        found: Export = Export.objects.get(pk=export.pk)
        return found


OPEN = {"scope": "account", "encryption": "none"}


def download(browser: Browser, account: Account, export: Export) -> Any:
    """Ask for a link and use it."""
    return browser.get(browser.post(page(account, "export_link", export.pk))["Location"])


def bytes_of(response: Any) -> bytes:
    data = b"".join(response.streaming_content)
    response.close()
    return data


@pytest.mark.parametrize("name", OWNERS_PAGES)
@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.RECEPTION, Role.BOOKKEEPER])
def test_nobody_but_the_owner(client: Browser, account: Account, name: str, role: str) -> None:
    user, _ = make_member(account, role)
    sign_in(client, user, account, stepped_up=True)
    assert client.get(page(account, name)).status_code == 403


@pytest.mark.parametrize("name", ["exports", "closure"])
def test_a_fresh_sign_in_is_asked_for(
    client: Browser, user: User, account: Account, name: str
) -> None:
    sign_in(client, user, account, stepped_up=False)
    response = client.get(page(account, name))
    assert (response.status_code, "again=1" in response["Location"]) == (302, True)


def test_a_copy_is_made_watched_and_downloaded(browser: Browser, account: Account) -> None:
    scene.fill(account)
    empty = browser.get(page(account, "exports"))
    assert b"Choose records, fields and days instead" in empty.content
    assert browser.post(page(account, "exports"), OPEN).status_code == 302
    running = browser.get(page(account, "exports"))
    assert b"Making your copy" in running.content
    assert b'hx-trigger="every 2s"' in browser.get(page(account, "export_progress")).content
    assert b"Your copy" in browser.get(page(account, "export_jobs")).content
    scene.run_jobs(account)
    done = browser.get(page(account, "export_progress"))
    assert b"Complete and verified" in done.content
    assert b"hx-trigger" not in done.content
    with acting_in(account.ref):
        export = Export.objects.get()
    assert export.sha256.encode() in done.content
    response = download(browser, account, export)
    assert response["Content-Length"] == str(export.size)
    # The practice names a file after its own day, not after UTC's
    day = export.snapshot_at.astimezone(ZoneInfo("Australia/Sydney")).date().isoformat()
    assert response["Content-Disposition"] == f'attachment; filename="{account.slug}-{day}.zip"'
    assert verify(io.BytesIO(bytes_of(response))).problems == []
    assert chained(account).count("export.downloaded") == 1
    assert b"restricted" not in done.content
    with acting_in(account.ref):
        Note.objects.update(is_restricted=True)
    assert b"Also the words of restricted notes" in browser.get(page(account, "exports")).content
    assert browser.post(page(account, "exports"), OPEN | {"whole": "on"}).status_code == 302
    scene.run_jobs(account)
    assert b"With restricted notes" in browser.get(page(account, "exports")).content
    assert b"leaves out the words" not in browser.get(page(account, "closure")).content
    assert browser.post(page(account, "exports"), OPEN).status_code == 302
    scene.run_jobs(account)
    assert b"Without the words" in browser.get(page(account, "exports")).content
    assert b"leaves out the words" in browser.get(page(account, "closure")).content


def chained(account: Account) -> list[str]:
    """Let the sequencer run; return the actions of the account's chain in order."""
    while sequencer.sequence("au-1"):
        pass
    with acting_in(account.ref, reading=True):
        from accounts.models import AuditEvent

        return list(AuditEvent.objects.order_by("seq").values_list("action", flat=True))


def test_a_copy_of_another_account_is_not_there(browser: Browser, account: Account) -> None:
    theirs = a_copy(make_account())
    assert browser.get(page(account, "export_file", theirs.pk)).status_code == 404
    assert browser.post(page(account, "export_link", theirs.pk)).status_code == 404


def test_a_copy_goes_after_seven_days(browser: Browser, account: Account, settings: Any) -> None:
    export = a_copy(account)
    settings.CLOCK_OFFSET = timedelta(days=7, minutes=1)
    with acting_in(account.ref):
        from accounts.models import RegionSession

        late = clock.now() + timedelta(hours=1)
        RegionSession.objects.update(
            expires_at=late, last_seen_at=clock.now(), stepped_up_at=clock.now()
        )
    response = browser.post(page(account, "export_link", export.pk))
    assert (response.status_code, response["Location"]) == (302, page(account, "exports"))


def test_a_failed_copy_says_why_and_can_be_tried_again(browser: Browser, account: Account) -> None:
    owner = owner_of(account)
    with acting_in(account.ref):
        Export(requested_by=owner, state="failed", problem="storage").save(force_insert=True)
    shown = browser.get(page(account, "exports")).content.decode()
    assert "The region&#x27;s file store did not take the file." in shown
    assert "Try again" in shown
    browser.post(page(account, "exports"), OPEN)
    assert b"Making your copy" in browser.get(page(account, "exports")).content


def test_closing_needs_the_name_and_a_statement(browser: Browser, account: Account) -> None:
    wrong = browser.post(page(account, "closure"), {"name": "Harbor Physio", "copy": "have"})
    assert wrong.status_code == 422
    assert "That isn&#x27;t the name of this practice." in wrong.content.decode()
    assert 'value="Harbor Physio"' in wrong.content.decode()
    silent = browser.post(page(account, "closure"), {"name": "Harbour Physio"})
    assert "Say whether you have a copy or need none." in silent.content.decode()
    with acting_in(account.ref):
        assert closure.open_closure() is None


def test_closing_shows_its_dates_and_the_copy(browser: Browser, account: Account) -> None:
    export = a_copy(account)
    assert export.sha256.encode() in browser.get(page(account, "closure")).content
    done = browser.post(page(account, "closure"), {"name": " harbour  physio", "copy": "have"})
    assert done.status_code == 302
    with acting_in(account.ref):
        current = closure.open_closure()
        assert current is not None
        assert (current.has_copy, current.export_id) == (True, export.pk)
    shown = browser.get(page(account, "closure")).content.decode()
    assert "This account is closing" in shown
    assert "Keep the account" in shown
    banner = browser.get(page(account, "exports")).content.decode()
    assert "This account is closing: you can read and export, not change" in banner


def test_a_closing_account_can_still_be_copied_and_kept(browser: Browser, account: Account) -> None:
    browser.post(page(account, "closure"), {"name": "Harbour Physio", "copy": "none"})
    browser.post(page(account, "exports"), OPEN)
    scene.run_jobs(account)
    with acting_in(account.ref):
        export = Export.objects.get()
    assert bytes_of(download(browser, account, export)).startswith(b"PK")
    assert browser.post(page(account, "closure_cancel")).status_code == 302
    assert b"Close this account" in browser.get(page(account, "closure")).content
    again = browser.post(page(account, "closure_cancel"), follow=True)
    assert "This account isn&#x27;t closing." in again.content.decode()


def test_the_certificate_is_the_former_owners_alone(
    client: Browser,
    browser: Browser,
    account: Account,
    user: User,
    settings: Any,
    cache_address: str,
) -> None:
    scene.fill(account)
    settings.CACHES = {
        **settings.CACHES,
        "au": {**settings.CACHES["au"], "LOCATION": cache_address},
    }
    where = reverse("closed", args=[account.slug])
    assert browser.get(where).status_code == 404
    browser.post(page(account, "closure"), {"name": "Harbour Physio", "copy": "none"})
    settings.CLOCK_OFFSET = timedelta(days=31)
    scene.run_jobs(account)
    control_tasks.run_open("au-1")

    client.logout()
    assert client.get(where)["Location"].startswith("/sign-in/")
    client.force_login(make_user())
    assert client.get(where).status_code == 404
    client.force_login(user)
    shown = client.get(where).content.decode()
    assert "Harbour Physio is closed" in shown
    assert f'href="{where}"' in client.get(reverse("accounts")).content.decode()
    file = client.get(reverse("closed_certificate", args=[account.slug]))
    account.refresh_from_db()
    assert json.loads(file.content) == account.certificate
    assert purge.is_certified(account)


def test_the_audit_says_who_did_what(browser: Browser, account: Account) -> None:
    owner = owner_of(account)
    with acting_in(account.ref, by=owner.actor):
        person = make_client(given_name="Leila", family_name="Haddad")
        audit.record("client.added", by=owner.actor, of=person, client_id=person.pk)
        audit.record("export.built", by=SYSTEM, kind="privacy.Export", count=1240)
    make_account()
    chained(account)
    shown = browser.get(page(account, "audit_log")).content.decode()
    for words in (
        "Client added",
        "Leila Haddad",
        "Mei Tanaka",
        "Export built",
        "× 1,240",
        "Keepwell itself",
    ):
        assert words in shown
    only = browser.get(page(account, "audit_log"), {"what": "client.added"}).content.decode()
    assert ('<th scope="row">Client added' in only, '<th scope="row">Export built' in only) == (
        True,
        False,
    )
    his = browser.get(page(account, "audit_log"), {"who": str(owner.pk)}).content.decode()
    assert "Keepwell itself" not in his
    about = browser.get(page(account, "audit_log"), {"client": str(person.pk)}).content.decode()
    assert ("Leila Haddad" in about, '<th scope="row">Export built' in about) == (True, False)
    assert (
        browser.get(page(account, "audit_log"), {"who": "nonsense", "page": "x"}).status_code == 200
    )
    with acting_in(account.ref, reading=True):
        assert AuditHead.objects.get().seq >= 2


def test_only_a_whole_page_asks_what_is_under_way(browser: Browser, account: Account) -> None:
    """The frame shows it; results that appear as somebody types have no frame."""
    address = page(account, "client_search")
    for headers, asked in (({}, True), ({"HX-Request": "true"}, False)):
        with CaptureQueriesContext(connections["region_au"]) as queries:
            assert browser.post(address, {"q": "leila"}, headers=headers).status_code == 200
        assert any("privacy_export" in query["sql"] for query in queries) == asked


def test_lists_ask_as_often_for_three_as_for_one(browser: Browser, account: Account) -> None:
    owner = owner_of(account)

    def asked() -> tuple[int, int]:
        chained(account)
        with CaptureQueriesContext(connections["region_au"]) as app:
            browser.get(page(account, "exports"))
        with CaptureQueriesContext(connections["region_au_reader"]) as reader:
            browser.get(page(account, "audit_log"))
        return len(app), len(reader)

    def one_more() -> None:
        with acting_in(account.ref, by=owner.actor):
            now = clock.now()
            person = make_client()
            audit.record("client.added", by=owner.actor, of=person, client_id=person.pk)
            Export(
                requested_by=owner,
                state="ready",
                snapshot_at=now,
                expires_at=now + timedelta(days=1),
            ).save(force_insert=True)

    one_more()
    first = asked()
    one_more()
    one_more()
    assert asked() == first
