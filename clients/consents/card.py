"""What a client's page shows of consents: how things stand, in a few lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from clients.consents import notices
from clients.consents.standing import Standing, State, standings
from clients.models import Client

SHOWN = (State.AGREED, State.REFUSED, State.WITHDRAWN, State.LAPSED)


def card(client: Client) -> dict[str, Any]:
    """Return the notice's state, and the purposes by state: one of each state for its looks, with all their names."""
    by_state: defaultdict[State, list[Standing]] = defaultdict(list)
    for each in standings(client):
        by_state[each.state].append(each)
    return {
        "notice": notices.standing(client),
        "states": [
            (by_state[state][0], _names(by_state[state])) for state in SHOWN if by_state[state]
        ],
        "not_asked": _names(by_state[State.NOT_ASKED]),
    }


def _names(found: Iterable[Standing]) -> str:
    return " · ".join(each.purpose.name for each in found)
