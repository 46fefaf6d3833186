"""Sessions of a group: staff set their time, and they stand in the diary before anybody comes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Location, Practitioner
from accounts.tenancy import everywhere
from bookings.appointments import overbooking
from bookings.appointments.booking import insert
from bookings.appointments.drafting import draft
from bookings.appointments.freeing import place_freed
from bookings.availability.wall_time import day_bounds, local
from bookings.groups.room import TAKEN, offered
from bookings.models import Appointment, Service
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor


@dataclass(frozen=True, slots=True)
class Session:
    """A session as people choose among them: when, with whom, and how many places are left; never who comes."""

    id: UUID
    practitioner: UUID
    starts_at: datetime
    ends_at: datetime
    local_start: datetime
    capacity: int
    left: int

    @property
    def is_full(self) -> bool:
        """Whether nobody else can come."""
        return self.left == 0


@everywhere()
def schedule(
    *,
    by: Actor,
    practitioner: Practitioner,
    service: Service,
    location: Location,
    starts_local: datetime,
    overbook_because: str = "",
) -> Appointment:
    """Set a session of a group, without anybody in it yet; return it. Its places are those of the service today.

    Raises `SlotTaken`, `NonexistentTime`, ValidationError for a service that is not for groups.
    """
    if service.capacity == 1:
        raise ValidationError(_("This service is for one person at a time."))
    session = draft(practitioner, service, location, starts_local)
    insert(session, by=by, because=overbook_because)
    audit.record("session.scheduled", by=by, of=session)
    overbooking.record(session, by=by, because=overbook_because, client_id=None)
    place_freed(session)
    return session


def sessions(
    *,
    service: Service,
    practitioners: Iterable[Practitioner],
    location: Location,
    first_day: date,
    last_day: date,
    at_desk: bool = False,
) -> list[Session]:
    """Return the sessions of local dates of a location, both included, that people can still join, in order of time.

    Full ones are among them. Respects the service's notice and horizon, and keeps places that are on offer; `at_desk`
    lifts all of it.
    """
    now = clock.now()
    soonest = now if at_desk else now + timedelta(minutes=service.notice_minutes)
    rows = Appointment.objects.filter(
        service=service,
        location=location,
        practitioner_id__in=[each.pk for each in practitioners],
        state=Appointment.State.BOOKED,
        capacity__gt=1,
        starts_at__gte=max(day_bounds(first_day, location.time_zone).starts_at, soonest),
        starts_at__lt=day_bounds(last_day, location.time_zone).ends_at,
    )
    if not at_desk:
        rows = rows.filter(starts_at__lte=now + timedelta(days=service.horizon_days))
    counted = rows.annotate(taken=TAKEN, offered=offered()).order_by("starts_at", "id")
    return [
        Session(
            pk,
            practitioner,
            starts_at,
            ends_at,
            local(starts_at, location.time_zone).replace(tzinfo=None),
            capacity,
            max(0, capacity - taken - (0 if at_desk else kept)),
        )
        for pk, practitioner, starts_at, ends_at, capacity, taken, kept in counted.values_list(
            "id", "practitioner_id", "starts_at", "ends_at", "capacity", "taken", "offered"
        )
    ]
