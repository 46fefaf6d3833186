"""Cards on a client's page: apps above give them, this one shows them in their order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accounts.requests import AccountRequest
from clients.models import Client

# A template and what it needs as `card`; None where there is nothing to show
Card = tuple[str, dict[str, Any]]
Maker = Callable[[AccountRequest, Client], Card | None]
_makers: list[Maker] = []


def shows(maker: Maker) -> Maker:
    """Register a function that gives a client's card; for `AppConfig.ready`. A constant number of queries each."""
    if maker not in _makers:
        _makers.append(maker)
    return maker


def of_client(request: AccountRequest, client: Client) -> list[Card]:
    """Return the cards of a client, in the order in which apps registered them."""
    return [card for maker in _makers if (card := maker(request, client)) is not None]
