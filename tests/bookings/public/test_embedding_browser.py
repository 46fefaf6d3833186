"""A practice's own page on another origin shows the booking page by one tag; somebody books in it without cookies."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from accounts.tenancy import acting_in
from bookings.models import Appointment, BookingPage
from tests.bookings.public import NOW, Practice, at, open_practice

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.django_db(transaction=True, databases="__all__"),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


class Elsewhere(BaseHTTPRequestHandler):
    """A practice's own site: one page with one tag."""

    tag = ""

    def do_GET(self) -> None:
        """Answer every address with the page."""
        body = f"<!doctype html><title>Harbour</title><h1>Harbour</h1>{self.tag}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def practice(settings: Any) -> Practice:
    at(NOW, settings)
    return open_practice()


def play(practice: Practice, product: str, site: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Book in the frame; return the cookies and what went wrong."""
    Elsewhere.tag = f'<script src="{product}{practice.url("book_embed")}" async></script>'
    problems: list[str] = []

    def scene(page: Page) -> None:
        page.goto(site)
        frame = page.frame_locator("iframe")
        frame.get_by_role("link", name="First visit").click()
        frame.get_by_role("radio", name="10:00 am").check()
        frame.get_by_role("button", name="Continue").click()
        expect(frame.get_by_text("Kept for you")).to_be_visible()
        height = page.locator("iframe").evaluate("frame => frame.clientHeight")
        inside = frame.locator("html").evaluate("html => html.scrollHeight")
        assert abs(height - inside) <= 2, "the frame is as high as what is in it"
        for label, value in (("Given name", "Ana"), ("Family name", "Vega")):
            frame.get_by_label(label).fill(value)
        frame.get_by_label("E-mail").fill("ana@mail.example")
        frame.get_by_role("button", name="Book").click()
        expect(frame.get_by_role("heading", name="You’re booked")).to_be_visible()
        # The last page is shorter than the form, and the frame shrinks with it
        shrunk = "high => document.querySelector('iframe').clientHeight < high"
        page.wait_for_function(shrunk, arg=height - 200)

    def run() -> list[dict[str, Any]]:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
            )
            context = browser.new_context(viewport={"width": 390, "height": 844})
            context.set_default_timeout(10_000)
            page = context.new_page()
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.on(
                "console", lambda said: problems.append(said.text) if said.type == "error" else None
            )
            try:
                scene(page)
                return [dict(cookie) for cookie in context.cookies()]
            finally:
                browser.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(), [each for each in problems if "favicon" not in each]


def test_booking_on_the_practices_own_site(practice: Practice, live_server: Any, site: str) -> None:
    with acting_in(practice.account.ref):
        BookingPage(frame_sites=[site]).save(force_insert=True)
    product = live_server.url.replace("127.0.0.1", "localhost")
    cookies, problems = play(practice, product, site)
    assert (cookies, problems) == ([], [])
    with acting_in(practice.account.ref):
        assert Appointment.objects.count() == 1


def test_another_site_shows_nothing(practice: Practice, live_server: Any, site: str) -> None:
    with acting_in(practice.account.ref):
        BookingPage(frame_sites=["https://www.harbour.example"]).save(force_insert=True)
    product = live_server.url.replace("127.0.0.1", "localhost")
    Elsewhere.tag = f'<script src="{product}{practice.url("book_embed")}" async></script>'
    said: list[str] = []

    def run() -> None:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page()
            page.on("console", lambda line: said.append(line.text))
            page.goto(site, wait_until="networkidle")
            browser.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result()
    assert any("frame-ancestors" in line for line in said), said
