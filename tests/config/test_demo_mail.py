"""What the demo's Keepwell sends by SMTP and by the text-message gateway can be read again."""

import json
import os
import smtplib
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from config.demo import mailbox, processes

REPOSITORY = Path(__file__).resolve().parents[2]
REGIONS = ("au", "eu")


@pytest.fixture(scope="module")
def ports() -> dict[str, int]:
    names = (
        "mail_control",
        *(f"{kind}_{region}" for kind in ("mail", "sms") for region in REGIONS),
    )
    return {name: processes.free_port() for name in names}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, ports: dict[str, int]) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("home")
    schemes = {"mail": "smtp", "sms": "http"}
    env = {
        name.upper(): f"{schemes[name[:4].rstrip('_')]}://127.0.0.1:{port}"
        for name, port in ports.items()
    }
    env |= {
        "KEEPWELL_MODE": "demo",
        "KEEPWELL_HOME": str(folder),
        "KEEPWELL_REGIONS": ",".join(REGIONS),
    }
    env |= {"KEEPWELL_CLOCK": "+31d", "PATH": os.environ["PATH"]}
    catcher = processes.spawn(
        [sys.executable, "-m", "config.demo.mail"],
        log=folder / "mail.log",
        env=env,
        folder=REPOSITORY,
    )
    waited = 0
    while not all(map(processes.listens, ports.values())):
        assert catcher.poll() is None, (folder / "mail.log").read_text()
        processes.pause(0.1)
        waited += 1
        assert waited < 200
    yield folder
    catcher.terminate()
    assert catcher.wait(10) == 0


def newest(home: Path, region: str) -> mailbox.Message:
    return dict(mailbox.messages(home))[region][0]


def send(port: int, mail: EmailMessage, to: list[str]) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as server:
        server.send_message(mail, to_addrs=to)


def invitation() -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Harbour Physio <hello@keepwell.example>"
    mail["To"] = "aoife@example.com"
    mail["Subject"] = "Your appointment · Überblick"
    mail.set_content("Cancel here: http://localhost:8000/book/harbour/cancel/?a=1&b=2\n")
    mail.add_alternative(
        "<p onclick='x()'>Cancel <a href='http://localhost:8000/'>here</a></p>", subtype="html"
    )
    mail.add_attachment(
        b"BEGIN:VCALENDAR\r\n", maintype="text", subtype="calendar", filename="Termin ü.ics"
    )
    return mail


def test_mail_arrives_in_its_region_with_text_html_and_files(
    home: Path, ports: dict[str, int]
) -> None:
    send(ports["mail_au"], invitation(), ["aoife@example.com", "hidden@example.com"])
    found = newest(home, "au")
    assert (found.region, found.kind) == ("au", "mail")
    assert found.sender == "Harbour Physio <hello@keepwell.example>"
    assert found.subject == "Your appointment · Überblick"
    assert found.recipients == ("aoife@example.com", "hidden@example.com")
    assert found.text == "Cancel here: http://localhost:8000/book/harbour/cancel/?a=1&b=2\n"
    assert "Cancel <a href=" in found.html
    assert [(file.name, file.kind, file.content) for file in found.attachments] == [
        ("Termin ü.ics", "text/calendar", b"BEGIN:VCALENDAR\r\n")
    ]
    assert mailbox.message(home, found.id) == found
    elsewhere = dict(mailbox.messages(home)).get("control", [])
    assert found.subject not in [mail.subject for mail in elsewhere]


def test_messages_are_listed_newest_first_on_the_moved_clock(
    home: Path, ports: dict[str, int]
) -> None:
    for number in range(3):
        mail = EmailMessage()
        mail["Subject"] = f"Number {number}"
        send(ports["mail_control"], mail, ["a@example.com"])
    found = dict(mailbox.messages(home))["control"]
    assert [message.subject for message in found] == ["Number 2", "Number 1", "Number 0"]
    sent = (home / "mail" / "control").glob("*.eml")
    age = found[0].received_at.timestamp() - max(path.stat().st_mtime for path in sent)
    assert age == pytest.approx(31 * 86400, abs=60)


def post(port: int, body: bytes) -> tuple[int, dict[str, str]]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", data=body)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_text_message_arrives_in_its_region(home: Path, ports: dict[str, int]) -> None:
    status, answer = post(ports["sms_eu"], '{"to": "+353 1 555", "text": "Morgen um 9 ✓"}'.encode())
    found = newest(home, "eu")
    assert (status, answer["id"]) == (202, found.id)
    assert (found.kind, found.recipients, found.text) == ("sms", ("+353 1 555",), "Morgen um 9 ✓")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"to": "+1"}', b"\xff"])
def test_gateway_says_what_it_wants(home: Path, ports: dict[str, int], body: bytes) -> None:
    assert post(ports["sms_au"], body) == (400, {"error": 'Send JSON: {"to": …, "text": …}'})


@pytest.mark.parametrize(
    "unknown", ["", "au-1", "../secrets", "au-../../x", "au-0000000000000000001-aaaaaa"]
)
def test_unknown_message_is_none(home: Path, unknown: str) -> None:
    assert mailbox.message(home, unknown) is None


def test_caught_messages_are_private_and_the_log_names_nobody(
    home: Path, ports: dict[str, int]
) -> None:
    send(ports["mail_eu"], invitation(), ["aoife@example.com"])
    post(ports["sms_eu"], b'{"to": "aoife@example.com", "text": "x"}')
    files = [path for path in (home / "mail").rglob("*") if path.is_file()]
    assert len(files) >= 3
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert "example.com" not in (home / "mail.log").read_text()
