"""What the diary asks the database for, each compiled once: hours, appointments with held and busy times, the choice."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Exists,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from accounts.models import Location, Practitioner
from bookings.diary.news import state_column
from bookings.models import (
    Absence,
    Appointment,
    BusyTime,
    DiaryChoice,
    ExtraHours,
    Hold,
    OpenHoliday,
    Resource,
    ResourceUse,
    WeeklyHours,
)
from clients.models import Alert
from privacy.vocabulary.prepared import Given, Prepared

# What stands in the column of an appointment's state for rows that are none
HELD, BUSY = "held", "busy"
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
    "capacity",
    "stays_outside_hours",
    "attendees__client_id",
    "attendees__state",
    "has_alert",
    "room",
)


def told(rows: QuerySet[Appointment]) -> QuerySet[Any, tuple[Any, ...]]:
    """Return appointments as the diary tells them, one row for each attendee.

    It says which clients have an alert that calls for care; what the alert says stays sealed until it is opened.
    """
    worrying = Alert.objects.filter(resolved_at=None).exclude(severity=Alert.Severity.INFO)
    theirs = Exists(worrying.filter(client_id=OuterRef("attendees__client_id")))
    of_merged = Exists(worrying.filter(client__alias_of_id=OuterRef("attendees__client_id")))
    rooms = ResourceUse.objects.filter(
        appointment_id=OuterRef("pk"), resource__kind=Resource.Kind.ROOM
    ).values("resource__name")[:1]
    values: QuerySet[Any, tuple[Any, ...]] = (
        rows.annotate(has_alert=theirs | of_merged, room=Coalesce(Subquery(rooms), Value("")))
        .order_by()
        .values_list(*_VALUES)
    )
    return values


def _of_these_days(rows: Any) -> Any:
    return rows.filter(
        practitioner__among=Given("people"),
        starts_at__gte=Given("since"),
        starts_at__lt=Given("until"),
    ).order_by()


def _held() -> Any:
    """Return the times that are held now, in the columns of appointments; the last of the four times is its end."""
    rows = _of_these_days(Hold.objects.filter(expires_at__gt=Given("now")))
    times = ("starts_at", "ends_at", "busy_from", "expires_at")
    return rows.values_list("id", "practitioner_id", "location_id", *_nothing(times, HELD))


def _elsewhere() -> Any:
    """Return when people are busy elsewhere, in the columns of appointments."""
    rows = _of_these_days(BusyTime.objects.all())
    times = ("starts_at", "ends_at", "starts_at", "ends_at")
    nowhere = Cast(Value(None), UUIDField())
    return rows.values_list("id", "practitioner_id", nowhere, *_nothing(times, BUSY))


def _nothing(times: tuple[str, ...], state: str) -> list[Any]:
    """Return what stands in an appointment's columns for a row that is none."""
    return [
        Value(""),
        Value(0),
        *(F(each) for each in times),
        Value(state),
        Value(1),
        Value(value=False),
        Cast(Value(None), UUIDField()),
        Value(""),
        Value(value=False),
        Value(""),
    ]


# Appointments, cancelled ones too, with held and busy times
IN_DAYS = Prepared(
    lambda: (
        told(_of_these_days(Appointment.objects.all()))
        .union(_held(), _elsewhere(), all=True)
        .order_by()
    )
)


def _hours() -> QuerySet[Any, tuple[Any, ...]]:
    edges = ("practitioner_id", "location_id", "starts", "ends")
    number = IntegerField()
    weekly = WeeklyHours.objects.filter(practitioner__among=Given("people")).order_by()
    more = ExtraHours.objects.filter(
        practitioner__among=Given("people"), day__lte=Given("last")
    ).order_by()
    found: QuerySet[Any, tuple[Any, ...]] = (
        weekly.values_list(*edges, "effective_from", "effective_until")
        .annotate(on=F("weekday"), every=Cast(Value(None), number))
        .union(
            more.values_list(*edges, "day", "until").annotate(
                on=Cast(Value(0), number), every=F("every_weeks")
            ),
            all=True,
        )
        .order_by()
    )
    return found


# Weekly hours with their weekday, extra ones with 0 and the weeks between them
HOURS = Prepared(_hours)


def _chosen(**where: Any) -> Exists:
    return Exists(DiaryChoice.objects.filter(member_id=Given("member"), **where))


# The locations, with what was chosen last, the holidays they keep, and the diary's state
PLACES = Prepared[Any](
    lambda: Location.objects.annotate(
        is_chosen=_chosen(location_id=OuterRef("pk")),
        country=F("holiday_calendars__country"),
        part=F("holiday_calendars__subdivision"),
        opens=ArraySubquery(
            OpenHoliday.objects.filter(
                location=OuterRef("pk"), day__gte=Given("first"), day__lte=Given("last")
            ).values("day")
        ),
        has_absences=Exists(Absence.objects.all()),
        has_rooms=Exists(Resource.objects.filter(location_id=OuterRef("pk"), archived_at=None)),
        state=state_column(Given("before"), Given("after")),
    ).order_by("name")
)
PEOPLE = Prepared[Any](
    lambda: Practitioner.objects.annotate(
        is_chosen=_chosen(practitioner_id=OuterRef("pk"))
    ).order_by("position", "id")
)
