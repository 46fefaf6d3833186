"""What holds now: the newest answer to each purpose, asked of the database every time, so a withdrawal bites at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Max, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients import glance
from clients.identity import OF, ids, of, of_record, person
from clients.models import Client, Consent, ConsentPurpose
from privacy.vocabulary import clock
from privacy.vocabulary.prepared import Prepared

Kind, Decision = ConsentPurpose.Kind, Consent.Decision


# What whoever treats somebody has to know before they begin
CARE = (Kind.TREATMENT, Kind.TELEHEALTH, Kind.SHARING, Kind.PHOTOS)


class State(StrEnum):
    """What an answer means today."""

    NOT_ASKED = "not_asked"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


WORDS: dict[str, Promise] = {
    State.NOT_ASKED: _("Not asked"),
    State.AGREED: _("Agreed"),
    State.REFUSED: _("Refused"),
    State.WITHDRAWN: _("Withdrawn"),
    State.LAPSED: _("Lapsed"),
}
# state → icon, tone
LOOK = {
    State.NOT_ASKED: ("info", "quiet"),
    State.AGREED: ("check", "good"),
    State.REFUSED: ("ban", "warn"),
    State.WITHDRAWN: ("undo", "warn"),
    State.LAPSED: ("clock", "warn"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """One purpose for one client: its state, and the answer that gives it (None when never asked).

    `version` is that of the words published last; `is_outdated` says that the answer was to older ones.
    """

    purpose: ConsentPurpose
    state: State
    consent: Consent | None
    version: int

    @property
    def is_outdated(self) -> bool:
        """Whether the words have changed since an agreement that still holds."""
        consent = self.consent
        return bool(consent and self.state == State.AGREED and consent.text.version < self.version)

    @property
    def words(self) -> Promise:
        """The state in words."""
        return WORDS[self.state]

    @property
    def icon(self) -> str:
        """The state's icon."""
        return LOOK[self.state][0]

    @property
    def tone(self) -> str:
        """The state's tone."""
        return LOOK[self.state][1]


def standings(client: Client) -> list[Standing]:
    """Return how things stand with every purpose in use, and with every other that the client answered to."""
    newest: dict[UUID, Consent] = {}
    for each in sorted(glance.once(client, answered), key=_given, reverse=True):
        newest.setdefault(each.purpose_id, each)
    now = clock.now()
    return [
        Standing(purpose, state_of(newest.get(purpose.pk), now), newest.get(purpose.pk), version)
        for purpose in _PURPOSES()
        if (version := purpose.version or 0)
        and (purpose.archived_at is None or purpose.pk in newest)
    ]


def answered(client: Client) -> list[Consent]:
    """Return every answer of a client as it came in, newest first, without names and evidence."""
    return _ANSWERED(person=ids(client)) if glance.may_have(client, Consent) else []


def permits(client_id: UUID, kind: str) -> bool:
    """Tell whether a client agrees, at this moment, to what a kind of purpose asks; who was never asked doesn't."""
    newest = next(iter(_newest(of_record(client_id) & Q(purpose__kind=kind))), None)
    return state_of(newest, clock.now()) == State.AGREED


def holding(client_id: UUID, purpose: ConsentPurpose) -> Consent | None:
    """Return the agreement to a purpose that holds at this moment."""
    newest = next(iter(_newest(of_record(client_id) & Q(purpose=purpose))), None)
    return newest if state_of(newest, clock.now()) == State.AGREED else None


def taken_back(client: Client) -> list[Consent]:
    """Return what somebody no longer agrees to, of that which care rests on; asked each time, so it shows at once."""
    newest = _newest(of(client) & Q(purpose__kind__in=CARE))
    return [each for each in newest if each.is_withdrawal]


def taken_back_by(theirs: Q) -> dict[UUID, list[Consent]]:
    """Return the same of several people by id, in one statement; `theirs` is `identity.among` them."""
    rows = (
        Consent.objects.filter(theirs, purpose__kind__in=CARE)
        .select_related("purpose")
        .defer("by_name", "evidence", "signature")
        .annotate(whose=person())
        .order_by("purpose_id", "-starts_at", "-recorded_at", "-id")
    )
    newest: dict[tuple[UUID, UUID], Consent] = {}
    for row in rows:
        newest.setdefault((row.whose, row.purpose_id), row)
    found: dict[UUID, list[Consent]] = {}
    for (whose, _purpose), row in newest.items():
        if row.is_withdrawal:
            found.setdefault(whose, []).append(row)
    return found


def history(client: Client) -> list[Consent]:
    """Return every answer of a client, newest first, with its words."""
    rows = Consent.objects.filter(of(client)).select_related("purpose", "text")
    return list(rows.order_by("-starts_at", "-recorded_at", "-id"))


def state_of(consent: Consent | None, now: datetime) -> State:
    """Return what the newest answer to a purpose means at a moment."""
    if consent is None:
        return State.NOT_ASKED
    if consent.decision == Decision.DENY:
        return State.WITHDRAWN if consent.is_withdrawal else State.REFUSED
    return State.LAPSED if consent.until is not None and consent.until <= now else State.AGREED


def _newest(which: Q) -> QuerySet[Consent]:
    """Return the newest answer to each purpose, by when it was given."""
    rows: QuerySet[Consent] = (
        Consent.objects.filter(which)
        .select_related("text", "purpose")
        .defer("by_name", "evidence", "signature", "text__text")
        .order_by("purpose_id", "-starts_at", "-recorded_at", "-id")
        .distinct("purpose_id")
    )
    return rows


def _given(consent: Consent) -> tuple[datetime, datetime, UUID]:
    """Return the order in which answers count."""
    return consent.starts_at, consent.recorded_at, consent.pk


glance.watches(Consent)
_ANSWERED = Prepared[Consent](
    lambda: (
        Consent.objects.filter(OF)
        .select_related("text", "purpose")
        .defer("by_name", "evidence", "signature", "text__text")
        .order_by("-recorded_at", "-id")
    )
)
_PURPOSES = Prepared[Any](lambda: ConsentPurpose.objects.annotate(version=Max("texts__version")))
