"""Bringing what was planned up to date as it leaves: whoever was granted it since gets it, whoever no longer is does not."""

from __future__ import annotations

from uuid import UUID

from bookings.messaging import recipients
from bookings.messaging.queueing import queue
from bookings.models import Attendee, Message
from clients.identity import of_record
from clients.models import Client, Relationship

State = Message.State
# Kinds that go to whoever stands by a client as well
SHARED = tuple(kind for kind in Message.Category if kind != Message.Category.SHARING)


def settle(message: Message, *, told: bool) -> str:
    """Plan what is missing of the telling that a due message belongs to; return why this one isn't for anybody, or "".

    The attendee's row (for other topics the client's) is locked meanwhile, so that two messages of one telling don't
    plan the same one twice.
    """
    if message.category not in SHARED or not _has_people(message):
        return ""
    those = recipients.of_client(message.client, message.category)
    if message.telling is not None:
        _lock(message)
        there = set(
            Message.objects.filter(telling=message.telling).values_list("via_id", "channel")
        )
        for via, channel in recipients.ways(those, message.category, told=told):
            if (via, channel) not in there:
                _plan_like(message, via, channel)
    return "" if message.via_id in {each.via_id for each in those} else "unshared"


def _has_people(message: Message) -> bool:
    """Whether anybody stands, or stood, by the client: for most clients nobody does, and that is all that is asked."""
    there = Relationship.objects.filter(of_record(message.client_id))
    return bool(message.via_id or there.exists())


def _lock(message: Message) -> None:
    if message.attendee_id is not None:
        Attendee.objects.select_for_update().only("pk", "account_id").get(pk=message.attendee_id)
    elif message.topic_id is not None:
        Client.objects.select_for_update().only("pk", "account_id").get(pk=message.client_id)


def _plan_like(message: Message, via: UUID | None, channel: str) -> None:
    queue(
        Message(
            client_id=message.client_id,
            attendee_id=message.attendee_id,
            offer_id=message.offer_id,
            entry_id=message.entry_id,
            topic_id=message.topic_id,
            via_id=via,
            channel=channel,
            category=message.category,
            sequence=message.sequence,
            telling=message.telling,
            send_at=message.send_at,
        )
    )
