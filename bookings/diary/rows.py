"""What the diary reads: hours, appointments, names and alerts of some days, one statement each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import Exists, OuterRef

from accounts.models import Location, Practitioner
from accounts.time_zones import zone_info
from bookings.models import Appointment, Attendee, WeeklyHours
from bookings.wall_time import day_bounds
from clients import directory
from clients.models import Alert

_VALUES = (
    "id",
    "practitioner_id",
    "location_id",
    "service_name",
    "colour",
    "starts_at",
    "ends_at",
    "busy_from",
    "busy_until",
    "state",
    "is_overbooked",
    "attendees__client_id",
    "attendees__state",
    "has_alert",
)


@dataclass(slots=True)
class Entry:
    """One appointment as rows tell it, its times on the wall of the shown zone."""

    id: UUID
    practitioner: UUID
    location: UUID
    service: str
    colour: int
    starts: datetime
    ends: datetime
    busy_from: datetime
    busy_until: datetime
    state: str
    is_overbooked: bool
    places: list[tuple[UUID, str]] = field(default_factory=list)
    has_alert: bool = False


@dataclass(slots=True)
class Rows:
    """What was read: the columns' people, their hours and appointments, the names that go with them."""

    shown: list[Practitioner]
    hours: dict[tuple[UUID, int], list[tuple[UUID, time, time, date, date]]]
    entries: list[Entry]
    names: dict[UUID, str]


def read(
    practitioners: list[Practitioner],
    wanted: UUID | None,
    location: Location | None,
    days: list[date],
    zone: str,
) -> Rows:
    """Return all that the columns of these days show, of everybody or of the one practitioner `wanted`."""
    asked_for = [each.pk for each in practitioners if wanted in (None, each.pk)]
    hours = _hours(asked_for, location)
    entries = _entries(asked_for, days, zone)
    working = {practitioner for practitioner, _weekday in hours}
    booked = {
        entry.practitioner for entry in entries if location is None or entry.location == location.pk
    }
    somebody = working | booked
    shown = [
        each
        for each in practitioners
        if each.pk in asked_for
        and (
            each.pk == wanted
            or each.pk in booked
            or (each.deactivated_at is None and (location is None or each.pk in somebody))
        )
    ]
    clients = {client for entry in entries for client, _state in entry.places}
    return Rows(
        shown or [each for each in practitioners if each.deactivated_at is None and wanted is None],
        hours,
        entries,
        directory.names(clients),
    )


def _hours(
    practitioners: list[UUID], location: Location | None
) -> dict[tuple[UUID, int], list[tuple[UUID, time, time, date, date]]]:
    rows = WeeklyHours.objects.filter(practitioner_id__in=practitioners)
    if location is not None:
        rows = rows.filter(location_id=location.pk)
    found = defaultdict(list)
    for who, weekday, where, starts, ends, since, until in rows.order_by().values_list(
        "practitioner_id",
        "weekday",
        "location_id",
        "starts",
        "ends",
        "effective_from",
        "effective_until",
    ):
        found[who, weekday].append((where, starts, ends, since or date.min, until or date.max))
    return dict(found)


def _entries(practitioners: list[UUID], days: list[date], zone: str) -> list[Entry]:
    """Return the appointments that start on these days, in order, cancelled ones too, in one statement.

    It says which clients have an alert that calls for care; what the alert says stays sealed until it is opened.
    """
    worrying = Alert.objects.filter(
        client_id=OuterRef("attendees__client_id"), resolved_at=None
    ).exclude(severity=Alert.Severity.INFO)
    rows = (
        Appointment.objects.filter(
            practitioner_id__in=practitioners,
            starts_at__gte=day_bounds(days[0], zone).starts_at,
            starts_at__lt=day_bounds(days[-1], zone).ends_at,
        )
        .annotate(has_alert=Exists(worrying))
        .order_by("starts_at", "id")
        .values_list(*_VALUES)
    )
    info = zone_info(zone)
    found: dict[UUID, Entry] = {}
    for pk, who, where, service, colour, a, b, c, d, state, overbooked, client, place, care in rows:
        entry = found.get(pk)
        if entry is None:
            walls = (at.astimezone(info).replace(tzinfo=None) for at in (a, b, c, d))
            starts, ends, since, until = walls
            entry = Entry(
                pk, who, where, service, colour, starts, ends, since, until, state, overbooked
            )
            found[pk] = entry
        if client is not None:
            entry.places.append((client, place))
            entry.has_alert |= care and place != Attendee.State.CANCELLED
    return list(found.values())
