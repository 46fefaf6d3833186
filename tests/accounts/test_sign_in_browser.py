"""Signing up and in with a real browser: passkeys on a virtual authenticator, the way in without JavaScript."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core import mail
from playwright.sync_api import Page, expect, sync_playwright

from tests.factories import PASSWORD, make_account, make_user

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.django_db(transaction=True, databases="__all__"),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(autouse=True)
def mailbox(settings: Any) -> None:
    """Every route's mail, kept in memory."""
    settings.MAILERS = {
        name: {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
        for name in settings.MAILERS
    }
    mail.outbox = []


def play(server: str, scene: Callable[[Page], None], **options: Any) -> None:
    """Run a scene in a new browser, on a thread of its own; no script may fail in it, no policy be broken."""
    problems: list[str] = []

    def run() -> None:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
            )
            # Passkeys belong to a host name: an IP address is none
            context = browser.new_context(
                base_url=server.replace("127.0.0.1", "localhost"), **options
            )
            context.set_default_timeout(10_000)
            page = context.new_page()
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


def sign_in(page: Page, email: str) -> None:
    page.goto("/sign-in/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_passkey_is_added_and_opens_the_practice(live_server: Any) -> None:
    user = make_user()
    account = make_account(owner=user)

    def scene(page: Page) -> None:
        devtools = page.context.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        sign_in(page, user.email)
        page.goto("/sign-in/second-factor/")
        page.get_by_role("link", name="Passkeys").click()
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
        page.get_by_label("Name").fill("Work laptop")
        page.get_by_label("Sign in with it alone").check()
        page.get_by_role("button", name="Add it").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
        page.goto("/sign-in/second-factor/webauthn/")
        expect(page.get_by_text("Work laptop")).to_be_visible()
        page.goto("/sign-in/logout/")
        page.get_by_role("button", name="Sign out").click()
        page.goto("/sign-in/login/")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url(f"**/a/{account.slug}/**")
        # and as the second factor after the password
        page.goto("/sign-in/logout/")
        page.get_by_role("button", name="Sign out").click()
        sign_in(page, user.email)
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url(f"**/a/{account.slug}/**")

    play(live_server.url, scene)


def test_a_refused_passkey_says_what_else_to_do(live_server: Any) -> None:
    def scene(page: Page) -> None:
        devtools = page.context.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        options = {**AUTHENTICATOR, "isUserVerified": False}
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        page.goto("/sign-in/login/")
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_text("use your password")).to_be_visible()

    play(live_server.url, scene)


def test_an_account_is_opened_without_javascript(live_server: Any) -> None:
    def scene(page: Page) -> None:
        page.goto("/")
        page.get_by_role("link", name="Open an account").click()
        page.get_by_label("E-mail").fill("aoife@mail.example")
        page.get_by_label("Password").fill("three random words here")
        page.get_by_role("button", name="Continue").click()
        code = re.search(r"^([A-Z0-9-]{4,12})$", str(mail.outbox[-1].body), re.M)
        assert code is not None
        page.get_by_label("Code").fill(code[1])
        page.get_by_role("button", name="Confirm").click()
        page.get_by_label("Name of the practice").fill("Kluane Physio")
        page.get_by_label("Country you practise in").select_option(label="Canada")
        page.get_by_label("Your name").fill("Aoife Byrne")
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_label("Name of the practice")).to_have_value("Kluane Physio")
        page.get_by_label("State, province or territory").select_option(label="Yukon")
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your data will live in Oregon")
        page.get_by_label("I accept both").check()
        page.get_by_role("button", name="Open the account").click()
        page.wait_for_url("**/a/kluane-physio/**")

    play(live_server.url, scene, java_script_enabled=False)
