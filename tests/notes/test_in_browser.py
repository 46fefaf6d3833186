"""Writing a note in a real browser: nothing typed is lost to a second window, a dead line or an expired sign-in."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, Response, expect, sync_playwright

from accounts import sessions
from accounts.models import Member, RegionSession
from accounts.tenancy import acting_in
from notes import reading
from notes.models import Note
from tests.notes.parts import Practice, draft, practice, signed

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.django_db(transaction=True, databases="__all__"),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


WORDS = "Quillfeather walks without a stick. "
KEPT_HERE = """async () => JSON.stringify([{...localStorage}, {...sessionStorage}, await caches.keys(),
  await indexedDB.databases(), history.state, document.cookie])"""


def kill(profile: Path) -> None:
    """End the browser of a profile as a crash does: at once, with nothing put in order."""
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = each.read_bytes().split(b"\0")
            if f"--user-data-dir={profile}".encode() in words and not any(
                word.startswith(b"--type=") for word in words
            ):
                os.kill(int(each.parent.name), signal.SIGKILL)


class Desk:
    """A practitioner's desk: the practice, a draft, and a browser that is signed in."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.practice: Practice = practice()
        with acting_in(self.practice.account.ref, by=self.practice.by):
            signed(self.practice)
            self.note: Note = draft(self.practice)
        self.path = reverse("note", args=[self.practice.account.slug, self.note.pk])

    def in_account(self, act: Callable[[], Any]) -> Any:
        """Run `act` inside the account on a thread of its own: the browser's thread may not touch databases."""

        def run() -> Any:
            try:
                with acting_in(self.practice.account.ref, by=self.practice.by):
                    return act()
            finally:
                for each in connections.all():
                    each.close()

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(run).result()

    def kept(self) -> dict[str, Any]:
        """Return the answers that are kept of the draft."""
        return dict(self.in_account(lambda: Note.objects.get(pk=self.note.pk).content))

    def enter(self, context: BrowserContext) -> None:
        """Give the browser a session in the account."""
        p = self.practice
        member = p.owner.pk
        secret = self.in_account(
            lambda: sessions.start(Member.objects.get(pk=member), browser="test")
        )
        cookie = f"{p.account.cell}.{p.account.pk.hex}.{secret}"
        name = sessions.cookie_name(p.account.slug)
        context.add_cookies([{"name": name, "value": cookie, "url": self.server}])


@pytest.fixture
def desk(live_server: Any) -> Desk:
    """A desk at the running server."""
    return Desk(live_server.url)


@pytest.fixture
def at_desk(desk: Desk) -> Iterator[Callable[[Callable[[Page], None]], None]]:
    """Return what runs a scene in the signed-in browser, on a thread of its own; scripts may not fail in it."""

    def play(scene: Callable[[Page], None]) -> None:
        problems: list[str] = []
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
            )
            context = browser.new_context()
            context.set_default_timeout(8000)
            desk.enter(context)
            page = context.new_page()
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.goto(desk.server + desk.path)
            scene(page)
            browser.close()
        assert problems == []

    with ThreadPoolExecutor(1) as pool:
        yield lambda scene: pool.submit(play, scene).result()


def state(page: Page) -> Any:
    """Return what is said about saving."""
    return page.locator("[data-saving]")


