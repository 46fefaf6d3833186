"""Steps 3 and 4: the Owner sees the client in the diary, and writes and signs a note."""

from __future__ import annotations

import re

from playwright.sync_api import FilePayload, Page, expect

from tests.journeys.story import Story

HASH = re.compile(r"SHA-256 [0-9a-f]{64}")


def receive(story: Story) -> None:
    """Find the appointment on its day, mark it, look at the client."""
    page = story.desk
    page.goto(story.within(f"diary/?day={story.starts_at[:10]}"))
    block = page.locator(".appt", has_text=story.family_name)
    expect(block).to_have_count(1)
    block.click()
    panel = page.locator("#appointment-panel")
    expect(panel).to_contain_text(f"{story.given_name} {story.family_name}")
    expect(panel).to_contain_text(story.comment)
    panel.get_by_role("button", name="Arrived").click()
    expect(panel.get_by_role("button", name="Arrived")).to_have_attribute("aria-pressed", "true")
    expect(block).to_contain_text("Arrived")
    _look_at_client(story, page)


def _look_at_client(story: Story, page: Page) -> None:
    panel = page.locator("#appointment-panel")
    panel.get_by_role("link", name=f"{story.given_name} {story.family_name}").click()
    heading = page.get_by_role("heading", name=f"{story.given_name} {story.family_name}")
    expect(heading).to_be_visible()
    expect(page.locator("main")).to_contain_text("This person booked online. Check who they are.")
    timeline = page.locator(".timeline")
    expect(timeline).to_contain_text(story.service)
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.locator("main")).not_to_contain_text("Check who they are.")
    _attach(story, page)
    page.goto(story.within("clients/"))
    expect(page.get_by_role("link", name=re.compile(story.family_name))).to_be_visible()


def _attach(story: Story, page: Page) -> None:
    page.locator("#main summary", has_text="More").click()
    page.get_by_role("link", name="Add files").click()
    letter: FilePayload = {
        "name": "referral.txt",
        "mimeType": "text/plain",
        "buffer": story.letter.encode(),
    }
    page.get_by_label("Files").set_input_files(letter)
    page.get_by_role("button", name="Add files").click()
    expect(page).to_have_url(re.compile(r"[?&]show=files"))
    expect(page.locator("main")).to_contain_text("referral.txt")


def write_note(story: Story) -> None:
    """Begin a note from the appointment, sign it, add to it; a window left open can't change it."""
    page = story.desk
    page.goto(story.within(f"diary/?day={story.starts_at[:10]}"))
    page.locator(".appt", has_text=story.family_name).click()
    page.locator("#appointment-panel").get_by_role("link", name="Write note").click()
    expect(page.get_by_role("heading", name="New note")).to_be_visible()
    page.get_by_text("Physio follow-up").click()
    page.get_by_role("button", name="Begin the note").click()
    page.get_by_label("Plan").fill(story.plan)
    saving = page.locator("[data-saving]")
    expect(saving).to_have_attribute("data-state", "saved")
    expect(saving).to_contain_text("Saved")
    story.note_url = page.url
    forgotten = page.context.new_page()
    forgotten.goto(story.note_url)
    expect(forgotten.get_by_label("Plan")).to_have_value(story.plan)
    page.bring_to_front()
    _sign(story, page)
    _is_refused(forgotten)
    _add(story, page)


def _sign(story: Story, page: Page) -> None:
    page.get_by_role("button", name="Sign note").click()
    page.get_by_role("dialog").get_by_role("button", name="Sign and lock").click()
    expect(page.get_by_text("Checked just now: this is the text that was signed.")).to_be_visible()
    expect(page.locator(".signed .hash")).to_have_text(HASH)
    expect(page.locator(".signed")).to_contain_text(story.plan)
    expect(page.get_by_label("Plan")).to_have_count(0)


def _is_refused(forgotten: Page) -> None:
    forgotten.bring_to_front()
    with forgotten.expect_response(re.compile(r"/draft/$")) as answered:
        forgotten.get_by_label("Plan").fill("Written after it was signed")
    assert answered.value.status == 409
    expect(forgotten.locator("[data-conflict]")).to_contain_text("Signed notes can't be changed")
    forgotten.close(run_before_unload=False)


def _add(story: Story, page: Page) -> None:
    page.locator("#addendum textarea").fill(story.addendum)
    page.get_by_role("button", name="Add an addendum").click()
    expect(page.locator(".addendum")).to_contain_text(story.addendum)
    page.goto(story.note_url)
    expect(page.locator(".signed")).not_to_contain_text("Written after it was signed")
    expect(page.locator(".signed")).to_contain_text(story.plan)
