"""An appointment not yet kept: its wall time resolved, and its own copy of what the service says today."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from accounts.models import Location, Practitioner
from accounts.places import check_theirs
from bookings.availability.wall_time import resolve
from bookings.models import Appointment, Service, ServiceOffer
from privacy.vocabulary.prepared import Given, Prepared

_OWN = Prepared[ServiceOffer](
    lambda: ServiceOffer.objects.filter(
        service_id=Given("service"), practitioner_id=Given("practitioner")
    )
)


class Agreed(NamedTuple):
    """What a service takes with one practitioner."""

    minutes: int
    price_minor: int


def agreed(service: Service, practitioner: Practitioner) -> Agreed:
    """Return the length and price of a service with a practitioner, who may have their own (features C4)."""
    own = _OWN.first(service=service.pk, practitioner=practitioner.pk)
    return agreed_in(own, service) if own else Agreed(service.duration_minutes, service.price_minor)


def agreed_in(offer: ServiceOffer, service: Service) -> Agreed:
    """Return the length and price in an offer of the service, the service's own where it names none."""
    minutes, price = offer.duration_minutes, offer.price_minor
    return Agreed(
        service.duration_minutes if minutes is None else minutes,
        service.price_minor if price is None else price,
    )


def draft(
    practitioner: Practitioner,
    service: Service,
    location: Location,
    starts_local: datetime,
    terms: Agreed | None = None,
) -> Appointment:
    """Return an unsaved appointment at a naive wall time of the location (fold=1: second pass of a repeated hour).

    `terms` spare a query where the caller has them. Raises `NonexistentTime`.
    """
    check_theirs(practitioner)
    minutes, price = terms or agreed(service, practitioner)
    resolved = resolve(starts_local, location.time_zone)
    ends_at = resolved.instant + timedelta(minutes=minutes)
    return Appointment(
        practitioner=practitioner,
        location=location,
        service=service,
        service_name=service.name,
        colour=service.colour,
        duration_minutes=minutes,
        price_minor=price,
        currency=service.currency,
        capacity=service.capacity,
        cancel_notice_minutes=service.cancel_notice_minutes,
        local_date=starts_local.date(),
        local_time=starts_local.time(),
        time_zone=resolved.zone,
        tzdb_version=resolved.tzdb_version,
        starts_at=resolved.instant,
        ends_at=ends_at,
        busy_from=resolved.instant - timedelta(minutes=service.buffer_before),
        busy_until=ends_at + timedelta(minutes=service.buffer_after),
    )
