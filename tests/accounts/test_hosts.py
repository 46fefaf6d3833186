"""A host for control and one for each region: every page on its own, cookies too, and the way between them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client
from django.utils.csp import CSP
from playwright.sync_api import Page, expect, sync_playwright

from accounts import hosts, sessions
from accounts.models import Account, EntryCode, RegionSession, User
from accounts.models.practice import current_anchor
from accounts.templatetags.keepwell import undo_url
from accounts.tenancy import acting_in
from bookings.messaging.links import absolute
from privacy.vocabulary import clock
from tests.factories import PASSWORD, make_account, make_user

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
APP, AU, EU = "app.localhost", "au.localhost", "eu.localhost"


def serve_apart(settings: Any, port: int | None = None) -> dict[str, str]:
    """Give control, Australia and Europe a host each; return the address of each by its name."""
    at = {host: f"http://{host}" + (f":{port}" if port else "") for host in (APP, AU, EU)}
    cells = settings.CELLS
    settings.BASE_URL = at[APP]
    settings.CELLS = cells | {
        "au-1": replace(cells["au-1"], host=at[AU]),
        "eu-1": replace(cells["eu-1"], host=at[EU]),
    }
    settings.ALLOWED_HOSTS = [APP, AU, EU]
    settings.SECURE_CSP = settings.SECURE_CSP | {"form-action": [CSP.SELF, *at.values()]}
    return at


class Walker:
    """A browser without a picture: one cookie jar for each host, redirects followed one by one."""

    def __init__(self) -> None:
        self.jars: dict[str, Client] = {}

    def at(self, host: str) -> Client:
        """Return the jar of a host."""
        return self.jars.setdefault(host, Client(headers={"host": host}))

    def get(self, address: str) -> Any:
        """Ask for one address and nothing after it."""
        where = urlsplit(address)
        return self.at(str(where.hostname)).get(f"{where.path}?{where.query}")

    def walk(self, address: str) -> tuple[str, Any]:
        """Follow every redirect; return the last address and its answer."""
        for _ in range(12):
            answer = self.get(address)
            if answer.status_code != 302:
                return address, answer
            origin = "://".join(urlsplit(address)[:2])
            onward = answer["Location"]
            address = onward if "://" in onward else origin + onward
        raise AssertionError(f"The way never ends: {address}")

    def sign_in(self, user: User) -> None:
        """Sign in at control's host."""
        self.at(APP).force_login(user)


@pytest.fixture
def at(settings: Any) -> dict[str, str]:
    """The hosts apart, by their standard ports."""
    return serve_apart(settings)


@pytest.fixture
def owner() -> User:
    """A User."""
    return make_user()


@pytest.fixture
def account(owner: User) -> Account:
    """Their practice in Australia."""
    return make_account(owner=owner)


db = pytest.mark.django_db(databases="__all__")


@db
def test_a_page_of_the_region_is_reached_over_control(
    at: dict[str, str], owner: User, account: Account
) -> None:
    walker = Walker()
    walker.sign_in(owner)
    page = f"{at[AU]}/a/{account.slug}/settings/you/"
    address, answer = walker.walk(page)
    assert (address, answer.status_code) == (page, 200)
    ticket, secret = sessions.cookie_name(account.slug), sessions.BROWSER_COOKIE
    assert {ticket, secret} <= walker.at(AU).cookies.keys()
    assert not {ticket, secret} & walker.at(APP).cookies.keys()
    assert "session" not in walker.at(AU).cookies
    body = answer.content.decode()
    assert f'href="{at[APP]}/sign-in/second-factor/"' in body
    assert f'href="{at[APP]}/accounts/?choose=1"' in body
    assert f'action="{at[AU]}/a/{account.slug}/leave/"' in body


@db
def test_a_practice_without_a_host_of_its_own_is_served_by_control(
    at: dict[str, str], owner: User
) -> None:
    american = make_account(owner=owner, country="US")
    walker = Walker()
    walker.sign_in(owner)
    address, answer = walker.walk(f"{at[APP]}/a/{american.slug}/settings/you/")
    assert answer.status_code == 200
    assert urlsplit(address).hostname == APP


