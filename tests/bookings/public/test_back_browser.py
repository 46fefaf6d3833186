"""Going back in a real browser: the time that is kept for a visitor stays theirs, and nothing asks to send again."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from accounts.tenancy import acting_in
from bookings.models import Appointment
from tests.bookings.public import NOW, Practice, at, open_practice

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.django_db(transaction=True, databases="__all__"),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


@pytest.fixture
def practice(settings: Any) -> Practice:
    at(NOW, settings)
    return open_practice()


def walk(page: Page, address: str) -> None:
    """Choose a time, go back to it, mistype the address, book, and go back again."""
    page.goto(address)
    page.get_by_role("link", name="First visit").click()
    page.get_by_role("radio", name="10:00 am").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Kept for you")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("radio", name="10:00 am")).to_be_checked()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Kept for you")).to_be_visible()
    for label, value in (("Given name", "Ana"), ("Family name", "Vega"), ("Phone", "12")):
        page.get_by_label(label).fill(value)
    page.get_by_label("E-mail").fill("ana@mail")
    page.get_by_role("button", name="Book").click()
    expect(page.get_by_text("Check the e-mail address").first).to_be_visible()
    page.get_by_label("E-mail").fill("ana@mail.example")
    page.get_by_label("Phone").fill("")
    page.get_by_role("button", name="Book").dblclick()
    expect(page.get_by_role("heading", name="You’re booked")).to_be_visible()
    for _back in range(2):
        page.go_back()
        expect(page.get_by_role("heading", name="You’re booked")).to_be_visible()


def test_going_back_loses_nothing(practice: Practice, live_server: Any) -> None:
    def run() -> None:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page(viewport={"width": 390, "height": 844})
            page.set_default_timeout(10_000)
            try:
                walk(page, f"{live_server.url}{practice.url('book')}")
            finally:
                browser.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result()
    with acting_in(practice.account.ref):
        assert Appointment.objects.count() == 1
