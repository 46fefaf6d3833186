"""What stands where an appointment is wanted: the practitioner's others, who has the room, and the client's own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.templatetags.keepwell import clock as clock_words
from accounts.templatetags.keepwell import span_words
from bookings.appointments import assigning, elsewhere
from bookings.models import Appointment, Attendee
from clients import directory


@dataclass(frozen=True, slots=True)
class Conflict:
    """An appointment that stands where another is wanted, in words; `room` when it is the room that it has.

    `with_whom`: it is the client's own, with somebody who may be another.
    """

    id: UUID
    time: str
    who: str
    service: str
    room: str = ""
    with_whom: str = ""

    @property
    def words(self) -> str:
        """It in a line: "10:00 to 11:00 am: Sam Lee, Physiotherapy"."""
        if self.with_whom:
            return _("%(time)s: the client’s own, %(service)s with %(whom)s") % {
                "time": self.time,
                "service": self.service,
                "whom": self.with_whom,
            }
        said = ", ".join(part for part in (self.who, self.service) if part)
        time = f"{self.room}, {self.time}" if self.room else self.time
        return f"{time}: {said}"


def conflicts(wanted: Appointment, zone: str, people: Sequence[UUID] = ()) -> list[Conflict]:
    """Return the appointments whose kept time, or whose room, `wanted` (saved or not) would overlap, buffers counted.

    Those of `people` at its time are among them, with whomever they are.
    """
    columns = ("id", "starts_at", "ends_at", "service_name", "attendees__client_id")
    rows = [
        (*row, "") for row in in_the_way(wanted).order_by("starts_at").values_list(*columns)[:12]
    ]
    met = {row[0] for row in rows}
    uses = assigning.in_the_way(wanted).order_by("busy_from", "id")
    rows += [
        row
        for row in uses.values_list(
            *(f"appointment__{each}" for each in columns), "resource__name"
        )[:12]
        if row[0] not in met
    ]
    names = directory.names({row[4] for row in rows if row[4]})
    found: dict[UUID, Conflict] = {}
    for pk, starts_at, ends_at, what, who, room in rows:
        several = pk in found
        found[pk] = Conflict(
            pk,
            span_words(clock_words(starts_at, zone), clock_words(ends_at, zone)),
            "" if several else names.get(who, ""),
            what,
            room,
        )
    own = {each.id: each for each in _own([wanted], zone, people).get(wanted.pk, ())}
    return list((found | own).values())


def overlapping(
    wanted: Sequence[Appointment],
    zone: str,
    leaving_out: Collection[UUID] = (),
    people: Sequence[UUID] = (),
) -> dict[UUID, list[Conflict]]:
    """Return for each of one practitioner's wanted visits what it would overlap, the others wanted among them.

    Those of `people` at its time are among them, with whomever they are.
    """
    rows = list(
        Appointment.objects.filter(
            practitioner_id=wanted[0].practitioner_id,
            state__in=Appointment.LIVE,
            busy_from__lt=max(each.busy_until for each in wanted),
            busy_until__gt=min(each.busy_from for each in wanted),
        )
        .exclude(pk__in=[*leaving_out, *(each.pk for each in wanted)])
        .order_by("starts_at", "id")
    )
    met = {
        each.pk: [
            other
            for other in (*rows, *wanted)
            if other.pk != each.pk
            and other.busy_from < each.busy_until
            and other.busy_until > each.busy_from
        ]
        for each in wanted
    }
    ids = {other.pk for others in met.values() for other in others}
    clients: dict[UUID, UUID | None] = {}
    for pk, client in Attendee.objects.filter(appointment_id__in=ids).values_list(
        "appointment_id", "client_id"
    ):
        clients[pk] = None if pk in clients else client
    names = directory.names({each for each in clients.values() if each})
    own = _own(wanted, zone, people, leaving_out)
    return {
        pk: [
            *(
                _conflict(other, zone, names.get(clients.get(other.pk) or pk, ""))
                for other in others
                if other.pk not in {each.id for each in own.get(pk, ())}
            ),
            *own.get(pk, ()),
        ]
        for pk, others in met.items()
    }


def _own(
    wanted: Sequence[Appointment],
    zone: str,
    people: Sequence[UUID],
    leaving_out: Collection[UUID] = (),
) -> dict[UUID, list[Conflict]]:
    """Return for each wanted visit what these people have at its time already; who asks for nobody asks nothing."""
    if not people:
        return {}
    since, until = (
        min(each.starts_at for each in wanted),
        max(each.ends_at for each in wanted),
    )
    rows = (
        elsewhere.places(list(people), since, until)
        .exclude(appointment_id__in=[*leaving_out, *(each.pk for each in wanted)])
        .select_related("appointment__practitioner")
        .defer("comment", "cancel_note", "accepted_from")
        .order_by("appointment__starts_at")
    )
    found: dict[UUID, list[Conflict]] = {}
    for place in rows:
        other = place.appointment
        own = _conflict(other, zone, "", str(other.practitioner.name))
        for each in wanted:
            if other.starts_at < each.ends_at and other.ends_at > each.starts_at:
                found.setdefault(each.pk, []).append(own)
    return found


def _conflict(other: Appointment, zone: str, who: str, with_whom: str = "") -> Conflict:
    times = span_words(clock_words(other.starts_at, zone), clock_words(other.ends_at, zone))
    return Conflict(other.pk, times, who, other.service_name, with_whom=with_whom)


def in_the_way(wanted: Appointment) -> QuerySet[Appointment]:
    """Return the practitioner's appointments whose kept time `wanted` (saved or not) would overlap, buffers counted."""
    rows: QuerySet[Appointment] = Appointment.objects.filter(
        practitioner_id=wanted.practitioner_id,
        state__in=Appointment.LIVE,
        busy_from__lt=wanted.busy_until,
        busy_until__gt=wanted.busy_from,
    ).exclude(pk=wanted.pk)
    return rows
