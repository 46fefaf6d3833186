"""Two appointments at once, knowingly: the conflict is shown, somebody says why, and the reason stays in the audit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts import audit
from accounts.templatetags.keepwell import clock as clock_words
from accounts.templatetags.keepwell import span_words
from bookings.appointments import assigning
from bookings.models import Appointment, Attendee
from bookings.openings.taking import Taken, taking
from clients import directory
from privacy.vocabulary.scope import Actor, ActorKind


@dataclass(frozen=True, slots=True)
class Conflict:
    """An appointment that stands where another is wanted, in words; `room` when it is the room that it has."""

    id: UUID
    time: str
    who: str
    service: str
    room: str = ""


def conflicts(wanted: Appointment, zone: str) -> list[Conflict]:
    """Return the appointments whose kept time, or whose room, `wanted` (saved or not) would overlap, buffers counted."""
    columns = ("id", "starts_at", "ends_at", "service_name", "attendees__client_id")
    rows = [
        (*row, "") for row in _in_the_way(wanted).order_by("starts_at").values_list(*columns)[:12]
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
    return list(found.values())


def overlapping(
    wanted: Sequence[Appointment], zone: str, leaving_out: Collection[UUID] = ()
) -> dict[UUID, list[Conflict]]:
    """Return for each of one practitioner's wanted visits what it would overlap, the others wanted among them."""
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
    return {
        pk: [_conflict(other, zone, names.get(clients.get(other.pk) or pk, "")) for other in others]
        for pk, others in met.items()
    }


def _conflict(other: Appointment, zone: str, who: str) -> Conflict:
    times = span_words(clock_words(other.starts_at, zone), clock_words(other.ends_at, zone))
    return Conflict(other.pk, times, who, other.service_name)


def take(appointment: Appointment, save: Callable[[], None], *, by: Actor, because: str) -> None:
    """Have `save` write the appointment's time with its rooms; where they are taken, beside the other if `because` says why.

    One that finds its place free is not, or no longer, overbooked. Raises `Taken`.
    """
    suits = assigning.candidates(appointment)
    ways = [(False, False)]
    if because:
        # Where only the room is taken, the practitioner's time stays behind its wall
        ways += [(False, True)] if suits else []
        ways.append((True, True))
    for is_overbooked, shares_room in ways:
        appointment.is_overbooked = is_overbooked
        member = by.id if is_overbooked and by.kind == ActorKind.MEMBER else None
        appointment.overbooked_by_id = member
        held = [] if is_overbooked else [appointment.practitioner_id]
        try:
            with taking(*held, *(each.pk for each in suits)):
                # An overbooked row stands outside the constraint, and still nobody is put beside it unknowingly
                beside = _in_the_way(appointment).filter(is_overbooked=True)
                if not is_overbooked and beside.exists():
                    raise Taken
                save()
                assigning.assign(appointment, suits, beside=shares_room)
                return
        except Taken:
            if (is_overbooked, shares_room) == ways[-1]:
                raise


def record(appointment: Appointment, *, by: Actor, because: str, client_id: UUID | None) -> None:
    """Keep why an appointment stands beside another, sealed in the audit; one that doesn't has nothing to tell."""
    if because and (appointment.is_overbooked or assigning.is_shared(appointment)):
        audit.record(
            "appointment.overbooked",
            by=by,
            of=appointment,
            client_id=client_id,
            detail={"reason": because},
        )


def settle(practitioner: UUID, since: datetime, until: datetime) -> None:
    """Give overbooked appointments in a stretch that became free a place of their own, where they now fit."""
    beside = Appointment.objects.filter(
        practitioner_id=practitioner,
        is_overbooked=True,
        state__in=Appointment.LIVE,
        busy_from__lt=until,
        busy_until__gt=since,
    )
    # Whoever moves one of them at this moment decides about it
    for each in beside.order_by("id").select_for_update(skip_locked=True):
        if _in_the_way(each).exists():
            continue
        each.is_overbooked, each.overbooked_by_id = False, None
        try:
            with taking(practitioner):
                each.save(update_fields=["is_overbooked", "overbooked_by"])
        except Taken:
            continue


def _in_the_way(wanted: Appointment) -> QuerySet[Appointment]:
    rows: QuerySet[Appointment] = Appointment.objects.filter(
        practitioner_id=wanted.practitioner_id,
        state__in=Appointment.LIVE,
        busy_from__lt=wanted.busy_until,
        busy_until__gt=wanted.busy_from,
    ).exclude(pk=wanted.pk)
    return rows