@db
@pytest.mark.parametrize("asked", [APP, EU])
def test_a_practices_page_asked_elsewhere_leads_home(
    at: dict[str, str], owner: User, account: Account, asked: str
) -> None:
    walker = Walker()
    walker.sign_in(owner)
    home = walker.walk(f"{at[AU]}/a/{account.slug}/settings/you/")[0]
    assert walker.walk(f"{at[asked]}/a/{account.slug}/settings/you/")[0] == home
    # Even a ticket that lies on the wrong host, left from before the hosts were apart, opens nothing there
    name = sessions.cookie_name(account.slug)
    walker.at(asked).cookies[name] = walker.at(AU).cookies[name].value
    assert walker.get(f"{at[asked]}/a/{account.slug}/settings/you/").status_code == 302
    assert walker.at(asked).post(f"/a/{account.slug}/settings/you/").status_code == 401
    booking = walker.get(f"{at[asked]}/book/{account.slug}/?who=1")
    assert booking["Location"] == f"{at[AU]}/book/{account.slug}/?who=1"
    assert walker.at(asked).post(f"/book/{account.slug}/").status_code == 404
    assert walker.get(f"{at[AU]}/book/{account.slug}/").status_code == 200


@db
def test_controls_pages_asked_of_a_region_lead_to_control(at: dict[str, str]) -> None:
    walker = Walker()
    for path in ("/", "/accounts/", "/sign-in/login/", "/enter/x/", "/open/", "/admin/"):
        assert walker.get(f"{at[AU]}{path}?x=1")["Location"] == f"{at[APP]}{path}?x=1"
        assert walker.at(AU).post(path).status_code == 404
    assert walker.get(f"{at[AU]}/healthz").status_code == 200


@db
def test_a_foreign_practice_stays_unknown(
    at: dict[str, str], owner: User, account: Account
) -> None:
    walker = Walker()
    walker.sign_in(make_user())
    foreign, answer = walker.walk(f"{at[AU]}/a/{account.slug}/settings/you/")
    nowhere, same = walker.walk(f"{at[AU]}/a/no-such-practice/settings/you/")
    assert (answer.status_code, same.status_code) == (404, 404)
    assert urlsplit(foreign).hostname == urlsplit(nowhere).hostname == APP


@db
def test_a_code_of_another_browser_fails_at_the_regions_host(
    at: dict[str, str], owner: User, account: Account
) -> None:
    walker, thief = Walker(), Walker()
    walker.sign_in(owner)
    lure = thief.get(f"{at[AU]}/a/{account.slug}/enter/")["Location"]
    door = walker.get(lure)["Location"]
    assert urlsplit(door).hostname == AU
    assert walker.get(door).status_code == 400
    assert thief.get(door).status_code == 400
    good = walker.get(walker.get(f"{at[AU]}/a/{account.slug}/enter/")["Location"])["Location"]
    assert walker.get(good).status_code == 302
    assert walker.get(good).status_code == 400
    assert EntryCode.objects.filter(used_at=None).count() == 0


@db
def test_a_step_up_leads_to_control_and_keeps_what_was_wanted(
    at: dict[str, str], owner: User, account: Account
) -> None:
    walker = Walker()
    walker.sign_in(owner)
    walker.walk(f"{at[AU]}/a/{account.slug}/settings/you/")
    address, answer = walker.walk(f"{at[AU]}/a/{account.slug}/settings/security/")
    assert answer.status_code == 200
    assert urlsplit(address)[1:3] == (APP, "/sign-in/reauthenticate/")
    onward = parse_qs(urlsplit(address).query)["next"][0]
    back = walker.at(APP).post(
        f"/sign-in/reauthenticate/?next={onward}", {"password": PASSWORD, "next": onward}
    )
    page = f"{at[AU]}/a/{account.slug}/settings/security/"
    assert walker.walk(at[APP] + back["Location"])[0] == page


@db
def test_leaving_a_practice_ends_the_sign_in_on_the_other_host(
    at: dict[str, str], owner: User, account: Account
) -> None:
    walker = Walker()
    walker.sign_in(owner)
    walker.walk(f"{at[AU]}/a/{account.slug}/settings/you/")
    answer = walker.at(AU).post(f"/a/{account.slug}/leave/")
    assert urlsplit(answer["Location"])[1:3] == (APP, "/sign-in/logout/")
    assert str(owner.pk) not in answer["Location"]
    assert walker.walk(answer["Location"])[0] == f"{at[APP]}/"
    assert "_auth_user_id" not in walker.at(APP).session
    with acting_in(account.ref):
        assert RegionSession.objects.count() == 0


