"""Kinds of message that higher apps send: whether one is still true, until when, and what its placeholders stand for.

A higher app registers its kinds as it starts and queues messages by `send`; what they are about is an id of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from accounts.models import AccountAnchor
from bookings.messaging import recipients
from bookings.messaging.queueing import queue
from bookings.models import Message
from clients.models import Client
from privacy.vocabulary import clock


@dataclass(frozen=True, slots=True)
class Topic:
    """What a kind of message is about.

    `against`: why a message must not go out any more, or "". `ends_at`: until when it makes sense. `facts`: what its
    own placeholders stand for. `hidden`: those that the log of messages does not repeat, because whoever reads them
    could use them. `at_once`: the client waits for it, at any hour.
    """

    against: Callable[[Message], str]
    ends_at: Callable[[Message], datetime | None]
    facts: Callable[[Message, AccountAnchor], Mapping[str, str]]
    hidden: Callable[[Message, AccountAnchor], tuple[str, ...]] = lambda _message, _account: ()
    at_once: bool = False


_topics: dict[str, Topic] = {}


def register(category: str, topic: Topic) -> None:
    """Say what a kind of message is about; for `AppConfig.ready` of apps above."""
    _topics[category] = topic


def topic_of(message: Message) -> Topic | None:
    """Return what a message is about; None for those about a booking or an offer."""
    return _topics.get(message.category)


def send(
    client: Client, category: str, topic_id: UUID, send_at: datetime | None = None
) -> list[Message]:
    """Queue a message of a registered kind by each way that is wanted; return the rows, perhaps none."""
    telling, queued = uuid7(), []
    for via, channel in recipients.ways(recipients.of_client(client, category), category):
        message = Message(
            client=client,
            via_id=via,
            channel=channel,
            category=category,
            topic_id=topic_id,
            telling=telling,
            send_at=send_at or clock.now(),
        )
        queue(message)
        queued.append(message)
    return queued


def shown_text(message: Message, account: AccountAnchor) -> str:
    """Return a message's text as staff may read it: without what opens somebody's form."""
    text, topic = str(message.body), topic_of(message)
    for secret in topic.hidden(message, account) if topic else ():
        text = text.replace(secret, "…") if secret else text
    return text
