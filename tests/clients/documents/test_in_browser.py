"""Adding files in a real browser: several at once with progress, and a broken line costs one part."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from clients.models import Arrival, Document
from tests.notes.test_in_browser import Desk, at_desk, desk, pytestmark

__all__ = ["at_desk", "desk", "pytestmark"]

Play = Callable[[Callable[[Page], None]], None]
LARGE = b"%PDF-1.7\n" + b"gait " * 1_000_000  # three parts


def test_a_broken_line_costs_one_part_and_another_file_is_not_held_up(
    desk: Desk,
    at_desk: Play,
    tmp_path: Any,
) -> None:
    client = desk.practice.client
    large, small = tmp_path / "Gait.pdf", tmp_path / "Referral.txt"
    large.write_bytes(LARGE)
    small.write_text("Thank you for seeing her.")
    broken = {"on": True, "sent": 0}

    def line(route: Route) -> None:
        offset = route.request.headers.get("upload-offset", "")
        if offset.isdecimal() and int(offset) > 0 and broken["on"]:
            route.abort()
            return
        broken["sent"] += bool(offset) and offset == "0"
        route.continue_()

    def scene(page: Page) -> None:
        page.goto(
            desk.server + reverse("document_new", args=[desk.practice.account.slug, client.pk])
        )
        page.evaluate("document.querySelector('[data-files]').dataset.filesPause = '20'")
        page.route("**/arrivals/**", line)
        page.get_by_label("Files").set_input_files([large, small])
        rows = page.locator(".sending__row")
        expect(rows).to_have_count(2)
        page.get_by_label("Kind").select_option("report")
        page.get_by_role("button", name="Add files").click()
        expect(rows.first).to_contain_text("The line broke. What was sent is kept.", timeout=20_000)
        expect(rows.nth(1)).to_contain_text("Added", timeout=20_000)
        broken["on"] = False
        rows.first.get_by_role("button", name="Go on").click()
        expect(page).to_have_url(re.compile("show=files$"), timeout=20_000)
        expect(page.locator(".files li")).to_have_count(2)

    at_desk(scene)
    assert broken["sent"] == 2, "the first part of each file was sent once"
    assert desk.in_account(lambda: Arrival.objects.count()) == 0
    kept = desk.in_account(
        lambda: {str(each.name): (each.size, each.category) for each in Document.objects.all()}
    )
    assert kept == {"Gait.pdf": (len(LARGE), "report"), "Referral.txt": (25, "report")}
