"""The demo's page of caught messages shows everything and trusts nothing of it."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from config.demo import mailbox


@pytest.fixture
def home(tmp_path: Path, settings: Settings) -> Path:
    settings.HOME = tmp_path
    settings.STATIC_ROOT = tmp_path  # where nothing was collected
    return tmp_path


def keep(home: Path, region: str, subject: str = "Hello", html: str = "") -> str:
    mail = EmailMessage()
    mail["From"] = "Harbour <hello@keepwell.example>"
    mail["Subject"] = subject
    mail.set_content("<b>Cancel</b>: http://localhost:8000/book/x/?a=1&b=2")
    if html:
        mail.add_alternative(html, subtype="html")
    mail.add_attachment(b"<script>", maintype="text", subtype="html", filename='a"b\\c.html')
    mail.add_attachment(b"BEGIN", maintype="text", subtype="calendar", filename="visit.ics")
    return mailbox.keep_mail(
        home, region, sender="x@example.com", recipients=["to@example.com"], raw=mail.as_bytes()
    )


def test_page_says_that_nothing_came_yet(home: Path, client: Client) -> None:
    page = client.get("/demo/mail/")
    assert page.status_code == 200
    assert "No messages yet" in page.text


def test_page_lists_control_first_and_newest_first(home: Path, client: Client) -> None:
    for region, subject in [("au", "Au old"), ("au", "Au new"), ("control", "Verify <you>")]:
        keep(home, region, subject)
    mailbox.keep_text(home, "eu", to="+353 1 555", text="Tomorrow at 9")
    text = client.get("/demo/mail/").text
    words = ["Verify &lt;you&gt;", "Au new", "Au old", "Tomorrow at 9", "+353 1 555"]
    places = [text.index(word) for word in words]
    assert places == sorted(places)


def test_message_shows_its_text_with_links_and_its_files(home: Path, client: Client) -> None:
    found = keep(home, "au")
    text = client.get(f"/demo/mail/{found}/").text
    assert "&lt;b&gt;Cancel&lt;/b&gt;" in text
    assert 'href="http://localhost:8000/book/x/?a=1&amp;b=2"' in text
    assert "<iframe" not in text
    page = client.get(f"/demo/mail/{found}/files/0/")
    assert page.content == b"<script>"
    assert page["Content-Type"] == "application/octet-stream"
    assert page["Content-Disposition"].startswith("attachment;")
    calendar = client.get(f"/demo/mail/{found}/files/1/")
    assert calendar["Content-Type"] == "text/calendar"
    assert calendar["Content-Disposition"] == 'attachment; filename="visit.ics"'
    assert client.get(f"/demo/mail/{found}/files/2/").status_code == 404


def test_html_of_a_mail_is_shut_in(home: Path, client: Client) -> None:
    found = keep(home, "au", html="<script>bad()</script><p>Hello</p>")
    assert "bad()" not in client.get(f"/demo/mail/{found}/").text
    page = client.get(f"/demo/mail/{found}/html/")
    policy = page["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "allow-scripts" not in policy
    assert "sandbox " in policy
    assert page["X-Frame-Options"] == "SAMEORIGIN"
    plain = keep(home, "au")
    assert client.get(f"/demo/mail/{plain}/html/").status_code == 404


@pytest.mark.parametrize(
    "path", ["au-1/", "..%2f..%2fsecrets/", "au-0000000000000000001-aaaaaa/html/"]
)
def test_unknown_message_is_not_found(home: Path, client: Client, path: str) -> None:
    assert client.get(f"/demo/mail/{path}").status_code == 404


def test_message_can_only_be_read(home: Path, client: Client) -> None:
    assert client.post("/demo/mail/").status_code == 405
