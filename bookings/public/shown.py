"""Which privacy notice and booking policy stood before people as they booked, for whoever asks what they know (D6, B3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import PrivacyNotice
from bookings.models import Attendee, BookingPolicy
from clients import glance
from clients.consents import notices, paper
from clients.consents.notices import Seen, Shower
from clients.consents.wording import changes
from clients.identity import OF, ids, of, person
from clients.models import Client
from privacy.vocabulary.placement import TenantQuerySet
from privacy.vocabulary.prepared import Prepared

_SHOWN = Prepared[Any](
    lambda: (
        Attendee.objects.filter(OF, notice_shown_at__isnull=False)
        .select_related("notice")
        .defer("comment", "cancel_note", "accepted_from")
    )
)


def seen_by(client: Client) -> list[Seen]:
    """Return each time a client was shown the notice while booking."""
    if not glance.may_have(client, Attendee):
        return []
    return [
        Seen(row.notice, row.notice_shown_at, _("While booking online"))
        for row in _SHOWN(person=ids(client))
    ]


def clients_of(notice: PrivacyNotice) -> TenantQuerySet:
    """Return the ids of the clients who were shown a version while booking."""
    rows: TenantQuerySet = Attendee.objects.filter(notice=notice).values(person=person())
    return rows


@paper.adds
def policies(client: Client) -> Iterator[paper.Shown]:
    """Yield each version of the booking policy that a client accepted, newest first, with the times."""
    rows = (
        Attendee.objects.filter(of(client), policy_accepted_at__isnull=False)
        .select_related("policy")
        .defer("comment", "cancel_note", "accepted_from")
        .order_by("-policy__version", "-policy_accepted_at")
    )
    current: BookingPolicy | None = BookingPolicy.objects.order_by("-version").first()
    found: dict[int, paper.Shown] = {}
    for row in rows:
        policy = row.policy
        shown = found.get(policy.version)
        if shown is None:
            shown = found[policy.version] = paper.Shown(
                _("Booking policy"), policy.version, policy.text, policy.published_at
            )
            if current is not None and current.version > policy.version:
                shown.since = changes(policy.text, current.text)
        shown.times.append((row.policy_accepted_at, _("Accepted while booking online")))
    yield from found.values()


notices.shows(Shower(seen_by, clients_of))
