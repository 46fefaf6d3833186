"""How entries and offers end: each state is set here, and what hung on it is let go."""

from __future__ import annotations

from collections.abc import Iterable

from accounts import outbox
from bookings.models import FreedTime, WaitingEntry, WaitingOffer
from bookings.waiting import holding
from privacy.vocabulary import clock

# The job that looks again at times that became free; see `freed`
LOOK = "waiting.look"


def end_entry(entry: WaitingEntry, state: str) -> None:
    """Take an entry, whose row is locked, off the list; offers that are open are withdrawn."""
    entry.state, entry.ended_at = state, clock.now()
    entry.save(update_fields=["state", "ended_at"])
    end_offers(
        WaitingOffer.objects.filter(entry_id=entry.pk, state=WaitingOffer.State.OFFERED),
        WaitingOffer.State.WITHDRAWN,
    )


def end_offers(offers: Iterable[WaitingOffer], state: str) -> list[WaitingOffer]:
    """End offers that are open, in a state; the time is free again once nobody else has it on offer. Return them."""
    ended = list(offers)
    if not ended:
        return []
    holds = {each.hold_id for each in ended}
    now = clock.now()
    WaitingOffer.objects.filter(
        pk__in=[each.pk for each in ended], state=WaitingOffer.State.OFFERED
    ).update(state=state, ended_at=now, hold=None)
    for each in ended:
        each.state, each.ended_at, each.hold_id = state, now, None
    holding.release(holds)
    return ended


def look_again() -> None:
    """Have the times that became free looked at again: somebody joined, or an offer came to nothing."""
    if FreedTime.objects.filter(starts_at__gt=clock.now(), dismissed_at=None).exists():
        outbox.enqueue(LOOK)
