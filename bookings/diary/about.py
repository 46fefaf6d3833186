"""What should be known of a client while somebody books for them: alerts, wishes, cases with their caps, recalls due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bookings.cases import keeping, showing
from bookings.cases.showing import Shown
from bookings.models import Recall
from bookings.recalls import listing
from clients import alerts
from clients.models import Client, Relationship
from clients.relationships import relating
from clients.restrictions import standing


@dataclass(slots=True)
class About:
    """What is shown beside a client who was picked; `alerts` are tone, title and text, as in the panel."""

    client: Client
    alerts: list[tuple[str, str, str]]
    wishes: str
    cases: list[Shown]
    recalls: list[Recall]
    told: str
    chosen_case: str = ""
    chosen_recall: str = ""


def about(
    client: Client,
    *,
    case: str | None = None,
    recall: str | None = None,
    on: date | None = None,
    visits: int = 1,
    price_minor: int = 0,
) -> About:
    """Return what to show of a client; cases as they would be with so many more visits, the last of them on a day.

    `case` and `recall` are what was chosen so far, None where nothing was: the only open case that is not used up is
    suggested, and nothing else.
    """
    if client.archived_at:
        return About(client, [], "", [], [], "")
    cases = showing.of(
        keeping.of_client(client, is_open=True), on=on, more=visits, price=price_minor
    )
    waiting = listing.waiting(client)
    others = relating.those_who("gets_messages", client)
    return About(
        client=client,
        alerts=[
            *(standing.told(each) for each in standing.standing(client)),
            *(alerts.told(each) for each in alerts.standing(client)),
        ],
        wishes=str(client.booking_notes),
        cases=cases,
        recalls=waiting,
        told=", ".join(_name(row) for row in others),
        chosen_case=_suggested(cases) if case is None else case,
        chosen_recall="" if recall is None else recall,
    )


def _suggested(cases: list[Shown]) -> str:
    fitting = [each for each in cases if not each.is_over]
    return str(fitting[0].case.pk) if len(cases) == len(fitting) == 1 else ""


def _name(row: Relationship) -> str:
    return str(row.other.full_name if row.other else row.contact.name)
