"""How much of a case is used: visits and money that count towards its caps, and what is said before one is passed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.keepwell import day
from bookings.models import Attendee
from bookings.offering.prices import price
from clients.models import Case
from privacy.vocabulary import clock

S = Attendee.State
SOON = timedelta(days=28)


@dataclass(slots=True)
class Usage:
    """Visits that were, visits to come, and what all of them cost."""

    done: int = 0
    planned: int = 0
    amount_minor: int = 0

    @property
    def sessions(self) -> int:
        """All that count."""
        return self.done + self.planned


@dataclass(frozen=True, slots=True)
class Caution:
    """What should be known before another visit is booked; `is_over`: a cap is passed."""

    text: str
    is_over: bool


def of_cases(cases: Iterable[Case]) -> dict[UUID, Usage]:
    """Return how much of each case is used, in one query."""
    known = {case.pk: case for case in cases}
    found = {pk: Usage() for pk in known}
    rows: QuerySet[Any] = Attendee.objects.filter(case_id__in=list(known)).values_list(
        "case_id", "state", "appointment__starts_at", "appointment__price_minor"
    )
    now = clock.now()
    for pk, state, starts_at, price_minor in rows:
        if not _counts(known[pk], state):
            continue
        usage = found[pk]
        if starts_at <= now:
            usage.done += 1
        else:
            usage.planned += 1
        usage.amount_minor += price_minor
    return found


def cautions(
    case: Case, usage: Usage, *, on: date, more: int = 0, price_minor: int = 0
) -> list[Caution]:
    """Return what is said of a case with so many more visits of a price, the last on a day."""
    found = [
        _of_sessions(case, usage.sessions + more),
        _of_amount(case, usage.amount_minor + more * price_minor),
        _of_expiry(case, on),
    ]
    return [each for each in found if each is not None]


def words(case: Case, usage: Usage) -> str:
    """Return "4 of 6 sessions, 1 of them to come"."""
    told = {"used": usage.sessions, "most": case.max_sessions, "planned": usage.planned}
    if case.max_sessions:
        said = _("%(used)d of %(most)d sessions") % told
    else:
        said = ngettext("%(used)d session", "%(used)d sessions", usage.sessions) % told
    return f"{said}, {_('%(planned)d of them to come') % told}" if usage.planned else said


def amount_words(case: Case, usage: Usage) -> str:
    """Return "$320 of $600", "" for a case without a limit on money."""
    if not case.max_amount_minor:
        return ""
    told = {
        "used": price(usage.amount_minor, case.currency) or "0",
        "most": price(case.max_amount_minor, case.currency),
    }
    return _("%(used)s of %(most)s") % told


def _counts(case: Case, state: str) -> bool:
    if state == S.CANCELLED:
        return bool(case.counts_cancelled)
    return bool(case.counts_missed) if state == S.NO_SHOW else True


def _of_sessions(case: Case, sessions: int) -> Caution | None:
    most = case.max_sessions
    if not most or sessions < most:
        return None
    told = {"number": sessions, "most": most}
    if sessions > most:
        return Caution(_("Session %(number)d of %(most)d that are allowed.") % told, True)
    return Caution(_("The last of %(most)d sessions that are allowed.") % told, False)


def _of_amount(case: Case, amount: int) -> Caution | None:
    most = case.max_amount_minor
    if not most or amount <= most:
        return None
    told = {"used": price(amount, case.currency), "most": price(most, case.currency)}
    return Caution(_("%(used)s of %(most)s that are allowed.") % told, True)


def _of_expiry(case: Case, on: date) -> Caution | None:
    if case.expires_on is None:
        return None
    told = {"day": day(case.expires_on)}
    if case.expires_on < on:
        return Caution(_("It expired on %(day)s.") % told, True)
    if case.expires_on - on <= SOON:
        return Caution(_("It expires on %(day)s.") % told, False)
    return None
