"""What a client's timeline shows of bookings: appointments and messages, those not sent included with the reason."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from accounts.templatetags.keepwell import when
from bookings.messaging.log import LOOK as STATES
from bookings.messaging.reasons import doubt, why
from bookings.messaging.recipients import of_message
from bookings.models import Attendee, Message
from clients.holdings import says
from clients.identity import OF, of
from clients.models import Client
from clients.timeline import NEWEST, Entry, Slice, Sliced, slices

# state → icon, tone
LOOK = {
    Attendee.State.EXPECTED: ("", "quiet"),
    Attendee.State.ARRIVED: ("door", "info"),
    Attendee.State.IN_SESSION: ("play", "info"),
    Attendee.State.SEEN: ("check", "good"),
    Attendee.State.NO_SHOW: ("ban", "warn"),
    Attendee.State.CANCELLED: ("x", "quiet"),
}


_PLACES = Sliced[Any](
    lambda: (
        Attendee.objects.filter(OF)
        .select_related("appointment__practitioner", "appointment__location")
        .defer("comment")
        .order_by("-appointment__starts_at", "-pk")
    ),
    at="appointment__starts_at",
)
_MESSAGES = Sliced[Any](
    lambda: (
        Message.objects.filter(OF)
        .annotate(at=Coalesce("sent_at", "send_at"))
        .select_related("attendee__appointment", "offer__location", "via__other", "via__contact")
        .defer("address", "subject", "body", "attendee__comment", "attendee__cancel_note")
        .order_by("-at", "-pk")
    ),
    at="at",
)


@slices("appointments", Attendee)
def appointments(client: Client, wanted: Slice = NEWEST) -> Iterator[Entry]:
    """Give a client's appointments, each at its time, newest first."""
    for place in _PLACES(client, wanted):
        appointment = place.appointment
        icon, tone = LOOK[place.state]
        yield Entry(
            at=appointment.starts_at,
            zone=appointment.time_zone,
            title=appointment.service_name,
            icon="calendar",
            to=("appointment", appointment.pk),
            text=appointment.location.name,
            badge=place.get_state_display() if icon else "",
            badge_icon=icon,
            tone=tone,
            who=appointment.practitioner.name,
        )


@slices("messages", Message)
def messages(client: Client, wanted: Slice = NEWEST) -> Iterator[Entry]:
    """Give what was sent to a client, is still to be sent, or was not and why; newest first, no text is opened."""
    for row in _MESSAGES(client, wanted):
        appointment = row.attendee.appointment if row.attendee else None
        yield Entry(
            at=row.at,
            zone=appointment.time_zone if appointment else "",
            title=_("%(category)s by %(channel)s")
            % {"category": row.get_category_display(), "channel": row.get_channel_display()},
            icon="mail" if row.channel == Message.Channel.EMAIL else "phone",
            to=("message", row.pk),
            text=_about(row),
            who=of_message(row).name if row.via else "",
            badge=row.get_state_display() if row.state != Message.State.SENT else "",
            badge_icon=STATES[row.state][0],
            tone=STATES[row.state][1],
        )


@says
def sessions_of_both(
    client: Client, other: Client, allowed: Collection[Permission]
) -> Iterator[str]:
    """Say in which sessions two records both have a place: a merge leaves both."""
    theirs = Attendee.objects.filter(of(other)).exclude(state=Attendee.State.CANCELLED)
    rows = (
        Attendee.objects.filter(of(client), appointment_id__in=theirs.values("appointment_id"))
        .exclude(state=Attendee.State.CANCELLED)
        .select_related("appointment")
        .order_by("-appointment__starts_at")[:3]
    )
    for row in rows:
        start = when(row.appointment.starts_at, row.appointment.time_zone)
        yield _("Both have a place in %(session)s, %(when)s. Both stay; cancel one of them.") % {
            "session": row.appointment.service_name,
            "when": start,
        }


def _about(row: Message) -> str:
    """Return which appointment a message is about, and why it was not sent."""
    parts = []
    if row.attendee:
        appointment = row.attendee.appointment
        start = when(appointment.starts_at, appointment.time_zone)
        parts.append(_("About %(when)s") % {"when": start})
    if row.offer:
        start = when(row.offer.starts_at, row.offer.location.time_zone)
        parts.append(_("About %(when)s") % {"when": start})
    parts += [words for words in (why(row), doubt(row)) if words]
    return " · ".join(parts)
