"""Cases in the words of pages: on the client's page, in the diary's panel, while somebody books."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts import practice_settings
from accounts.permissions import Permission
from accounts.requests import AccountRequest
from bookings.cases import keeping, usage
from bookings.cases.usage import Caution, Usage
from clients import glance
from clients.cards import Card, shows
from clients.models import Case, Client
from privacy.vocabulary import clock


@dataclass(frozen=True, slots=True)
class Shown:
    """One case: how much is used, in words and as a bar, and what should be known."""

    case: Case
    usage: Usage
    words: str
    amount: str
    cautions: list[Caution]

    @property
    def is_over(self) -> bool:
        """Whether a cap is passed."""
        return any(each.is_over for each in self.cautions)


def of(cases: list[Case], *, on: date | None = None, more: int = 0, price: int = 0) -> list[Shown]:
    """Return cases as they would be with so many more visits of a price, the last of them on a day; else as they are."""
    if not cases:
        return []
    used = usage.of_cases(cases)
    last = on or clock.today(practice_settings.zone())
    return [
        Shown(
            case,
            used[case.pk],
            usage.words(case, used[case.pk]),
            usage.amount_words(case, used[case.pk]),
            usage.cautions(case, used[case.pk], on=last, more=more, price_minor=price),
        )
        for case in cases
    ]


glance.watches(Case)


@shows
def card(request: AccountRequest, client: Client) -> Card | None:
    """Return the open cases of a client for their page, and how many are closed."""
    cases = keeping.of_client(client) if glance.may_have(client, Case) else []
    may_edit = Permission.CLIENTS_EDIT in request.permissions and request.account.is_active
    if not cases and not may_edit:
        return None
    context: dict[str, Any] = {
        "cases": of([case for case in cases if case.closed_at is None]),
        "closed": [case for case in cases if case.closed_at is not None],
        "may_edit": may_edit,
        "client": client,
    }
    return "bookings/cases/card.html", context
