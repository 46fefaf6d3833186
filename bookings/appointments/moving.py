"""Moving an appointment: same row, same id, one transaction; the database decides whether the new time is free."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Practitioner
from accounts.places import check_theirs
from accounts.tenancy import everywhere
from bookings.appointments import elsewhere, overbooking
from bookings.appointments.booking import SlotTaken
from bookings.appointments.conflicts import Conflict, conflicts
from bookings.appointments.expiring import expire_at_its_time, last_answer
from bookings.appointments.freeing import Stretch, freed
from bookings.availability.wall_time import local, resolve
from bookings.messaging import heard, messages
from bookings.models import Appointment, Attendee, Move
from bookings.openings.finding import nearest
from bookings.openings.taking import Taken
from privacy.vocabulary import clock
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
    "overbooked_by",
    "answer_by",
    "stays_outside_hours",
    "stranded_at",
    "sequence",
]


@everywhere()
def move(
    *,
    by: Actor,
    appointment: Appointment,
    practitioner: Practitioner,
    starts_local: datetime,
    overbook_because: str = "",
    tell: bool | None = None,
    together: UUID | None = None,
    people: Sequence[UUID] = (),
) -> Appointment:
    """Give an appointment another start or practitioner and queue the news; return it as it stands now.

    `starts_local` is the naive wall time at the appointment's location (fold=1: second pass of a repeated hour). Length
    and buffers stay. `overbook_because` says why it may stand beside another; a place found free ends an overbooking.
    `tell` says whether clients are told (None: as the practice does it), `together` marks the moves of one change to a
    series. What `people` have then stands in the way like what the practitioner has. Moving to where it already is
    changes nothing.
    Raises `SlotTaken` with the nearest free times, `NonexistentTime`, ValidationError when it was cancelled.
    """
    fresh = _locked(appointment)
    before = Stretch.of(fresh)
    _place(fresh, practitioner, starts_local)
    if (fresh.practitioner_id, fresh.starts_at) == (before.practitioner_id, before.starts_at):
        return fresh
    record = Move(
        appointment=fresh,
        from_practitioner_id=before.practitioner_id,
        from_starts_at=before.starts_at,
        to_practitioner=practitioner,
        to_starts_at=fresh.starts_at,
        moved_by=by.id,
        was_overbooked=fresh.is_overbooked,
        together=together,
    )
    if fresh.answer_by is not None:
        fresh.answer_by = min(fresh.answer_by, last_answer(fresh.starts_at))
    fresh.stays_outside_hours, fresh.stranded_at = False, None
    _take(fresh, by, overbook_because, people)
    if fresh.answer_by is not None:
        expire_at_its_time(fresh)
    record.sequence = fresh.sequence
    record.save(force_insert=True)
    _told(fresh, by, "appointment.moved", overbook_because, tell, people=people)
    freed(before)
    return fresh


def conflicts_of_move(
    *,
    appointment: Appointment,
    practitioner: Practitioner,
    starts_local: datetime,
    people: Sequence[UUID] = (),
) -> list[Conflict]:
    """Return what an appointment would overlap at another time. Raises `NonexistentTime`."""
    fresh = Appointment.objects.select_related("location").get(pk=appointment.pk)
    _place(fresh, practitioner, starts_local)
    return conflicts(fresh, fresh.location.time_zone, people)


@everywhere()
def move_back(*, by: Actor, record: Move, tells: bool = True) -> Appointment:
    """Undo a move by moving once more, to where the appointment came from, beside another if it stood so.

    Clients hear of it only if the news of the move has left already: else what they know is true again. Without `tells`
    they don't hear of it here.
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
        overbook_because=_("A move was undone") if record.was_overbooked else "",
        tell=None if tells and heard.is_change_known(appointment) else False,
    )


