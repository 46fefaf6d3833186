"""A copy of what a person agreed to as they booked, attached to the first mail about it (features D6)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.templatetags.keepwell import when
from bookings.models import Attendee, Message

Category = Message.Category
FILE_NAME = "agreed.txt"
RULE = "\n\n" + "-" * 60 + "\n\n"


def enclosed(message: Message) -> str:
    """Return what is attached to a message, in a line; "" for nothing."""
    place = _place(message)
    if place is None:
        return ""
    parts = []
    if place.policy is not None:
        parts.append(_("booking policy, version %(n)d") % {"n": place.policy.version})
    if place.notice is not None:
        parts.append(_("privacy notice, version %(n)d") % {"n": place.notice.version})
    return _("Attached, as you saw it when you booked: %(parts)s.") % {"parts": ", ".join(parts)}


def copy_of(message: Message, practice: str) -> str:
    """Return the texts that are attached, each with its version and when it was accepted or shown; "" for none."""
    place = _place(message)
    if place is None:
        return ""
    zone, parts = place.appointment.time_zone, [practice]
    if place.policy is not None:
        title = _("Booking policy, version %(n)d") % {"n": place.policy.version}
        at = _("Accepted %(when)s") % {"when": when(place.policy_accepted_at, zone)}
        parts.append(f"{title}\n{at}\n\n{place.policy.text}")
    if place.notice is not None:
        title = _("Privacy notice, version %(n)d") % {"n": place.notice.version}
        at = _("Shown %(when)s") % {"when": when(place.notice_shown_at, zone)}
        parts.append(f"{title}\n{at}\n\n{place.notice.text}")
    return RULE.join(parts) + "\n"


def _place(message: Message) -> Attendee | None:
    """Return the place whose texts go with a message: a mail that says the booking or the request was received.

    What came with the request isn't sent again when it is accepted.
    """
    if message.channel != Message.Channel.EMAIL or message.attendee is None:
        return None
    place: Attendee = message.attendee
    if place.policy_id is None and place.notice_id is None:
        return None
    if message.category == Category.REQUEST:
        return place
    if message.category != Category.CONFIRMATION:
        return None
    asked = Message.objects.filter(attendee_id=place.pk, category=Category.REQUEST)
    return None if asked.exclude(state=Message.State.SUPPRESSED).exists() else place
