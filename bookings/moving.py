"""Moving an appointment: same row, same id, one transaction; the database decides whether the new time is free."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Practitioner
from bookings.booking import SlotTaken
from bookings.messaging import messages
from bookings.models import Appointment, Attendee, Move
from bookings.openings import nearest
from bookings.taking import Taken, taking
from bookings.wall_time import local, resolve
from privacy.vocabulary.scope import Actor

SHORTEST, LONGEST = 5, 720
_TIMES = [
    "practitioner",
    "local_date",
    "local_time",
    "time_zone",
    "tzdb_version",
    "starts_at",
    "ends_at",
    "busy_from",
    "busy_until",
    "duration_minutes",
    "is_overbooked",
    "sequence",
]


def move(
    *, by: Actor, appointment: Appointment, practitioner: Practitioner, starts_local: datetime
) -> Appointment:
    """Give an appointment another start or practitioner and queue the news; return it as it stands now.

    `starts_local` is the naive wall time at the appointment's location (fold=1: second pass of a repeated hour). Length
    and buffers stay. A place found free ends an overbooking. Moving to where it already is changes nothing.
    Raises `SlotTaken` with the nearest free times, `NonexistentTime`, ValidationError when it was cancelled.
    """
    fresh = _locked(appointment)
    resolved = resolve(starts_local, fresh.location.time_zone)
    if (fresh.practitioner_id, fresh.starts_at) == (practitioner.pk, resolved.instant):
        return fresh
    record = Move(
        appointment=fresh,
        from_practitioner_id=fresh.practitioner_id,
        from_starts_at=fresh.starts_at,
        to_practitioner=practitioner,
        to_starts_at=resolved.instant,
        moved_by=by.id,
    )
    _shift(fresh, resolved.instant - fresh.starts_at)
    fresh.practitioner = practitioner
    fresh.local_date, fresh.local_time = starts_local.date(), starts_local.time()
    fresh.time_zone, fresh.tzdb_version = resolved.zone, resolved.tzdb_version
    _take(fresh)
    record.save(force_insert=True)
    audit.record("appointment.moved", by=by, of=fresh, client_id=only_client(fresh))
    messages.after_change(fresh)
    return fresh


def move_back(*, by: Actor, record: Move) -> Appointment:
    """Undo a move by moving once more, to where the appointment came from.

    Raises `SlotTaken` when somebody else has that time by now, ValidationError when it was moved again or cancelled.
    """
    latest = Move.objects.filter(appointment_id=record.appointment_id).order_by("-id").first()
    if latest is None or latest.pk != record.pk:
        raise ValidationError(_("This appointment was moved again. Nothing was undone."))
    appointment: Appointment = record.appointment
    zone = appointment.location.time_zone
    return move(
        by=by,
        appointment=appointment,
        practitioner=record.from_practitioner,
        starts_local=local(record.from_starts_at, zone).replace(tzinfo=None),
    )


def lengthen(*, by: Actor, appointment: Appointment, minutes: int) -> Appointment:
    """Give an appointment another length, start and buffers unchanged, and return it.

    Raises `SlotTaken` when the longer time reaches into another appointment, ValidationError for a length outside
    5 to 720 minutes or a cancelled appointment.
    """
    if not SHORTEST <= minutes <= LONGEST:
        raise ValidationError(_("Choose a length from 5 minutes to 12 hours."))
    fresh = _locked(appointment)
    if fresh.duration_minutes == minutes:
        return fresh
    before, fresh.duration_minutes = fresh.duration_minutes, minutes
    more = timedelta(minutes=minutes - before)
    fresh.ends_at += more
    fresh.busy_until += more
    _take(fresh)
    audit.record(
        "appointment.lengthened",
        by=by,
        of=fresh,
        client_id=only_client(fresh),
        detail={"from": before, "to": minutes},
    )
    messages.after_change(fresh)
    return fresh


def only_client(appointment: Appointment) -> UUID | None:
    """Return the id of the client when just one comes, else None: an event about a group names no single client."""
    comes = appointment.attendees.exclude(state=Attendee.State.CANCELLED)
    ids: list[UUID] = list(comes.values_list("client_id", flat=True)[:2])
    return ids[0] if len(ids) == 1 else None


def _locked(appointment: Appointment) -> Appointment:
    """Return the row as it is now, locked; whoever else moves or cancels it waits."""
    fresh: Appointment = Appointment.objects.select_for_update().get(pk=appointment.pk)
    if fresh.state not in Appointment.LIVE:
        raise ValidationError(_("This appointment was cancelled. Book it anew."))
    return fresh


def _shift(appointment: Appointment, by: timedelta) -> None:
    for name in ("starts_at", "ends_at", "busy_from", "busy_until"):
        setattr(appointment, name, getattr(appointment, name) + by)


def _take(appointment: Appointment) -> None:
    """Save the new time if it is free; an appointment never stands in its own way."""
    appointment.is_overbooked = False
    appointment.sequence += 1
    wanted = appointment.starts_at
    try:
        with taking(appointment.practitioner_id):
            appointment.save(update_fields=_TIMES)
    except Taken:
        raise SlotTaken(
            nearest(
                service=appointment.service,
                practitioners=[appointment.practitioner],
                location=appointment.location,
                wanted=wanted,
                at_desk=True,
                leaving_out=appointment.pk,
            )
        ) from None
