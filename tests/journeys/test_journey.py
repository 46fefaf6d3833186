"""A practice from its opening to its certificate of deletion, in a real browser against the whole demo."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from playwright.sync_api import Browser, BrowserContext, Page

from tests.journeys import leaving, opening, practising, stores, visiting
from tests.journeys.running import Demo
from tests.journeys.story import Story

DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}, "locale": "en-NZ"}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "java_script_enabled": False,
}


def test_a_practice_opens_works_and_leaves(demo: Demo, browser: Browser, tmp_path: Path) -> None:
    """One test, since each step begins where the one before it ended."""
    problems: list[str] = []
    story = Story(demo, watched(browser.new_context(**DESK), problems), phone_of(browser))
    with step("1 opening", story, tmp_path):
        opening.open_account(story)
        leaving.find_account(story)
    with step("2 booking", story, tmp_path):
        visiting.see_choice_of_people(story)
        visiting.book(story)
    with step("3 diary", story, tmp_path):
        practising.receive(story)
    with step("4 note", story, tmp_path):
        practising.write_note(story)
    with step("4b stores", story, tmp_path):
        nothing_lies_open(story)
    with step("5 export", story, tmp_path):
        leaving.export(story, tmp_path)
        leaving.read_audit(story)
    with step("6 closing", story, tmp_path):
        leaving.close_and_come_back(story)
        leaving.close(story)
        leaving.let_a_month_pass(story)
    assert problems == []


def nothing_lies_open(story: Story) -> None:
    """Look for clients' words in every file of the demo and in a dump of every region database."""
    words = [*story.words, story.letter]
    for account in story.demo.facts["accounts"]:
        words += [account["note_phrase"], *account["known_client"].values()]
    assert stores.lying_open(story.demo, words) == set()
    regions = {
        name: url
        for name, url in story.demo.facts["databases"].items()
        if name.startswith("region_")
    }
    assert len(regions) == 3
    for name, url in regions.items():
        text = stores.dump(url)
        assert len(text) > 10_000
        assert (name, stores.found(words, text)) == (name, set())
    _a_plain_word_is_found(story.demo, regions["region_us"])


def _a_plain_word_is_found(demo: Demo, url: str) -> None:
    word = "Planted-in-the-open"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE planted AS SELECT %s::text AS plain", [word])
        try:
            assert stores.found([word, "not there"], stores.dump(url)) == {word}
            connection.execute("CHECKPOINT")
            files = {path for path, _ in stores.lying_open(demo, [word])}
            assert any("/postgres/" in path for path in files)
        finally:
            connection.execute("DROP TABLE planted")


def watched(context: BrowserContext, problems: list[str]) -> Page:
    """Return a page whose scripts may not fail and whose policy may not be broken."""
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda said: problems.append(said.text) if "Content Security Policy" in said.text else None,
    )
    return page


def phone_of(browser: Browser) -> Page:
    """Return a page on a phone without JavaScript."""
    context = browser.new_context(**PHONE)
    context.set_default_timeout(15_000)
    return context.new_page()


@contextmanager
def step(name: str, story: Story, folder: Path) -> Iterator[None]:
    """Say in which step something failed, and keep pictures of both windows."""
    try:
        yield
    except BaseException as failure:
        for window, page in (("desk", story.desk), ("phone", story.phone)):
            picture = folder / f"{name}-{window}.png"
            page.screenshot(path=picture, full_page=True)
            failure.add_note(f"In step {name}: {page.url}, see {picture}")
        raise
