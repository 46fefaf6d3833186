"""The demo's caught mail and text messages: files per region, kept and read."""

import email
import email.policy
import json
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Self

from config.demo.servers import write_private
from privacy.vocabulary import clock

SHOWN = 200  # messages of one region on the page
MESSAGE_ID = re.compile(r"([a-z]+)-(\d{19}-[0-9a-f]{6})")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """One caught mail or text message; `received_at` is on the product's clock."""

    id: str
    region: str
    kind: str
    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str = ""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()

    @classmethod
    def read(cls, card: Path) -> Self:
        """Return the message that the file `card` describes, its mail's body included."""
        told = json.loads(card.read_text())
        message = {
            "id": f"{card.parent.name}-{card.stem}",
            "region": card.parent.name,
            "kind": told["kind"],
            "received_at": datetime.fromisoformat(told["received_at"]),
            "sender": told["sender"],
            "recipients": tuple(told["recipients"]),
            "subject": told["subject"],
            "text": told["text"],
        }
        if told["kind"] == "mail":
            raw = card.with_suffix(".eml").read_bytes()
            message |= _body(email.message_from_bytes(raw, policy=email.policy.default))
        return cls(**message)


def keep_mail(home: Path, region: str, *, sender: str, recipients: list[str], raw: bytes) -> str:
    """Store a mail as it came over SMTP and return its id."""
    told = email.message_from_bytes(raw, policy=email.policy.default)
    return _keep(
        home,
        region,
        kind="mail",
        sender=str(told.get("From", sender)),
        recipients=recipients,  # the envelope's, since a blind copy has no header
        subject=str(told.get("Subject", "")).strip(),  # a long one begins on its second line
        raw=raw,
    )


def keep_text(home: Path, region: str, *, to: str, text: str) -> str:
    """Store a text message and return its id."""
    return _keep(home, region, kind="sms", sender="", recipients=[to], subject="", text=text)


def messages(home: Path) -> Iterator[tuple[str, list[Message]]]:
    """Yield control and each region that got messages, with the last ones, newest first."""
    folders = [path for path in (home / "mail").glob("*") if path.is_dir()]
    for folder in sorted(folders, key=lambda path: (path.name != "control", path.name)):
        cards = sorted(folder.glob("*.json"), reverse=True)[:SHOWN]
        if cards:
            yield folder.name, [Message.read(card) for card in cards]


def message(home: Path, message_id: str) -> Message | None:
    """Return one message, None when there is none with that id."""
    match = MESSAGE_ID.fullmatch(message_id)
    card = home / "mail" / match[1] / f"{match[2]}.json" if match else None
    return Message.read(card) if card and card.is_file() else None


def _keep(
    home: Path,
    region: str,
    *,
    kind: str,
    sender: str,
    recipients: list[str],
    subject: str,
    text: str = "",
    raw: bytes = b"",
) -> str:
    """Write the mail first and its card last: a card means the message is whole."""
    folder = home / "mail" / region
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Real time, so that the order is that of arrival whatever the product's clock was moved to.
    stem = f"{time.time_ns():019d}-{secrets.token_hex(3)}"
    if raw:
        write_private(folder / f"{stem}.eml", raw)
    card = {
        "kind": kind,
        "received_at": clock.now().isoformat(),
        "sender": sender,
        "recipients": recipients,
        "subject": subject,
        "text": text,
    }
    write_private(folder / f"{stem}.json", json.dumps(card, ensure_ascii=False).encode())
    return f"{region}-{stem}"


def _body(mail: EmailMessage) -> dict[str, object]:
    """Return the text, the HTML and the attachments of a mail."""
    found: dict[str, object] = {}
    for kind in ("plain", "html"):
        if part := mail.get_body((kind,)):
            words = part.get_content().replace("\r\n", "\n")  # SMTP writes lines so
            found["text" if kind == "plain" else "html"] = words
    found["attachments"] = tuple(map(_attachment, mail.iter_attachments()))
    return found


def _attachment(part: EmailMessage) -> Attachment:
    content = part.get_payload(decode=True)
    return Attachment(
        part.get_filename() or "attachment",
        part.get_content_type(),
        content if isinstance(content, bytes) else b"",
    )
