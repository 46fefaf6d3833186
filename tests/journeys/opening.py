"""Step 1: somebody makes a sign-in, opens an account, and sets it up."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.story import Story

CODE = re.compile(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]+)*)\s*$", re.M)


def open_account(story: Story) -> None:
    """Sign up at /open/, confirm the region, set up in three steps."""
    page = story.desk
    page.goto(f"{story.demo.url}/open/")
    _make_sign_in(story, page)
    _describe_practice(story, page)
    _confirm(story, page)
    _set_up(story, page)


def _make_sign_in(story: Story, page: Page) -> None:
    page.get_by_label("E-mail").fill(story.owner_email)
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".field__error")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value(story.owner_email)
    page.get_by_label("Password").fill(story.owner_password)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    mail = story.demo.mail(story.owner_email, "")
    code = CODE.search(mail.text)
    assert code, mail.text
    page.get_by_label("Code").fill(code[1])
    page.get_by_role("button", name="Confirm").click()


def _describe_practice(story: Story, page: Page) -> None:
    expect(page.get_by_role("heading", name="Your practice")).to_be_visible()
    page.get_by_label("Name of the practice").fill(story.practice)
    page.get_by_label("Country you practise in").select_option(label="New Zealand")
    page.get_by_label("Your name").fill(story.owner)
    page.get_by_label("I see clients myself").check()
    page.get_by_role("button", name="Continue").click()


def _confirm(story: Story, page: Page) -> None:
    expect(page.get_by_role("heading", name="Your data will live in Sydney")).to_be_visible()
    main = page.locator("main")
    expect(main).to_contain_text("New Zealand")
    expect(main).to_contain_text(re.compile(r"closest|nearest", re.I))
    page.get_by_label("I accept both for the practice").check()
    page.get_by_role("button", name="Open the account in Sydney").click()


def _set_up(story: Story, page: Page) -> None:
    expect(page.get_by_role("heading", name="Where you work")).to_be_visible()
    story.slug = page.url.split("/a/")[1].split("/")[0]
    expect(page.get_by_label("Time zone")).to_have_value("Pacific/Auckland")
    page.get_by_label("Address").fill("12 Karori Road, Wellington")
    page.get_by_label("Phone").fill("04 555 0137")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("heading", name="Weekly hours")).to_be_visible()
    expect(page.get_by_label("Monday from", exact=True)).to_have_value("09:00")
    page.get_by_role("button", name="every day").click()
    expect(page.get_by_label("Sunday until (2)")).to_have_value("17:00")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("heading", name="Your first service")).to_be_visible()
    page.get_by_label("Name", exact=True).fill(story.service)
    page.get_by_label("Price").fill("95")
    page.get_by_role("button", name="Save and finish").click()
    expect(page.get_by_role("heading", name="Clients can book you now")).to_be_visible()
    expect(page.locator("a.address")).to_have_attribute("href", story.booking_url)
