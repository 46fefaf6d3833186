"""What apps above know of those who come to an appointment: facts that the diary's side panel shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from accounts.models import AccountAnchor
from accounts.permissions import Permission
from bookings.models import Attendee

Fact = tuple[str, Any]
# The attendees with their clients, the account, what the reader may → (attendee, label, value), in a fixed number of queries
Provider = Callable[
    [Sequence[Attendee], AccountAnchor, frozenset[Permission]], Iterable[tuple[UUID, str, Any]]
]
_providers: list[Provider] = []


def provides(provider: Provider) -> Provider:
    """Register an app that knows more; for its `AppConfig.ready`."""
    _providers.append(provider)
    return provider


def facts(
    attendees: Sequence[Attendee], account: AccountAnchor, permissions: frozenset[Permission]
) -> dict[UUID, list[Fact]]:
    """Return what is known of each attendee."""
    found: defaultdict[UUID, list[Fact]] = defaultdict(list)
    for give in _providers:
        for attendee, label, value in give(attendees, account, permissions):
            found[attendee].append((label, value))
    return found
