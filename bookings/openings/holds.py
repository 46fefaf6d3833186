"""Holding a time for a visitor who types: others booking online don't see it for ten minutes. Only a courtesy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from accounts import outbox
from accounts.models import Location, Practitioner
from accounts.time_zones import zone_info
from bookings.availability.schedule import Slot
from bookings.models import Hold, Service
from bookings.openings.finding import openings
from bookings.openings.taking import taking
from privacy.vocabulary import clock

JOB = "hold.sweep"
LIFE = timedelta(minutes=10)


def digest_of(secret: UUID) -> bytes:
    """Return what is kept of a visitor's secret."""
    return sha256(secret.bytes).digest()


def held_by(digest: bytes) -> Hold | None:
    """Return the visitor's hold while it lives."""
    hold: Hold | None = Hold.objects.filter(digest=digest, expires_at__gt=clock.now()).first()
    return hold


def keep(
    *,
    digest: bytes,
    service: Service,
    practitioners: Sequence[Practitioner],
    location: Location,
    starts_at: datetime,
) -> Hold | None:
    """Hold an opening with the first of these practitioners who has one, in place of what the visitor held before.

    Returns None, and keeps nothing, when the time isn't open to them. Raises `taking.Taken` when it can't be told now.
    """
    with taking(*(each.pk for each in practitioners)):
        slots = {
            slot.practitioner: slot
            for slot in open_at(service, practitioners, location, starts_at, digest)
        }
        slot = next((slots[each.pk] for each in practitioners if each.pk in slots), None)
        if slot is None:
            return None
        release(digest)
        hold = Hold(
            practitioner_id=slot.practitioner,
            location=location,
            service=service,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            busy_from=slot.starts_at - timedelta(minutes=service.buffer_before),
            busy_until=slot.ends_at + timedelta(minutes=service.buffer_after),
            expires_at=clock.now() + LIFE,
            digest=digest,
        )
        hold.save(force_insert=True)
    outbox.enqueue(JOB, run_at=hold.expires_at)
    return hold


def release(digest: bytes) -> None:
    """Give a held time back; without one nothing happens."""
    Hold.objects.filter(digest=digest).delete()


def open_at(
    service: Service,
    practitioners: Sequence[Practitioner],
    location: Location,
    starts_at: datetime,
    own_hold: bytes | None = None,
) -> list[Slot]:
    """Return the openings that begin at an instant, one for each practitioner who has it."""
    day = starts_at.astimezone(zone_info(location.time_zone)).date()
    found = openings(
        service=service,
        practitioners=practitioners,
        location=location,
        first_day=day,
        last_day=day,
        own_hold=own_hold,
    )
    return [slot for slot in found if slot.starts_at == starts_at]


@outbox.handles(JOB)
def sweep(work: outbox.Work) -> None:
    """Remove the holds of the account that ran out."""
    Hold.objects.filter(expires_at__lte=clock.now()).delete()
