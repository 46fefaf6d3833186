"""When a country changes its law: coming appointments keep their wall time, and their instants are worked out anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import F

from accounts import audit
from bookings.appointments.expiring import last_answer
from bookings.availability.wall_time import NonexistentTime, local, resolve, tzdb_version
from bookings.messaging import messages
from bookings.models import Appointment, Move, ResourceUse
from bookings.openings.taking import EXCLUDED, taking
from privacy.vocabulary import clock, scope
from privacy.vocabulary.scope import Actor

_TIMES = (
    "local_date",
    "local_time",
    "tzdb_version",
    "starts_at",
    "ends_at",
    "busy_from",
    "busy_until",
    "answer_by",
    "sequence",
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a wall time in a zone means: an instant, and the wall time that is shown for it."""

    instant: datetime
    wall: datetime


@dataclass(frozen=True, slots=True)
class Changed:
    """An appointment whose wall time means another instant by now.

    `wall_after` differs only where the new law's clocks jump over the old one. `is_overbooked`: it now stands beside
    another appointment, as can happen between two zones; people must look at it.
    """

    appointment: UUID
    zone: str
    wall: datetime
    wall_after: datetime
    before: datetime
    after: datetime
    is_overbooked: bool


def meant_now(wall: datetime, zone: str, instant: datetime) -> Meaning:
    """Return what a naive wall time that meant `instant` means by the installed rules. Pure but for the database of zones.

    Of an hour that occurs twice the pass that it meant stays; a time that the clocks jump over comes after the jump.
    """
    for fold in (0, 1):
        try:
            if resolve(wall.replace(fold=fold), zone).instant == instant:
                return Meaning(instant, wall)
        except NonexistentTime:
            break
    found = resolve(wall, zone, allow_shift=True).instant
    return Meaning(found, local(found, zone).replace(tzinfo=None, fold=0))


def reresolve(*, by: Actor, dry_run: bool = False) -> list[Changed]:
    """Give the open account's coming appointments the instants that their wall times mean now; return what changed.

    Runs in the caller's transaction. What it has looked at carries the installed version, so a second run finds
    nothing to do. Clients are told only where the time on the wall changed. `dry_run` changes nothing.
    Raises `Taken` when somebody is booking at this moment.
    """
    version = tzdb_version()
    coming = Appointment.objects.filter(
        state__in=Appointment.LIVE, starts_at__gt=clock.now()
    ).exclude(tzdb_version=version)
    people = set(coming.order_by().values_list("practitioner_id", flat=True))
    if not people:
        return []
    if dry_run:
        return [_changed(row, meaning) for row, meaning in _moving(coming)]
    with taking(*people):
        moving = _moving(coming.select_for_update())
        changed = [_changed(row, meaning) for row, meaning in moving]
        was_alone = [row.pk for row, _meaning in moving if not row.is_overbooked]
        # First out of the constraint's sight, so that nobody is in the way of who moves along
        ids = [row.pk for row, _meaning in moving]
        Appointment.objects.filter(pk__in=ids).update(is_overbooked=True)
        used = list(ResourceUse.objects.filter(appointment__in=ids, is_live=True))
        ResourceUse.objects.filter(pk__in=[use.pk for use in used]).update(is_live=False)
        for row, meaning in moving:
            _shift(row, meaning, version)
        beside = {pk for pk in was_alone if not _stands_alone(Appointment, pk, is_overbooked=False)}
        for use in used:
            if use.appointment_id not in beside:
                _stands_alone(ResourceUse, use.pk, is_live=True)
        coming.update(tzdb_version=version)
    for (row, _meaning), each in zip(moving, changed, strict=True):
        _record(by, row, each)
    return [_beside(each) if each.appointment in beside else each for each in changed]


def _moving(coming: Any) -> list[tuple[Appointment, Meaning]]:
    rows = [(row, meant_now(_wall(row), row.time_zone, row.starts_at)) for row in coming]
    return [(row, meaning) for row, meaning in rows if meaning.instant != row.starts_at]


def _changed(row: Appointment, meaning: Meaning) -> Changed:
    return Changed(
        row.pk,
        row.time_zone,
        _wall(row),
        meaning.wall,
        row.starts_at,
        meaning.instant,
        is_overbooked=False,
    )


def _beside(each: Changed) -> Changed:
    return Changed(
        each.appointment,
        each.zone,
        each.wall,
        each.wall_after,
        each.before,
        each.after,
        is_overbooked=True,
    )


def _shift(row: Appointment, meaning: Meaning, version: str) -> None:
    """Save the new instants of an appointment, of its rooms, and the row that keeps its past."""
    by = meaning.instant - row.starts_at
    Move(
        appointment=row,
        from_practitioner_id=row.practitioner_id,
        from_starts_at=row.starts_at,
        to_practitioner_id=row.practitioner_id,
        to_starts_at=meaning.instant,
    ).save(force_insert=True)
    for name in ("starts_at", "ends_at", "busy_from", "busy_until"):
        setattr(row, name, getattr(row, name) + by)
    if row.answer_by is not None:
        row.answer_by = min(row.answer_by, last_answer(row.starts_at))
    row.local_date, row.local_time = meaning.wall.date(), meaning.wall.time()
    row.tzdb_version = version
    row.sequence += 1
    row.save(update_fields=list(_TIMES))
    _shift_uses(row.pk, by)


def _shift_uses(appointment: UUID, by: timedelta) -> None:
    ResourceUse.objects.filter(appointment=appointment).update(
        busy_from=F("busy_from") + by, busy_until=F("busy_until") + by
    )


def _stands_alone(model: Any, pk: UUID, **wanted: bool) -> bool:
    """Put a row back into its constraint's sight; return whether it may stand there."""
    try:
        with transaction.atomic(using=scope.current().database):
            model.objects.filter(pk=pk).update(**wanted)
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") == EXCLUDED:
            return False
        raise
    return True


def _record(by: Actor, row: Appointment, each: Changed) -> None:
    detail = {"from": each.before.isoformat(), "to": each.after.isoformat(), "zone": each.zone}
    audit.record("appointment.resolved_anew", by=by, of=row, detail=detail)
    messages.after_change(row, None if each.wall != each.wall_after else False)


def _wall(row: Appointment) -> datetime:
    return datetime.combine(row.local_date, row.local_time)
