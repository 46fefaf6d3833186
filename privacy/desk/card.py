"""What a client's page shows of requests: the open ones, what the person says against an entry, how to note one."""

from __future__ import annotations

from typing import Any

from accounts.permissions import Permission
from accounts.requests import AccountRequest
from clients import cards, identity
from clients.models import Client
from privacy.cases import DeskCase


@cards.shows
def requests(request: AccountRequest, client: Client) -> tuple[str, dict[str, Any]] | None:
    """Return the card; whoever doesn't answer requests sees the statements alone."""
    answers = Permission.REQUESTS in request.permissions
    found = list(DeskCase.objects.filter(identity.of(client)).order_by("-received_at"))
    statements = [case for case in found if case.statement]
    if not statements and not answers:
        return None
    return "privacy/desk/card.html", {
        "statements": statements,
        "open": [case for case in found if case.is_open] if answers else [],
        "new_url": request.account.url("desk_new", about=client.person_id) if answers else "",
    }
