"""Steps 5 and 6: the Owner takes everything along, closes the account, and gets the certificate."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import psycopg
from playwright.sync_api import Page, expect

from tests.journeys import stores
from tests.journeys.story import Story

DATES = ("unreadable_from", "stores_empty_at", "backups_unreadable_by", "backups_gone_by")
PURGED_WITHIN = 90.0  # seconds


def export(story: Story, folder: Path) -> None:
    """Ask for a copy of everything, download it, and let it check itself."""
    page = story.desk
    _come_back(story, page)
    # Signing in just now is proof enough for what asks for one of the last ten minutes
    page.goto(story.within("exports/"))
    expect(page).to_have_url(story.within("exports/"))
    page.get_by_label("Not encrypted").check()
    page.get_by_role("button", name="Make a copy", exact=True).click()
    expect(page.get_by_text("Complete and verified")).to_be_visible(timeout=60_000)
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download", exact=True).first.click()
    archive = folder / downloading.value.suggested_filename
    downloading.value.save_as(archive)
    assert re.fullmatch(rf"{story.slug}-\d{{4}}-\d\d-\d\d\.zip", archive.name)
    _verify(archive, folder)
    _read(story, archive)
    mail = story.demo.mail(story.owner_email, f"copy of {story.practice} is ready")
    assert story.within("exports/") in mail.text


def _come_back(story: Story, page: Page) -> None:
    """Sign in on another day, and land on the page that was wanted."""
    page.context.clear_cookies()
    page.goto(story.within("clients/"))
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_label("E-mail").fill(story.owner_email)
    page.get_by_label("Password").fill(story.owner_password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(story.within("clients/"))


def _verify(archive: Path, folder: Path) -> None:
    """Run the archive's own program, taken out of it, beside nothing else."""
    with zipfile.ZipFile(archive) as opened:
        name = next(each for each in opened.namelist() if each.endswith("verify_export.py"))
        program = folder / "verify_export.py"
        program.write_bytes(opened.read(name))
    command = [sys.executable, str(program), str(archive)]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    damaged = bytearray(archive.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    other = folder / "damaged.zip"
    other.write_bytes(damaged)
    command[-1] = str(other)
    assert subprocess.run(command, capture_output=True, timeout=60).returncode == 1


def _read(story: Story, archive: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        names = opened.namelist()
        tables = {
            name: opened.read(name).decode("utf-8-sig") for name in names if name.endswith(".csv")
        }
        files = [opened.read(name).decode() for name in names if name.startswith("files/")]
        texts = "".join(opened.read(each).decode() for each in names if each.endswith(".ndjson"))
    assert files == [story.letter]
    everything = "".join(tables.values())
    for word in story.words:
        assert word in everything, word
        assert word in texts, word
    rows = list(csv.DictReader(io.StringIO(tables["csv/clients.client.csv"])))
    assert [row["family_name"] for row in rows] == [story.family_name]


def read_audit(story: Story) -> None:
    """The Owner finds the download and the signature in the audit, a few seconds after they happened."""
    page = story.desk
    for what in ("export.downloaded", "note.signed"):
        for _again in range(20):
            page.goto(story.within(f"audit/?what={what}"))
            if page.locator("tbody tr").count():
                break
            page.wait_for_timeout(500)
        expect(page.locator("tbody tr")).to_have_count(1)
        expect(page.locator("tbody tr")).to_contain_text(story.owner)


def close_and_come_back(story: Story) -> None:
    """Close, see that nothing can be changed, change one's mind, and go on as before."""
    page = story.desk
    close(story)
    _is_read_only(story, page)
    page.goto(story.within("closure/"))
    page.get_by_role("button", name="Keep the account").click()
    expect(page.get_by_text("The account stays open.")).to_be_visible()
    story.demo.mail(story.owner_email, f"{story.practice} stays open")
    page.goto(story.note_url)
    page.locator("#addendum textarea").fill("Written after all")
    page.get_by_role("button", name="Add an addendum").click()
    expect(page.locator(".addendum").last).to_contain_text("Written after all")
    story.phone.goto(story.booking_url)
    expect(story.phone.get_by_role("link", name=story.service)).to_be_visible()


def close(story: Story) -> None:
    """Close the account: the dates, then its typed name."""
    page = story.desk
    page.goto(story.within("closure/"))
    expect(page.locator(".dates li")).to_have_count(4)
    page.get_by_label("I have my copy").check()
    page.get_by_label(re.compile("^Type ")).fill("Another Practice")
    page.get_by_role("button", name="Close this account").click()
    expect(page.locator(".field__error")).to_contain_text("That isn't the name of this practice.")
    page.get_by_label(re.compile("^Type ")).fill(story.practice)
    page.get_by_role("button", name="Close this account").click()
    expect(page.get_by_role("heading", name="This account is closing")).to_be_visible()
    mail = story.demo.mail(story.owner_email, f"{story.practice} is closing")
    assert story.within("closure/") in mail.text


def _is_read_only(story: Story, page: Page) -> None:
    page.goto(story.note_url)
    expect(page.locator(".signed")).to_contain_text(story.plan)
    page.locator("#addendum textarea").fill("Written while it closes")
    with page.expect_response(re.compile(r"/addenda/$")) as answered:
        page.get_by_role("button", name="Add an addendum").click()
    assert answered.value.status == 409
    expect(page.get_by_role("heading", name="This account is closing")).to_be_visible()
    expect(page.get_by_role("link", name="See the dates")).to_be_visible()
    story.phone.goto(story.booking_url)
    expect(story.phone.get_by_role("link", name=story.service)).to_have_count(0)
    expect(story.phone.locator("h1")).to_be_visible()


def let_a_month_pass(story: Story) -> None:
    """Move the clock, wait for the purge, and look at every store from outside."""
    before = stores.rows_of(story.demo, "region_au", story.account_id)
    assert before["clients_client"] == 1
    assert stores.files_of(story.demo, story.account_id)
    assert stores.cached_of(story.demo, story.account_id)
    story.demo.move_clock("+31d")
    _wait_for_certificate(story)
    for database in ("region_au", "keyring_au"):
        rows = stores.rows_of(story.demo, database, story.account_id)
        assert len(rows) > 0
        assert {table: n for table, n in rows.items() if n} == {}
        text = stores.dump(story.demo.facts["databases"][database])
        names = [story.account_id, story.account_id.replace("-", ""), story.practice]
        assert stores.found(names, text) == set()
    assert stores.files_of(story.demo, story.account_id) == []
    assert stores.cached_of(story.demo, story.account_id) == []
    _read_certificate(story, story.desk)


def find_account(story: Story) -> None:
    """Learn the account's id, which no page shows."""
    with psycopg.connect(story.demo.facts["databases"]["control"]) as connection:
        found = connection.execute(
            "SELECT id, cell FROM accounts_account WHERE slug = %s", [story.slug]
        ).fetchone()
    assert found
    assert found[1] == "au-1"
    story.account_id = str(found[0])


def _wait_for_certificate(story: Story) -> None:
    """Wait until control calls the account closed and its anchor, the last row, is gone from the region."""
    control = "SELECT state = 'closed' FROM accounts_account WHERE id = %s"
    anchor = "SELECT count(*) = 0 FROM accounts_accountanchor WHERE account_id = %s"
    asked = {"control": control, "region_au": anchor}
    until = time.monotonic() + PURGED_WITHIN
    while asked and time.monotonic() < until:
        database, question = next(iter(asked.items()))
        with psycopg.connect(story.demo.facts["databases"][database]) as connection:
            if connection.execute(question, [story.account_id]).fetchone() == (True,):
                del asked[database]
        time.sleep(0.2)
    assert asked == {}


def _read_certificate(story: Story, page: Page) -> None:
    mail = story.demo.mail(story.owner_email, "certificate of deletion")
    assert [each.name for each in mail.attachments] == [f"{story.slug}-certificate.json"]
    statement = json.loads(mail.attachments[0].content)["statement"]
    assert statement["account"] == story.account_id
    page.goto(f"{story.demo.url}/closed/{story.slug}/")
    expect(page.get_by_role("heading", name=f"{story.practice} is closed")).to_be_visible()
    dates = page.locator(".dates time")
    shown = [each.get_attribute("datetime") for each in dates.all()]
    days = [statement[name][:10] for name in DATES]
    assert [text and text[:10] for text in shown] == days
    expect(page.locator(".dates")).to_contain_text("The last backup is gone.")
    _is_gone(story)


def _is_gone(story: Story) -> None:
    for page, address in (
        (story.desk, story.within("diary/")),
        (story.desk, story.note_url),
        (story.phone, story.booking_url),
    ):
        answer = page.goto(address)
        assert answer
        assert (address, answer.status) == (address, 404)
        expect(page.locator("h1")).to_be_visible()
