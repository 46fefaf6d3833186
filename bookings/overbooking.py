"""Two appointments at once, knowingly: the conflict is shown, somebody says why, and the reason stays in the audit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts import audit
from accounts.templatetags.keepwell import clock as clock_words
from bookings.diary.words import span_words
from bookings.models import Appointment
from bookings.taking import Taken, taking
from clients import directory
from privacy.vocabulary.scope import Actor, ActorKind


@dataclass(frozen=True, slots=True)
class Conflict:
    """An appointment that stands where another is wanted, in words."""

    id: UUID
    time: str
    who: str
    service: str


def conflicts(wanted: Appointment, zone: str) -> list[Conflict]:
    """Return the appointments whose kept time `wanted` (saved or not) would overlap, buffers counted."""
    rows = (
        _in_the_way(wanted)
        .order_by("starts_at")
        .values_list("id", "starts_at", "ends_at", "service_name", "attendees__client_id")[:12]
    )
    names = directory.names({row[4] for row in rows if row[4]})
    found: dict[UUID, Conflict] = {}
    for pk, starts_at, ends_at, what, who in rows:
        several = pk in found
        found[pk] = Conflict(
            pk,
            span_words(clock_words(starts_at, zone), clock_words(ends_at, zone)),
            "" if several else names.get(who, ""),
            what,
        )
    return list(found.values())


def take(appointment: Appointment, save: Callable[[], None], *, by: Actor, because: str) -> None:
    """Have `save` write the appointment's time; where it is taken, beside the other one if `because` says why.

    One that finds its place free is not, or no longer, overbooked. Raises `Taken`.
    """
    appointment.is_overbooked, appointment.overbooked_by_id = False, None
    try:
        with taking(appointment.practitioner_id):
            # An overbooked row stands outside the constraint, and still nobody is put beside it unknowingly
            if _in_the_way(appointment).filter(is_overbooked=True).exists():
                raise Taken
            save()
    except Taken:
        if not because:
            raise
        appointment.is_overbooked = True
        appointment.overbooked_by_id = by.id if by.kind == ActorKind.MEMBER else None
        save()


def record(appointment: Appointment, *, by: Actor, because: str, client_id: UUID | None) -> None:
    """Keep why an appointment stands beside another, sealed in the audit; one that doesn't has nothing to tell."""
    if appointment.is_overbooked and because:
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
