"""Words for why a message was not sent, or not yet, and what is not known about it."""

from __future__ import annotations

import re

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from bookings.models import Message

WORDS: dict[str, Promise] = {
    "preference": lazy("wants no such messages"),
    "objection": lazy("objects to it, or their data are only stored"),
    "chosen": lazy("whoever did it chose not to tell"),
    "untold": lazy("had not been told of the booking"),
    "no_address": lazy("no address is known"),
    "cancelled": lazy("the appointment was cancelled"),
    "moved": lazy("the appointment was moved"),
    "past": lazy("its time had passed"),
    "quiet": lazy("the quiet hours left no time for it"),
    "unshared": lazy("is no longer to get the client’s messages"),
    "superseded": lazy("something newer was said"),
    "answered": lazy("it was filled in meanwhile"),
    "revoked": lazy("the link was taken back"),
    "refused": lazy("the address was refused"),
    "undelivered": lazy("the provider could not deliver it"),
    "gave_up": lazy("it was tried too often"),
    "no answer": lazy("the provider gave no answer"),
    "no connection": lazy("the provider could not be reached"),
    "line broke": lazy("the line to the provider broke"),
    "timeout": lazy("the provider took too long"),
    "not registered": lazy("the route is not in the register"),
    "not public": lazy("the route leads to an address it may not"),
    "redirect": lazy("the provider pointed elsewhere"),
}
_CODE = re.compile(r"[A-Za-z0-9_. -]{1,40}")


def why(message: Message) -> str:
    """Return why a message was not sent or is tried again; "" when there is nothing to say."""
    if not message.reason:
        return ""
    if message.reason in WORDS:
        return str(WORDS[message.reason])
    known = _CODE.fullmatch(message.reason)
    return _("the provider said: %(code)s") % {"code": known[0] if known else "?"}


def doubt(message: Message) -> str:
    """Return what isn't known about a message that was once on its way without an answer."""
    if not message.is_in_doubt:
        return ""
    if message.state in (Message.State.SENT, Message.State.DELIVERED):
        return _("may have been sent twice")
    return _("may have been sent all the same")