def test_what_is_typed_outlives_a_browser_that_is_killed(desk: Desk, tmp_path: Path) -> None:
    """Whoever types on without a rest is saved all the same; what was answered is there, and no word is in the browser."""
    answered: list[str] = []

    def hear(response: Response) -> None:
        if response.url.endswith("/draft/") and response.ok:
            body = (response.request.post_data_buffer or b"").decode()
            answered.append(body.partition('name="plan"\r\n\r\n')[2].partition("\r\n--")[0])

    def type_until_killed() -> str:
        typed = ""
        with sync_playwright() as playwright:
            context = playwright.chromium.launch_persistent_context(
                tmp_path, executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
            )
            context.set_default_timeout(8000)
            desk.enter(context)
            page = context.new_page()
            page.on("response", hear)
            page.goto(desk.server + desk.path)
            page.locator("#id_pain_4").check()
            page.get_by_label("Title of the note").fill("Shoulder, again")
            page.get_by_label("Plan").click()
            while (not any(answered) or len(typed) < 60) and len(typed) < 300:
                typed += (key := WORDS[len(typed) % len(WORDS)])
                page.keyboard.type(key)
                page.wait_for_timeout(80)
            assert WORDS[:12] not in str(page.evaluate(KEPT_HERE))
            kill(tmp_path)
        return typed

    with ThreadPoolExecutor(1) as pool:
        typed = pool.submit(type_until_killed).result()
    title = desk.in_account(lambda: reading.versions_of(desk.note)[0].title)
    assert (title, desk.kept()["pain"]) == ("Shoulder, again", 4)
    kept = desk.kept()["plan"]
    assert typed.startswith(kept)
    assert any(answered)
    assert kept.startswith(answered[-1])
    files = [each.read_bytes() for each in tmp_path.rglob("*") if each.is_file()]
    assert len(files) > 20
    for word in (WORDS[:12].encode(), WORDS[:12].encode("utf-16-le")):
        assert not any(word in data for data in files)


def test_two_windows_show_both_texts_and_either_can_go_on(desk: Desk, at_desk: Any) -> None:
    def scene(page: Page) -> None:
        other = page.context.new_page()
        other.goto(desk.server + desk.path)
        page.get_by_label("Plan").fill("First window")
        expect(state(page)).to_have_attribute("data-state", "saved")
        other.get_by_label("Plan").fill("Second window")
        expect(state(other)).to_have_attribute("data-state", "conflict")
        conflict = other.locator(".conflict")
        expect(conflict).to_contain_text("First window")
        expect(conflict).to_contain_text("Second window")
        other.get_by_role("button", name="Keep mine").click()
        expect(state(other)).to_have_attribute("data-state", "saved")
        expect(conflict).to_have_count(0)

    at_desk(scene)
    assert desk.kept() == {"plan": "Second window"}


def test_a_line_that_is_down_holds_the_text_until_it_is_up(desk: Desk, at_desk: Any) -> None:
    def scene(page: Page) -> None:
        page.context.set_offline(True)
        page.get_by_label("Plan").fill("Typed on the train")
        expect(state(page)).to_have_attribute("data-state", "offline")
        page.get_by_label("Objective").fill("More of it")
        page.context.set_offline(False)
        expect(state(page)).to_have_attribute("data-state", "saved")
        page.wait_for_timeout(1500)
        expect(state(page)).to_have_attribute("data-state", "saved")

    at_desk(scene)
    assert desk.kept() == {"plan": "Typed on the train", "objective": "More of it"}


def test_an_answer_lost_on_the_way_makes_no_conflict(desk: Desk, at_desk: Any) -> None:
    lost: list[int] = []

    def lose_first(route: Any) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    def scene(page: Page) -> None:
        page.route("**/draft/", lose_first)
        page.get_by_label("Plan").fill("Kept, but never answered")
        expect(state(page)).to_have_attribute("data-state", "offline")
        page.get_by_label("Plan").fill("Kept, but never answered. And then more")
        expect(state(page)).to_have_attribute("data-state", "saved")
        page.wait_for_timeout(1500)
        expect(page.locator(".conflict")).to_have_count(0)

    at_desk(scene)
    assert lost == [200]
    assert desk.kept() == {"plan": "Kept, but never answered. And then more"}


def test_signed_out_and_in_again_the_open_page_goes_on(desk: Desk, at_desk: Any) -> None:
    def scene(page: Page) -> None:
        desk.in_account(lambda: RegionSession.objects.all().delete())
        page.get_by_label("Plan").fill("Typed while signed out")
        expect(state(page)).to_have_attribute("data-state", "out")
        expect(page.get_by_role("link", name="Sign in")).to_be_visible()
        assert desk.kept() == {}
        desk.enter(page.context)
        # signing in gives the browser another token than the one in this page
        page.context.clear_cookies(name="csrftoken")
        page.evaluate("window.dispatchEvent(new Event('focus'))")
        expect(state(page)).to_have_attribute("data-state", "saved")

    at_desk(scene)
    assert desk.kept() == {"plan": "Typed while signed out"}


