"""What the database knows of rooms and equipment: which suit a service at a location, and when each is taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import models
from django.db.models import QuerySet, Value
from django.db.models.functions import Cast

from accounts.models import Location
from bookings.availability.fitting import Needs, Use
from bookings.availability.ranges import Range
from bookings.availability.wall_time import day_bounds
from bookings.models import Appointment, Hold, Resource, ResourceUse, Service
from privacy.vocabulary import clock
from privacy.vocabulary.prepared import Given, Prepared

# The longest service and its buffers, as for practitioners
REACH = timedelta(days=2)
_SUITING = Prepared[Resource](
    lambda: Resource.objects.filter(
        needed_by__service_id=Given("service"), location_id=Given("location"), archived_at=None
    )
)


def suiting(service_id: UUID, location_id: UUID) -> list[Resource]:
    """Return the resources in use that suit a service at a location, in their order; none when it needs none there."""
    return _SUITING(service=service_id, location=location_id)


def needs_of(
    service: Service,
    location: Location,
    first_day: date,
    last_day: date,
    *,
    leaving_out: UUID | None = None,
    own_hold: bytes | None = None,
) -> Needs:
    """Return what a service needs at a location and when that is taken around some local dates, in one statement.

    A time that somebody holds takes one of what its service needs; `own_hold` is the digest of the asker's own.
    """
    since = day_bounds(first_day, location.time_zone).starts_at
    until = day_bounds(last_day, location.time_zone).ends_at
    suits = Resource.objects.filter(
        needed_by__service_id=service.pk, location_id=location.pk, archived_at=None
    ).order_by()
    nothing = Cast(Value(None), models.DateTimeField())
    held = Hold.objects.filter(
        location_id=location.pk,
        service__needs__resource__in=suits.values("pk"),
        expires_at__gt=clock.now(),
        busy_from__lt=until + REACH,
        busy_until__gt=since - REACH,
    ).distinct()
    if own_hold is not None:
        held = held.exclude(digest=own_hold)
    edges = ("busy_from", "busy_until")
    rows = (
        suits.values_list("pk", "kind")
        .annotate(since=nothing, until=nothing, is_hold=Value(value=False))
        .union(
            _uses(since - REACH, until + REACH, leaving_out)
            .filter(resource__in=suits.values("pk"))
            .values_list("resource_id", "resource__kind", *edges)
            .annotate(is_hold=Value(value=False)),
            held.values_list("pk", "service__needs__resource__kind", *edges).annotate(
                is_hold=Value(value=True)
            ),
            all=True,
        )
    )
    return Needs.of(Use(*row) for row in rows.order_by())


def taken(
    resources: Iterable[UUID], since: datetime, until: datetime, *, leaving_out: UUID | None = None
) -> dict[UUID, list[Range]]:
    """Return when resources are taken between two instants."""
    found: dict[UUID, list[Range]] = defaultdict(list)
    rows = _uses(since, until, leaving_out).filter(resource_id__in=list(resources))
    for resource, starts, ends in rows.values_list("resource_id", "busy_from", "busy_until"):
        found[resource].append((starts, ends))
    return found


def _uses(since: datetime, until: datetime, leaving_out: UUID | None) -> QuerySet[ResourceUse]:
    """Return the uses of live appointments between two instants, those that stand beside another included."""
    uses: QuerySet[ResourceUse] = ResourceUse.objects.filter(
        appointment__state__in=Appointment.LIVE,
        busy_from__gt=since - REACH,
        busy_from__lt=until,
        busy_until__gt=since,
    )
    if leaving_out is not None:
        uses = uses.exclude(appointment_id=leaving_out)
    return uses.order_by()
