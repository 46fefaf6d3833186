"""Times on offer are kept free: all offers that overlap share one hold, so that none of them is in another's way."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from bookings.models import Hold, Service, WaitingOffer
from bookings.waiting.matching import Time
from privacy.vocabulary import clock

OPEN = WaitingOffer.State.OFFERED


def standing(practitioner: UUID, starts_at: datetime, ends_at: datetime) -> Hold | None:
    """Return the hold of open offers that touches a stretch of a practitioner's time."""
    found: Hold | None = (
        Hold.objects.filter(
            practitioner_id=practitioner,
            busy_from__lt=ends_at,
            busy_until__gt=starts_at,
            expires_at__gt=clock.now(),
            pk__in=WaitingOffer.objects.filter(
                state=OPEN, practitioner_id=practitioner, hold__isnull=False
            ).values("hold_id"),
        )
        .order_by("starts_at")
        .first()
    )
    return found


def keep(time: Time, service: Service, expires_at: datetime) -> Hold:
    """Keep a time free until an instant; stretches and prolongs the hold of other offers that it touches."""
    busy_from = time.starts_at - timedelta(minutes=service.buffer_before)
    busy_until = time.ends_at + timedelta(minutes=service.buffer_after)
    hold = standing(time.practitioner, busy_from, busy_until)
    if hold is None:
        hold = Hold(
            practitioner_id=time.practitioner,
            location_id=time.location,
            service=service,
            starts_at=time.starts_at,
            ends_at=time.ends_at,
            busy_from=busy_from,
            busy_until=busy_until,
            expires_at=expires_at,
            digest=sha256(secrets.token_bytes(32)).digest(),
        )
        hold.save(force_insert=True)
        return hold
    hold.starts_at = min(hold.starts_at, time.starts_at)
    hold.ends_at = max(hold.ends_at, time.ends_at)
    hold.busy_from = min(hold.busy_from, busy_from)
    hold.busy_until = max(hold.busy_until, busy_until)
    hold.expires_at = max(hold.expires_at, expires_at)
    hold.save(update_fields=["starts_at", "ends_at", "busy_from", "busy_until", "expires_at"])
    return hold


def release(holds: Iterable[UUID | None]) -> None:
    """Give up holds that no open offer needs any more."""
    needed = WaitingOffer.objects.filter(state=OPEN, hold__isnull=False).values("hold_id")
    gone = {each for each in holds if each is not None}
    if gone:
        Hold.objects.filter(pk__in=gone).exclude(pk__in=needed).delete()
