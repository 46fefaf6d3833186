"""What a client's page shows of recalls: what they are still to be called back for."""

from __future__ import annotations

from accounts.permissions import Permission
from accounts.requests import AccountRequest
from bookings.models import Recall
from bookings.recalls import listing
from clients import glance
from clients.cards import Card, shows
from clients.models import Client

glance.watches(Recall)


@shows
def card(request: AccountRequest, client: Client) -> Card | None:
    """Return the recalls of a client that wait."""
    may_edit = Permission.CLIENTS_EDIT in request.permissions and request.account.is_active
    found = listing.waiting(client) if glance.may_have(client, Recall) else []
    if not found and not may_edit:
        return None
    context = {
        "recalls": found,
        "today": listing.today() if found else None,
        "client": client,
        "may_edit": may_edit,
        "may_book": Permission.DIARY_EDIT in request.permissions and request.account.is_active,
    }
    return "bookings/recalls/card.html", context