@db
def test_addresses_in_messages_and_undoing_bear_the_regions_host(
    at: dict[str, str], account: Account
) -> None:
    with acting_in(account.ref):
        address = current_anchor().url("book")
    assert address == absolute(address) == f"{at[AU]}/book/{account.slug}/"
    for given, offered in (
        (address, address),
        ("/a/x/", "/a/x/"),
        ("https://evil.example/", ""),
        (f"https://{AU}/", ""),
        ("//evil.example/", ""),
        ("javascript:x", ""),
        ("", ""),
    ):
        assert undo_url(Message(constants.SUCCESS, "Done", f"undo={given}")) == offered, given


def test_on_one_host_links_stay_short() -> None:
    assert not hosts.are_apart()
    assert hosts.of_control("/accounts/") == "/accounts/"


def elsewhere(act: Callable[[], Any]) -> Any:
    """Run `act` on a thread of its own: the browser's thread may not touch databases."""

    def run() -> Any:
        try:
            return act()
        finally:
            for each in connections.all():
                each.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def let_eleven_minutes_pass(account: Account) -> None:
    """Make every proof of who somebody is eleven minutes older, in control and in the region."""
    for row in Session.objects.all():
        store = SessionStore(row.session_key)
        for record in store.get(AUTHENTICATION_METHODS_SESSION_KEY, []):
            record["at"] -= 660
        store.modified = True
        store.save()
    with acting_in(account.ref):
        RegionSession.objects.update(stepped_up_at=clock.now() - timedelta(minutes=11))


@pytest.mark.django_db(transaction=True, databases="__all__")
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_a_day_over_two_hosts_in_a_real_browser(
    live_server: Any, settings: Any, owner: User, account: Account
) -> None:
    at = serve_apart(settings, urlsplit(live_server.url).port)
    inside = f"{at[AU]}/a/{account.slug}"

    def day(page: Page) -> None:
        page.goto(f"{inside}/settings/you/")
        page.get_by_label("E-mail").fill(owner.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page).to_have_url(f"{inside}/settings/you/")
        of = {cookie["name"]: cookie["domain"] for cookie in page.context.cookies()}
        assert of["session"] == APP
        assert of["browser"] == of[sessions.cookie_name(account.slug)] == AU
        page.get_by_label("Name").fill("Aoife Byrne")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved.")).to_be_visible()
        page.goto(f"{inside}/settings/security/")  # signing in was proof enough
        expect(page).to_have_url(f"{inside}/settings/security/")
        elsewhere(lambda: let_eleven_minutes_pass(account))
        page.goto(f"{inside}/settings/security/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Please confirm it is you")
        assert page.url.startswith(at[APP])
        page.get_by_label("Password").fill("not the password")
        page.get_by_role("button", name="Confirm", exact=True).click()
        expect(page.locator(".field__error")).to_contain_text("That is not your password.")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Confirm", exact=True).click()
        expect(page).to_have_url(f"{inside}/settings/security/")
        page.goto(f"{inside}/settings/you/")
        page.get_by_role("link", name="Second factor").click()
        expect(page).to_have_url(f"{at[APP]}/sign-in/second-factor/")
        page.get_by_role("link", name="To your practice").click()
        page.wait_for_url(f"{inside}/**")
        leave = page.locator(f'form[action="{inside}/leave/"] button').first
        leave.evaluate("button => button.form.requestSubmit(button)")
        expect(page).to_have_url(f"{at[APP]}/")
        names = {cookie["name"] for cookie in page.context.cookies()}
        assert sessions.cookie_name(account.slug) not in names
        page.goto(f"{inside}/settings/you/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")

    play(day)


def play(scene: Callable[[Page], None]) -> None:
    """Run a scene in a new browser, on a thread of its own; no script may fail in it, no policy be broken."""
    problems: list[str] = []

    def run() -> None:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page()
            page.set_default_timeout(10_000)
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.on(
                "console", lambda said: problems.append(said.text) if said.type == "error" else None
            )
            try:
                scene(page)
            finally:
                browser.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result()
    assert problems == []
