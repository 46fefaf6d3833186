"""What a client's timeline shows of the waiting list: when they joined, and each time they were offered."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from accounts.templatetags.keepwell import day, when
from bookings.models import WaitingEntry, WaitingOffer
from bookings.waiting.words import offer_look
from clients.identity import of
from clients.models import Client
from clients.timeline import Entry, provides

MOST = 100


@provides("appointments", WaitingEntry)
def entries(client: Client) -> Iterator[Entry]:
    """Give when a client joined the list and for what, newest first; notes stay closed."""
    rows = (
        WaitingEntry.objects.filter(of(client))
        .select_related("service")
        .defer("note")
        .order_by("-created_at")[:MOST]
    )
    for row in rows:
        is_open = row.state == WaitingEntry.State.WAITING
        yield Entry(
            at=row.created_at,
            title=_("Joined the waiting list: %(service)s") % {"service": row.service.name},
            icon="clock",
            to=("waiting_entry", row.pk),
            text=_("until %(day)s") % {"day": day(row.until)},
            badge=row.get_state_display(),
            badge_icon="clock" if is_open else "",
            tone="info" if is_open else "quiet",
        )


@provides("appointments", WaitingOffer)
def offers(client: Client) -> Iterator[Entry]:
    """Give the times that a client was offered and what became of them, newest first."""
    rows = (
        WaitingOffer.objects.filter(of(client))
        .select_related("practitioner", "location")
        .order_by("-created_at")[:MOST]
    )
    for row in rows:
        look = offer_look(row)
        zone = row.location.time_zone
        yield Entry(
            at=row.created_at,
            zone=zone,
            title=_("Offered %(when)s") % {"when": when(row.starts_at, zone)},
            icon="send",
            to=("waiting_entry", row.entry_id),
            text=row.location.name,
            badge=str(look["word"]),
            badge_icon=look["icon"],
            tone=look["tone"],
            who=row.practitioner.name,
        )
