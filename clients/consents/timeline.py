"""What a client's timeline shows of consents: each answer, and what was said to the privacy notice."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from clients import glance
from clients.consents import notices
from clients.consents.standing import LOOK, State, answered
from clients.models import Client, Consent, NoticeAnswer
from clients.timeline import Entry, provides

MOST = 300


@provides("consents", Consent, NoticeAnswer)
def consents(client: Client) -> Iterator[Entry]:
    """Give a client's answers, newest first, without names and evidence."""
    for row in glance.once(client, answered)[:MOST]:
        icon, tone = LOOK[_state(row)]
        yield Entry(
            at=row.starts_at,
            title=row.purpose.name,
            icon="shield",
            to=("client_consents", client.pk),
            text=_("%(how)s · version %(version)d")
            % {"how": row.get_how_display(), "version": row.text.version},
            badge=_("Withdrawn") if row.is_withdrawal else row.get_decision_display(),
            badge_icon=icon,
            tone=tone,
        )
    for answer in glance.once(client, notices.answers)[:MOST]:
        icon, tone = notices.LOOK[notices.State(answer.answer)]
        yield Entry(
            at=answer.recorded_at,
            title=_("Privacy notice"),
            icon="shield",
            to=("client_consents", client.pk),
            text=_("%(how)s · version %(version)d")
            % {"how": answer.get_how_display(), "version": answer.notice.version},
            badge=answer.get_answer_display(),
            badge_icon=icon,
            tone=tone,
        )


def _state(row: Consent) -> State:
    if row.decision == Consent.Decision.PERMIT:
        return State.AGREED
    return State.WITHDRAWN if row.is_withdrawal else State.REFUSED
