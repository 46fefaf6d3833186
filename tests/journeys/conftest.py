"""What a journey needs: a whole demo of its own, and a Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from config.demo import processes
from tests.journeys.running import Demo

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; without one the journey is skipped, except in CI."""
    named = os.environ.get("KEEPWELL_CHROMIUM") or "/usr/bin/chromium"
    for path in (named, shutil.which("chromium") or ""):
        if path and Path(path).exists():
            return path
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    if Path(own).exists():
        return own
    why = "No Chromium here: install one (apt install chromium) or name it in KEEPWELL_CHROMIUM."
    if os.environ.get("CI", "").lower() in ("1", "true", "yes"):
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture
def browser(chromium: str) -> Iterator[Browser]:
    """A browser; it ends with the test, since its event loop must not outlive it."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def demo(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo with its own folder and port, started as its Owner would, once there is a browser to look at it."""
    running = Demo(tmp_path_factory.mktemp("demo") / "home", processes.free_ports(1)[0])
    process = running.start()
    yield running
    assert running.stop(process), "the demo had to be killed"
