"""What other pages show of forms: entries of a client's timeline, the count on the rail, versions of the notice shown."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from accounts.models import PrivacyNotice
from accounts.tallies import counts
from clients import glance
from clients.consents import notices
from clients.consents.notices import Seen, Shower
from clients.identity import person
from clients.models import Client
from clients.timeline import Entry, provides
from notes.intake import reading
from notes.models import Form
from privacy.vocabulary.placement import TenantQuerySet

MOST = 300
State = Form.State
# state → icon, tone
LOOK = {
    State.DRAFT: ("edit", "quiet"),
    State.SENT: ("send", "info"),
    State.OPENED: ("play", "info"),
    State.COMPLETED: ("check", "good"),
    State.SUPERSEDED: ("history", "quiet"),
    State.EXPIRED: ("clock", "warn"),
    State.ARCHIVED: ("lock", "quiet"),
}


@provides("forms", Form)
def entries(client: Client) -> Iterator[Entry]:
    """Yield the client's forms, newest first; never what was answered."""
    for form in glance.once(client, reading.of_client)[:MOST]:
        icon, tone = LOOK[State(form.state)]
        yield Entry(
            at=form.completed_at or form.opened_at or form.sent_at or form.created_at,
            title=form.name,
            icon="list",
            to=("form", form.pk),
            badge=form.get_state_display(),
            badge_icon="alert" if form.is_urgent else icon,
            tone="danger" if form.is_urgent else tone,
        )


def seen_by(client: Client) -> list[Seen]:
    """Return each time a client was shown the privacy notice with a form."""
    return [
        Seen(form.notice, form.opened_at, _("With a form"))
        for form in glance.once(client, reading.of_client)
        if form.notice is not None and form.opened_at is not None
    ]


def clients_of(notice: PrivacyNotice) -> TenantQuerySet:
    """Return the ids of the clients who were shown a version with a form."""
    rows: TenantQuerySet = Form.objects.filter(notice=notice).values(person=person())
    return rows


counts("forms", reading.LOOK_AT_COUNT)
notices.shows(Shower(seen_by, clients_of))
