"""Step 2: a client books on a phone that runs no JavaScript, and holds on to the mail."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from icalendar import Calendar
from playwright.sync_api import Page, expect

from tests.journeys.story import Story

LINK = re.compile(r"http://\S+/manage/\S+")


def book(story: Story) -> None:
    """Book the first free time, then open the link to cancel that came by mail."""
    page = story.phone
    page.goto(story.booking_url)
    expect(page.get_by_role("heading", name="What would you like to book?")).to_be_visible()
    page.get_by_role("link", name=story.service).click()
    _choose_time(story, page)
    _say_who(story, page)
    expect(page.get_by_role("heading", name="You’re booked")).to_be_visible()
    expect(page.locator("main")).to_contain_text(story.owner)
    assert page.locator("script:not([src])").count() == 0
    _keep_mail(story, page)


def see_choice_of_people(story: Story) -> None:
    """Where there are several places and people, both are asked for before the time."""
    page = story.phone
    page.goto(f"{story.demo.url}/book/{story.demo.facts['accounts'][0]['slug']}/")
    page.locator("a.card-choice").first.click()
    expect(page.get_by_role("heading", name="Where would you like to come?")).to_be_visible()
    page.locator("a.card-choice").first.click()
    expect(page.get_by_role("heading", name="Who would you like to see?")).to_be_visible()
    page.locator("a.card-choice").nth(1).click()
    expect(page.get_by_role("heading", name="When suits you?")).to_be_visible()


def _choose_time(story: Story, page: Page) -> None:
    expect(page.get_by_role("heading", name="When suits you?")).to_be_visible()
    story.starts_at = _early_enough_to_cancel(page)
    page.locator(f"label.time:has(input[value='{story.starts_at}'])").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Who is coming?")).to_be_visible()
    notice = page.get_by_role("region", name="What happens with your details")
    expect(notice).to_contain_text("Sydney")


def _early_enough_to_cancel(page: Page) -> str:
    """Turn to the first time that a client may still cancel online, whatever hour it is here; return its value."""
    far_enough = datetime.now(UTC) + timedelta(days=2)
    for _week in range(3):
        page.get_by_role("link", name="Later").click()
        found = page.locator("label.time input").evaluate_all("all => all.map(one => one.value)")
        for value in found:
            if datetime.fromisoformat(value) > far_enough:
                return str(value)
    raise AssertionError("nothing is free in the weeks to come")


def _say_who(story: Story, page: Page) -> None:
    page.get_by_label("Given name").fill(story.given_name)
    page.get_by_label("Family name").fill(story.family_name)
    page.get_by_label("E-mail").fill(story.email)
    page.get_by_label("Phone").fill("12")
    page.get_by_label("Anything we should know?").fill(story.comment)
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.locator(".field__error")).to_contain_text("Check the phone number")
    expect(page.get_by_label("Anything we should know?")).to_have_value(story.comment)
    page.get_by_label("Phone").fill(story.phone_number)
    page.get_by_role("button", name="Book", exact=True).click()


def _keep_mail(story: Story, page: Page) -> None:
    mail = story.demo.mail(story.email, "")
    assert mail.region == "au"
    assert story.comment not in mail.text
    invitation, agreed = mail.attachments
    assert "Sydney" in agreed.content.decode()
    calendar = Calendar.from_ical(invitation.content.decode())
    assert isinstance(calendar, Calendar)
    start = calendar.events[0].start
    assert isinstance(start, datetime)
    assert start.isoformat(timespec="minutes") == story.starts_at
    link = LINK.search(mail.text)
    assert link, mail.text
    page.goto(link[0])
    expect(page.get_by_role("heading", name="Your booking")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel this booking")).to_be_visible()
    altered = page.goto(link[0][:-4] + "AAA/")
    assert altered
    assert altered.status == 404
    expect(page.get_by_role("heading", name="This link doesn’t work")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel this booking")).to_have_count(0)
