"""Appointments as another system had them: their times, people and outcomes, without a message to anybody."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models import Location, Practitioner
from accounts.time_zones import zone_info
from bookings.availability.wall_time import NonexistentTime, resolve, tzdb_version
from bookings.models import Appointment, Attendee, Service
from clients.importing import matching, whose
from clients.importing.kinds import Built, Choice, Field, Found, Kind, Record, Type, register
from clients.importing.plans import FORMER, Plan
from clients.importing.reading.dates import Moment
from clients.importing.seen import Seen
from clients.importing.values import Refused, wall_time
from privacy.vocabulary import keyring

_USUAL_MINUTES = 30
BOOKED, SEEN, ARRIVED, MISSED, CANCELLED = "booked", "seen", "arrived", "no_show", "cancelled"


def practitioners() -> list[Choice]:
    """Return who may have written or seen somebody: also those who left, and whoever is not here at all."""
    rows = Practitioner.objects.all()
    return [
        *(
            Choice(str(each.pk), str(each.name), (str(each.name).removeprefix("Dr "),))
            for each in rows
        ),
        Choice(FORMER, str(_("Somebody who left: keep the name"))),
    ]


def _services() -> list[Choice]:
    rows = Service.objects.all()
    return [
        *(Choice(str(each.pk), str(each.name)) for each in rows),
        Choice(FORMER, str(_("No longer offered: keep the name"))),
    ]


def _locations() -> list[Choice]:
    return [Choice(str(each.pk), str(each.name)) for each in Location.objects.order_by("id")]


def _states() -> list[Choice]:
    return [
        Choice(
            BOOKED,
            str(_("Booked")),
            ("scheduled", "confirmed", "unconfirmed", "pending", "active", "open"),
        ),
        Choice(
            SEEN,
            str(_("Seen")),
            ("completed", "complete", "attended", "finished", "done", "checked out", "billed"),
        ),
        Choice(ARRIVED, str(_("Arrived")), ("checked in",)),
        Choice(
            MISSED,
            str(_("No-show")),
            ("did not arrive", "dna", "did not attend", "missed", "noshow", "no show"),
        ),
        Choice(
            CANCELLED,
            str(_("Cancelled")),
            ("canceled", "late cancellation", "deleted", "rescheduled"),
        ),
    ]


FIELDS = (
    Field("reference", _("Number in the other system"), ("id", "appointment id", "appointment number"), longest=60),
    *whose.FIELDS,
    Field("practitioner", _("Practitioner"), ("practitioner", "provider", "staff member", "clinician", "therapist"),
          Type.CHOICE, choices=practitioners, is_needed=True),
    Field("service", _("Service"), ("service", "appointment type", "type", "treatment"), Type.CHOICE,
          choices=_services, is_needed=True),
    Field("location", _("Location"), ("location", "business", "clinic"), Type.CHOICE, choices=_locations,
          is_needed=True),
    Field("starts_at", _("Begins: day and time"), ("starts at", "start at", "start", "begin", "appointment start",
          "date and time"), Type.MOMENT),
    Field("date", _("Day"), ("date", "appointment date", "day"), Type.DATE),
    Field("start_time", _("Begins: time"), ("start time", "time", "from"), Type.TIME),
    Field("ends_at", _("Ends: day and time"), ("ends at", "end at", "end", "appointment end"), Type.MOMENT),
    Field("end_time", _("Ends: time"), ("end time", "to"), Type.TIME),
    Field("minutes", _("Minutes"), ("duration", "length", "minutes"), Type.MINUTES),
    Field("state", _("What became of it"), ("state", "status"), Type.CHOICE, choices=_states),
    Field("no_show", _("Did not come"), ("no show", "did not arrive", "dna", "no show at"), Type.YES),
    Field("arrived", _("Came"), ("arrived", "patient arrived", "arrived at"), Type.YES),
    Field("cancelled", _("Is cancelled"), ("cancelled", "canceled"), Type.YES),
    Field("cancelled_at", _("Cancelled on"), ("cancelled at", "cancellation time"), Type.MOMENT),
    Field("cancel_reason", _("Why it was cancelled"), ("cancellation reason", "cancel reason"), Type.LONG, 500, "\n"),
    Field("comment", _("Words about it"), ("notes", "comment", "comments", "appointment notes"), Type.LONG, 1000, "\n"),
    Field("created_at", _("Booked on"), ("created at", "booked at", "date created"), Type.MOMENT),
)  # fmt: skip
matching.NEEDED_ONE_OF["appointments"] = (whose.ONE_OF, ("starts_at", "date"))


class Appointments:
    """One pass over a file of appointments."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.seen, self.whose = Seen(plan), whose.Whose(plan)
        self.services = {str(each.pk): each for each in Service.objects.all()}
        self.locations = {str(each.pk): each for each in Location.objects.all()}
        self.former = Former(plan)
        self.taken = _Taken()

    def look(self, records: Sequence[Record]) -> None:
        """Find clients and times; say what overlaps."""
        self.seen.look(records)
        self.whose.look(records)
        for record in records:
            if record.is_taken:
                self._look_at_time(record)
            if record.is_taken:
                self.former.note(record, "practitioner", "service")
                self._look_for_overlap(record)

    def keys(self, records: Sequence[Record]) -> None:
        """Fetch the keys of the clients."""
        keyring.prefetch({record.values["client_id"] for record in records})

    def build(self, record: Record) -> Iterator[Built]:
        """Return the appointment, its attendee, and whoever has to be there for it."""
        told, pk = record.values, uuid7()
        service_id, service = self.former.of(record, "service")
        practitioner_id, practitioner = self.former.of(record, "practitioner")
        yield Built(Appointment, pk, None, self._appointment(record, practitioner_id, service_id))
        state, state_at = _attendance(told, self.plan.now)
        attendee = {
            "appointment_id": pk,
            "client_id": told["client_id"],
            "state": state,
            "state_at": state_at,
            "cancel_note": told.get("cancel_reason") or "",
            "comment": told.get("comment") or "",
            "provenance": "import",
        }
        yield Built(Attendee, uuid7(), told["client_id"], attendee)
        if practitioner:
            left = {"name": practitioner, "is_online": False, "deactivated_at": self.plan.now}
            yield Built(Practitioner, practitioner_id, None, left)
        if service:
            gone = {"name": service[:80], "is_online": False, "archived_at": self.plan.now}
            yield Built(Service, service_id, None, gone)

    def _appointment(self, record: Record, practitioner: UUID, service: UUID) -> dict[str, Any]:
        told, known = record.values, self.services.get(str(service))
        location = self.locations[told["location"]]
        starts, ends = told["begins"], told["over"]
        wall = starts.astimezone(zone_info(location.time_zone))
        is_off = _is_cancelled(told)
        return {
            "practitioner_id": practitioner,
            "location_id": location.pk,
            "service_id": service,
            "service_name": known.name if known else str(told["service:told"])[:80],
            "colour": known.colour if known else 1,
            "duration_minutes": max(int((ends - starts).total_seconds() // 60), 1),
            "price_minor": known.price_minor if known else 0,
            "currency": known.currency if known else "AUD",
            "local_date": wall.date(),
            "local_time": wall.time(),
            "time_zone": location.time_zone,
            "tzdb_version": tzdb_version(),
            "starts_at": starts,
            "ends_at": ends,
            "busy_from": starts,
            "busy_until": ends,
            "state": Appointment.State.CANCELLED if is_off else Appointment.State.BOOKED,
            "is_overbooked": bool(told.get("beside")),
            "provenance": "import",
            "created_at": self._past(told.get("created_at")) or min(starts, self.plan.now),
            "cancelled_at": (self._past(told.get("cancelled_at")) or min(starts, self.plan.now))
            if is_off
            else None,
        }

    def _look_at_time(self, record: Record) -> None:
        """Put the instants of beginning and end among a record's values, or say why there are none."""
        told, plan = record.values, self.plan
        zone = self.locations[told["location"]].time_zone
        place = plan.place_of("starts_at", "date")
        try:
            begins, over = self._span(told, zone)
        except Refused as refused:
            record.found.append(Found(place, refused.code))
            return
        if not begins < over <= begins + timedelta(days=1):
            record.found.append(Found(plan.place_of("ends_at", "end_time") or place, "ends_first"))
            return
        told["begins"], told["over"] = begins, over

    def _span(self, told: dict[str, Any], zone: str) -> tuple[datetime, datetime]:
        """Return when an appointment begins and is over. Raises `Refused`."""
        if told.get("starts_at") is not None:
            day = told["starts_at"].day
            begins = _instant(told["starts_at"], told.get("start_time"), zone)
        elif told.get("date") is not None:
            day = told["date"]
            begins = _instant(Moment(day), told.get("start_time"), zone)
        else:
            raise Refused("no_date")
        if told.get("ends_at") is not None:
            return begins, _instant(told["ends_at"], told.get("end_time"), zone)
        if told.get("end_time") is not None:
            return begins, _instant(Moment(day), told["end_time"], zone)
        known = self.services.get(told["service"])
        usual = known.duration_minutes if known else _USUAL_MINUTES
        return begins, begins + timedelta(minutes=told.get("minutes") or usual)

    def _look_for_overlap(self, record: Record) -> None:
        told = record.values
        if _is_cancelled(told):
            return
        who, _name = self.former.of(record, "practitioner")
        if not self.taken.take(who, told["begins"], told["over"]):
            told["beside"] = True
            place = self.plan.place_of("starts_at", "date")
            # Of what is over nobody needs to be told
            if told["over"] > self.plan.now:
                record.found.append(Found(place, "beside", is_error=False))

    def _past(self, moment: Any) -> datetime | None:
        if moment is None:
            return None
        wall = wall_time(moment, moment.clock or time(12))
        assert wall is not None  # a time of day was given
        found = moment.instant or wall.replace(tzinfo=zone_info(self.plan.zone))
        return min(found.astimezone(UTC), self.plan.now)


class Former:
    """People and services that are not here any more: each is kept once, under the name that the file has."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._first: dict[tuple[str, str], int] = {}

    def note(self, record: Record, *names: str) -> None:
        """Remember which row is the first to name somebody."""
        for name in names:
            if str(record.values[name]).startswith(FORMER):
                self._first.setdefault((name, self._called(record, name)), record.row)

    def of(self, record: Record, name: str) -> tuple[UUID, str]:
        """Return the id that a row names, and the name where it has to be kept with this row."""
        value = str(record.values[name])
        if not value.startswith(FORMER):
            return UUID(value), ""
        called = self._called(record, name)
        is_first = self._first.get((name, called)) == record.row
        return uuid5(self.plan.batch_id, f"{name}:{called}"), called if is_first else ""

    def _called(self, record: Record, name: str) -> str:
        return " ".join(str(record.values[f"{name}:told"]).split())


class _Taken:
    """When practitioners are busy: what stands in the diary, and what the file has brought so far."""

    def __init__(self) -> None:
        self._busy: dict[UUID, list[tuple[float, float]]] = {}
        live = Appointment.objects.filter(state__in=Appointment.LIVE, is_overbooked=False)
        rows = live.order_by("practitioner_id", "busy_from")
        for who, begins, over in rows.values_list(
            "practitioner_id", "busy_from", "busy_until"
        ).iterator():
            self._busy.setdefault(who, []).append((begins.timestamp(), over.timestamp()))

    def take(self, who: UUID, begins: datetime, over: datetime) -> bool:
        """Take a time; return whether it was free."""
        busy, span = self._busy.setdefault(who, []), (begins.timestamp(), over.timestamp())
        place = bisect_left(busy, span)
        if place < len(busy) and busy[place][0] < span[1]:
            return False
        if place and busy[place - 1][1] > span[0]:
            return False
        insort(busy, span)
        return True


def _instant(moment: Moment, clock: time | None, zone: str) -> datetime:
    """Return the instant of a day with its own time or another. Raises `Refused`."""
    if moment.instant is not None:
        return moment.instant
    wall = wall_time(moment, moment.clock if moment.clock is not None else clock)
    if wall is None:
        raise Refused("no_time")
    try:
        return resolve(wall, zone).instant
    except NonexistentTime:
        raise Refused("clock_jumps") from None


def _is_cancelled(told: dict[str, Any]) -> bool:
    return bool(told.get("state") == CANCELLED or told.get("cancelled") or told.get("cancelled_at"))


def _attendance(told: dict[str, Any], now: datetime) -> tuple[str, datetime]:
    """Return what became of a client's place and when; of what is over, that they were seen unless it says otherwise."""
    states = Attendee.State
    at = min(told["over"], now)
    if _is_cancelled(told):
        return states.CANCELLED, at
    if told.get("state") == MISSED or told.get("no_show"):
        return states.NO_SHOW, at
    if told["over"] > now:
        return (states.ARRIVED if told.get("state") == ARRIVED else states.EXPECTED), at
    return (states.EXPECTED if told.get("arrived") is False else states.SEEN), at


register(
    Kind(
        "appointments",
        _("Appointments"),
        _("appointment"),
        "calendar",
        FIELDS,
        Appointment,
        (Practitioner, Service, Appointment, Attendee),
        Appointments,
        (
            ("Appointment ID", "Patient ID", "Patient", "Practitioner", "Appointment type", "Location", "Starts at",
             "Ends at", "Status", "Notes"),
            ("501", "1001", "Rosa Invented", "Mei Tanaka", "Follow-up", "Main rooms", "23/04/2025 09:30",
             "23/04/2025 10:15", "Completed", ""),
            ("502", "1002", "Theo Madeup", "Mei Tanaka", "Follow-up", "Main rooms", "07/11/2025 14:00",
             "07/11/2025 14:45", "Cancelled", "Called in sick"),
        ),
        position=30,
        help=_("Past and coming ones, with what became of them. No reminder is sent for what an import brings."),
    )
)  # fmt: skip