@everywhere()
def lengthen(
    *,
    by: Actor,
    appointment: Appointment,
    minutes: int,
    overbook_because: str = "",
    tell: bool | None = None,
    people: Sequence[UUID] = (),
) -> Appointment:
    """Give an appointment another length, start and buffers unchanged, and return it.

    `overbook_because`, `tell` and `people` are those of `move`. Raises `SlotTaken` when the longer time reaches into another
    appointment, ValidationError for a length outside 5 to 720 minutes or a cancelled appointment.
    """
    if not SHORTEST <= minutes <= LONGEST:
        raise ValidationError(_("Choose a length from 5 minutes to 12 hours."))
    fresh = _locked(appointment)
    if fresh.duration_minutes == minutes:
        return fresh
    before, stretch = fresh.duration_minutes, Stretch.of(fresh)
    _stretch(fresh, minutes)
    _take(fresh, by, overbook_because, people)
    change = {"from": before, "to": minutes}
    _told(fresh, by, "appointment.lengthened", overbook_because, tell, change, people)
    if minutes < before:
        freed(stretch._replace(starts_at=fresh.ends_at))
    return fresh


def conflicts_of_length(
    *, appointment: Appointment, minutes: int, people: Sequence[UUID] = ()
) -> list[Conflict]:
    """Return what an appointment would overlap if it lasted so long."""
    fresh = Appointment.objects.select_related("location").get(pk=appointment.pk)
    _stretch(fresh, minutes)
    return conflicts(fresh, fresh.location.time_zone, people)


def only_client(appointment: Appointment) -> UUID | None:
    """Return the id of the client when just one comes, else None: an event about a group names no single client."""
    comes = appointment.attendees.exclude(state=Attendee.State.CANCELLED)
    ids: list[UUID] = list(comes.values_list("client_id", flat=True)[:2])
    return ids[0] if len(ids) == 1 else None


def _locked(appointment: Appointment) -> Appointment:
    """Return the row as it is now, locked; whoever else moves or cancels it waits."""
    fresh: Appointment = Appointment.objects.select_for_update(no_key=True).get(pk=appointment.pk)
    if fresh.state not in Appointment.LIVE:
        raise ValidationError(_("This appointment was cancelled. Book it anew."))
    return fresh


def _place(appointment: Appointment, practitioner: Practitioner, starts_local: datetime) -> None:
    """Set another start and practitioner on a row that is not saved yet. Raises `NonexistentTime`."""
    check_theirs(practitioner)
    resolved = resolve(starts_local, appointment.location.time_zone)
    by = resolved.instant - appointment.starts_at
    for name in ("starts_at", "ends_at", "busy_from", "busy_until"):
        setattr(appointment, name, getattr(appointment, name) + by)
    appointment.practitioner = practitioner
    appointment.local_date, appointment.local_time = starts_local.date(), starts_local.time()
    appointment.time_zone, appointment.tzdb_version = resolved.zone, resolved.tzdb_version


def _stretch(appointment: Appointment, minutes: int) -> None:
    more = timedelta(minutes=minutes - appointment.duration_minutes)
    appointment.duration_minutes = minutes
    appointment.ends_at += more
    appointment.busy_until += more


def _take(appointment: Appointment, by: Actor, because: str, people: Sequence[UUID]) -> None:
    """Save the new time if it is free, or for a reason; an appointment never stands in its own way."""
    appointment.sequence += 1
    wanted = appointment.starts_at
    try:
        overbooking.take(
            appointment,
            lambda: appointment.save(update_fields=_TIMES),
            by=by,
            because=because,
            people=people,
        )
    except Taken:
        raise SlotTaken(
            nearest(
                service=appointment.service,
                practitioners=[appointment.practitioner],
                location=appointment.location,
                wanted=wanted,
                at_desk=True,
                leaving_out=appointment.pk,
                busy=elsewhere.busy(people, clock.now(), appointment.pk),
            )
        ) from None


def _told(
    appointment: Appointment,
    by: Actor,
    action: str,
    because: str,
    tell: bool | None,
    detail: dict[str, int] | None = None,
    people: Sequence[UUID] = (),
) -> None:
    """Keep a change in the audit and queue the news of it."""
    client_id = only_client(appointment)
    audit.record(action, by=by, of=appointment, client_id=client_id, detail=detail)
    overbooking.record(appointment, by=by, because=because, client_id=client_id, people=people)
    messages.after_change(appointment, tell=tell)
