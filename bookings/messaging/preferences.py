"""What a client wants to hear, by which channel, in which language and zone; and what the practice suggests."""

from __future__ import annotations

from typing import Protocol

from django.conf import settings

from bookings.models import Message, MessageSettings
from clients.models import Client
from privacy.vocabulary.fields import is_unreadable
from privacy.vocabulary.prepared import Prepared

Category, Channel = Message.Category, Message.Channel
CHANNELS: dict[str, tuple[str, ...]] = {
    Client.Reminders.EMAIL: (Channel.EMAIL,),
    Client.Reminders.SMS: (Channel.SMS,),
    Client.Reminders.BOTH: (Channel.EMAIL, Channel.SMS),
    Client.Reminders.NONE: (),
}
# What `Client.confirmations` is about; an answer to a wish of the client's is always given. Whoever was told of an
# appointment (a reminder is enough) hears of its change and its end as well
REMINDERS = (Category.REMINDER, Category.FORM_REMINDER)
NEWS = (Category.CONFIRMATION, Category.CHANGE, Category.CANCELLATION, Category.REQUEST)
_CHOICES = Prepared[MessageSettings](lambda: MessageSettings.objects.all())


class Wishes(Protocol):
    """What somebody who is written to wants, and how they are reached; a client has it all."""

    @property
    def email(self) -> str: ...
    @property
    def reminders(self) -> str: ...
    @property
    def confirmations(self) -> bool: ...
    @property
    def language(self) -> str: ...


def practice_choices() -> MessageSettings:
    """Return the practice's choices, the defaults when it made none."""
    return _CHOICES.first() or MessageSettings()


def is_wanted(client: Wishes, category: str, channel: str, *, told: bool = False) -> bool:
    """Tell whether a client, who was told of the appointment or not, wants a kind of message by a channel."""
    preferred = CHANNELS[client.reminders]
    if category in REMINDERS:
        return channel in preferred
    if category in NEWS and not client.confirmations and not told:
        return False
    return channel in preferred or not preferred


def channels(client: Wishes, category: str, *, told: bool = False) -> tuple[str, ...]:
    """Return the channels by which a message of a kind goes to a client; none when it isn't wanted.

    Somebody who wants no reminders is told of bookings at the address that is known.
    """
    preferred = CHANNELS[client.reminders]
    if not preferred and category not in REMINDERS:
        preferred = (Channel.EMAIL,) if _is_known(client.email) else (Channel.SMS,)
    return tuple(
        channel for channel in preferred if is_wanted(client, category, channel, told=told)
    )


def language(client: Wishes) -> str:
    """Return the language to write to a client in."""
    known = dict(settings.LANGUAGES)
    return client.language if client.language in known else settings.LANGUAGE_CODE


def _is_known(address: object) -> bool:
    return bool(address) and not is_unreadable(address)