def test_what_is_too_long_says_so_and_is_saved_when_shortened(desk: Desk, at_desk: Any) -> None:
    def scene(page: Page) -> None:
        page.get_by_label("Plan").fill("a" * 20_001)
        expect(state(page)).to_have_attribute("data-state", "refused")
        expect(page.locator("[data-refused]")).to_contain_text("Plan")
        page.get_by_label("Plan").fill("Shorter")
        expect(state(page)).to_have_attribute("data-state", "saved")
        expect(page.locator("[data-refused]")).to_have_count(0)

    at_desk(scene)
    assert desk.kept() == {"plan": "Shorter"}


def test_signing_by_keyboard_takes_the_last_words_with_it(desk: Desk, at_desk: Any) -> None:
    late: list[str] = []

    def scene(page: Page) -> None:
        plan, beside = page.get_by_label("Plan"), page.locator("#beside")
        plan.fill("Last words")
        plan.press("Control+Shift+L")
        expect(beside).to_contain_text("Sleeping through since Thursday.")
        expect(plan).to_be_focused()
        plan.press("Control+Shift+L")
        expect(beside).to_be_hidden()
        expect(state(page)).to_have_attribute("data-state", "saved")
        page.on("request", lambda sent: late.append(sent.url) if "/draft/" in sent.url else None)
        plan.press("Control+/")
        expect(page.get_by_role("dialog")).to_contain_text("Sign the note")
        page.keyboard.press("Escape")
        page.get_by_label("Objective").focus()
        page.wait_for_timeout(1500)
        assert late == [], "leaving a field whose words are kept saves nothing again"
        plan.press("Control+Enter")
        expect(page.get_by_role("dialog")).to_contain_text("locked for good")
        page.get_by_role("dialog").get_by_role("button", name="Sign and lock").press("Enter")
        expect(page.get_by_text("this is the text that was signed")).to_be_visible()
        expect(page.locator(".signed")).to_contain_text("Last words")

    at_desk(scene)
    assert desk.in_account(lambda: Note.objects.get(pk=desk.note.pk).state) == "final"


def test_the_last_note_opens_and_closes_beside_what_is_typed(desk: Desk, at_desk: Any) -> None:
    def scene(page: Page) -> None:
        page.get_by_label("Plan").fill("Typed before")
        page.get_by_role("button", name="Last note beside it").click()
        beside = page.locator("#beside")
        expect(beside).to_contain_text("Sleeping through since Thursday.")
        expect(page.get_by_label("Plan")).to_have_value("Typed before")
        beside.get_by_role("button", name="Close").click()
        expect(beside).to_be_hidden()
        page.get_by_role("button", name="Last note beside it").click()
        beside.get_by_role("button", name="Copy into empty answers").click()
        expect(page.get_by_label("Subjective")).to_have_value("Sleeping through since Thursday.")
        expect(page.get_by_label("Plan")).to_have_value("Typed before")

    at_desk(scene)


def test_without_javascript_a_note_is_saved_and_signed(desk: Desk, live_server: Any) -> None:
    def play() -> None:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            context = browser.new_context(java_script_enabled=False)
            context.set_default_timeout(8000)
            desk.enter(context)
            page = context.new_page()
            page.goto(desk.server + desk.path)
            page.get_by_label("Plan").fill("By plain form")
            page.get_by_role("button", name="Save draft").click()
            page.get_by_role("button", name="Sign note").click()
            page.get_by_role("button", name="Sign and lock").click()
            expect(page.get_by_text("this is the text that was signed")).to_be_visible()
            browser.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(play).result()
    assert desk.kept() == {"plan": "By plain form"}
