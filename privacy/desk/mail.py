"""A request that came as a mail: who wrote, what, when; the same message twice is one request (promise P21)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from uuid import UUID, uuid5

from privacy.cases import DeskCase
from privacy.desk import taking
from privacy.vocabulary import clock, scope
from privacy.vocabulary.scope import VISITOR

MOST = 4000
_OF_MAILS = UUID("6f1c9c3e-7d0e-4c55-9f0e-0b7a8f2f7d11")


def take(message: EmailMessage) -> DeskCase | None:
    """Open a case for a message to the active account; None for what machines answer by themselves."""
    if str(message.get("Auto-Submitted", "no")).strip().lower() != "no":
        return None
    name, address = parseaddr(str(message.get("From", "")))
    subject, text = str(message.get("Subject", "")).strip(), _text(message)
    return taking.take(
        by=VISITOR,
        right=DeskCase.Right.OTHER,
        way=DeskCase.Way.MAIL,
        name=(name or address or "—")[:160],
        contact=address[:254],
        words=f"{subject}\n\n{text}".strip()[:MOST],
        received_at=_came_at(message),
        pk=_key(message),
    )


def _text(message: EmailMessage) -> str:
    """Return what is written in it; of a message with looks alone nothing, which staff see and ask."""
    body = message.get_body(preferencelist=("plain",))
    return str(body.get_content()).strip() if body is not None else ""


def _came_at(message: EmailMessage) -> datetime:
    """Return when it was sent, as far as that can be: never to come, so that nobody wins time by a wrong clock."""
    now = clock.now()
    try:
        sent = parsedate_to_datetime(str(message["Date"]))
    except (TypeError, ValueError):
        return now
    return min(sent if sent.tzinfo else sent.replace(tzinfo=UTC), now)


def _key(message: EmailMessage) -> UUID | None:
    """Return the id that follows from the message's own, in this account."""
    own = str(message.get("Message-ID", "")).strip()
    return uuid5(_OF_MAILS, f"{scope.current().account_id} {own}") if own else None
