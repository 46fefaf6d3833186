"""Who gets what is said to a client: the client, and those who stand by them and were granted it (features B7).

Asked when a message is planned and again when it leaves. Of a client who isn't of age, those who stand by them get it
instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from bookings.messaging.preferences import channels
from bookings.models import Message
from clients.models import Client, Contact, Relationship
from clients.relationships import relating

Category, Channel = Message.Category, Message.Channel
ABOUT_FORMS = (Category.FORM, Category.FORM_REMINDER, Category.CODE)
# One person by one channel: the relationship through which they get it (None: the client), and the channel
Way = tuple[UUID | None, str]


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who is written to: how they are reached and what they want; `via` names who isn't the client."""

    name: str
    email: str
    phone: str
    reminders: str
    confirmations: bool
    language: str
    time_zone: str
    via: Relationship | None = None

    @property
    def via_id(self) -> UUID | None:
        """The relationship's id, None for the client."""
        return self.via.pk if self.via else None


def of_message(message: Message) -> Recipient:
    """Return whom a message is for."""
    return _standing(message.via) if message.via is not None else _client(message.client)


def of_client(client: Client, category: str = "") -> list[Recipient]:
    """Return who gets what is said to a client, or a kind of it, as things stand now.

    What is about forms goes to those who may fill them in.
    """
    grant = "can_fill_forms" if category in ABOUT_FORMS else "gets_messages"
    rows = relating.those_who(grant, client)
    if not rows:
        return [_client(client)]
    others = [_standing(row) for row in rows]
    return others if relating.is_minor(client) else [_client(client), *others]


def ways(those: list[Recipient], category: str, *, told: bool = False) -> list[Way]:
    """Return by which ways a message of a kind goes out; none when nobody wants it.

    An offer can be taken by whoever reads it: it goes to those alone who may book.
    """
    return [
        (each.via_id, channel)
        for each in those
        if category != Category.OFFER or each.via is None or each.via.can_book
        for channel in channels(each, category, told=told)
    ]


def ways_of_notice(about: Relationship) -> list[Way]:
    """Return by which ways it is told that more is shared: by mail to the client, never to whom it is shared with.

    Of a client who isn't of age, the others who stand by them are told.
    """
    found = [each.via_id for each in of_client(about.client) if each.via_id not in (None, about.pk)]
    if found and relating.is_minor(about.client):
        return [(pk, Channel.EMAIL) for pk in found]
    return [(None, Channel.EMAIL)]


def _client(client: Client) -> Recipient:
    return Recipient(
        name=client.full_name,
        email=client.email,
        phone=client.phone,
        reminders=client.reminders,
        confirmations=client.confirmations,
        language=client.language,
        time_zone=client.time_zone,
    )


def _standing(via: Relationship) -> Recipient:
    who: Client | Contact = via.other or via.contact
    if isinstance(who, Contact):
        wants = Client.Reminders.EMAIL if who.email else Client.Reminders.SMS
        return Recipient(who.name, who.email, who.phone, wants, True, "", "", via)
    return Recipient(
        name=who.full_name,
        email=who.email,
        phone=who.phone,
        reminders=who.reminders,
        confirmations=who.confirmations,
        language=who.language,
        time_zone=who.time_zone,
        via=via,
    )
