"""The practice's privacy notice and each client: which version they were shown, what they said to it, who saw none (B3).

A higher app that shows the notice says so by `shows`; what it knows and what people answered are read together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import PrivacyNotice
from clients import directory, glance
from clients.consents.giving import Given
from clients.finding import Person
from clients.identity import OF, ids, person
from clients.models import Client, NoticeAnswer
from privacy.vocabulary.placement import TenantQuerySet
from privacy.vocabulary.prepared import Prepared
from privacy.vocabulary.scope import Actor, ActorKind

Answer = NoticeAnswer.Answer
glance.watches(NoticeAnswer)
_CURRENT = Prepared[PrivacyNotice](lambda: PrivacyNotice.objects.order_by("-version")[:1])
_ANSWERS = Prepared[NoticeAnswer](
    lambda: NoticeAnswer.objects.filter(OF).select_related("notice").order_by("-recorded_at", "-id")
)


class State(StrEnum):
    """The three states of features B3."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    NOT_ASKED = "not_asked"


WORDS: dict[str, Promise] = {
    State.ACCEPTED: _("Accepted"),
    State.DECLINED: _("Declined"),
    State.NOT_ASKED: _("Not asked"),
}
# state → icon, tone
LOOK = {
    State.ACCEPTED: ("check", "good"),
    State.DECLINED: ("ban", "warn"),
    State.NOT_ASKED: ("info", "quiet"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """That a version of the notice stood before a client: when, and where."""

    notice: PrivacyNotice
    at: datetime
    where: str


@dataclass(frozen=True, slots=True)
class Shower:
    """What an app that shows the notice knows: what one client saw, and which clients saw a version."""

    seen_by: Callable[[Client], Iterable[Seen]]
    clients_of: Callable[[PrivacyNotice], TenantQuerySet]


_showers: list[Shower] = []


def shows(shower: Shower) -> None:
    """Register an app that shows the notice; for `AppConfig.ready` of apps above."""
    _showers.append(shower)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a client stands with the notice: their answer, the version in force, and the newest they were shown."""

    state: State
    answer: NoticeAnswer | None
    current: PrivacyNotice | None
    seen: Seen | None

    @property
    def is_outdated(self) -> bool:
        """Whether a version came out that the client has neither answered to nor been shown."""
        return self.current is not None and self.known_version < self.current.version

    @property
    def known_version(self) -> int:
        """The newest version that the client knows, 0 for none."""
        answered = self.answer.notice.version if self.answer else 0
        return max(answered, self.seen.notice.version if self.seen else 0)

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


def answer(
    *, by: Actor, client: Client, notice: PrivacyNotice, accepted: bool, given: Given
) -> NoticeAnswer:
    """Keep what a client says to a version of the notice; return it."""
    row = NoticeAnswer(
        client=client,
        notice=notice,
        answer=Answer.ACCEPTED if accepted else Answer.DECLINED,
        how=given.how,
        by_whom=given.by_whom,
        form_id=given.form_id,
        recorded_by=by.id if by.kind == ActorKind.MEMBER else None,
    )
    row.full_clean()
    row.save(force_insert=True)
    audit.record(
        f"notice.{row.answer}",
        by=by,
        of=row,
        client_id=client.pk,
        detail={"version": notice.version},
    )
    return row


def current() -> PrivacyNotice | None:
    """Return the notice in force, None while the practice has published none."""
    return _CURRENT.first()


def standing(client: Client) -> Standing:
    """Return how a client stands with the notice."""
    newest = next(iter(glance.once(client, answers)), None)
    state = State(newest.answer) if newest else State.NOT_ASKED
    return Standing(state, newest, current(), max(_seen(client), key=_rank, default=None))


def answers(client: Client) -> list[NoticeAnswer]:
    """Return what a client said to the notice, newest first."""
    return _ANSWERS(person=ids(client)) if glance.may_have(client, NoticeAnswer) else []


def sightings(client: Client) -> list[Seen]:
    """Return each time the notice stood before a client, newest first; an answer is one too."""
    answered = [
        Seen(each.notice, each.recorded_at, each.get_how_display()) for each in answers(client)
    ]
    return sorted([*_seen(client), *answered], key=lambda each: each.at, reverse=True)


def unaware() -> list[Person]:
    """Return the active clients who have neither seen nor answered the notice in force, by name, in any of their records."""
    notice = current()
    if notice is None:
        return []
    answered = NoticeAnswer.objects.filter(notice=notice).values(person=person())
    left = Client.objects.filter(archived_at=None, alias_of=None).exclude(pk__in=answered)
    for shower in _showers:
        left = left.exclude(pk__in=shower.clients_of(notice))
    people = directory.people(left.values_list("pk", flat=True))
    return sorted(people, key=lambda person: person.order)


def _seen(client: Client) -> list[Seen]:
    return [seen for shower in _showers for seen in shower.seen_by(client)]


def _rank(seen: Seen) -> tuple[int, datetime]:
    return seen.notice.version, seen.at
