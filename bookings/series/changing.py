"""Changing or cancelling the occurrences of a series that somebody reaches, and taking such a move back."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from uuid_utils.compat import uuid7

from accounts import audit
from accounts.models import Practitioner
from accounts.tenancy import everywhere
from bookings.appointments import cancelling, elsewhere, moving
from bookings.appointments.booking import SlotTaken
from bookings.availability.wall_time import NonexistentTime, resolve
from bookings.models import Appointment, Attendee, Move, Series
from bookings.series.checking import Planned, check
from bookings.series.reach import Scope, reached
from privacy.vocabulary import scope
from privacy.vocabulary.scope import Actor


@dataclass(slots=True)
class Result:
    """What became of the occurrences that a change was meant for; `record` is one of their moves, if they moved."""

    changed: list[Appointment] = field(default_factory=list)
    left: list[Appointment] = field(default_factory=list)
    record: Move | None = None


def preview(
    *,
    appointment: Appointment,
    how_far: str,
    practitioner: Practitioner,
    starts_local: datetime,
    minutes: int,
) -> list[Planned]:
    """Return each occurrence that a change reaches as it would be, with what stands in its way."""
    targets = reached(appointment, how_far)
    found = [
        _as_moved(number, each, _wall(each, appointment, starts_local), practitioner, minutes)
        for number, each in enumerate(targets, start=1)
    ]
    people = elsewhere.people_of(appointment)
    check(found, practitioner, appointment.location, {each.pk for each in targets}, people)
    return found


@everywhere()
def change(
    *,
    by: Actor,
    appointment: Appointment,
    how_far: str,
    practitioner: Practitioner,
    starts_local: datetime,
    minutes: int,
    tell: bool | None = None,
) -> Result:
    """Give the occurrences that are reached another time, length or practitioner; those in whose way something stands stay.

    The others move as this one does: as many days, to the same time of day. The client is told once. With LATER the
    series is split, the new one knowing the old. Raises ValidationError for a length that
    can't be.
    """
    found = preview(
        appointment=appointment,
        how_far=how_far,
        practitioner=practitioner,
        starts_local=starts_local,
        minutes=minutes,
    )
    targets = {each.pk: each for each in reached(appointment, how_far)}
    free = [each for each in found if each.visit is not None and not each.conflicts]
    together = uuid7()
    # The last goes first when they move on, so that none stands in the way of the one behind it
    onward = starts_local > _local(appointment)
    done: set[UUID] = set()
    for each in sorted(free, key=lambda each: each.starts_local, reverse=onward):
        says = tell if each is free[0] else False
        if each.visit is not None and _moved(by, each, says, together):
            done.add(each.visit.pk)
    result = Result(
        [each for pk, each in targets.items() if pk in done],
        [each for pk, each in targets.items() if pk not in done],
        Move.objects.filter(together=together).first(),
    )
    if how_far == Scope.LATER and appointment.series_id is not None and done:
        _split(by, appointment, result.changed, starts_local)
    return result


@everywhere()
def take_back(*, by: Actor, record: Move) -> Result:
    """Undo all moves that were made together with this one; those whose old time is taken by now, or moved again, stay.

    The client hears of it once, and only if the news of the move has left already.
    """
    rows = Move.objects.filter(together=record.together).select_related(
        "appointment__location",
        "appointment__practitioner",
        "appointment__service",
        "from_practitioner",
    )
    # In the order in which none stands in the way of the one behind it: the last that moved comes first
    records = sorted(rows, key=lambda each: each.pk, reverse=True)
    earliest = min(records, key=lambda each: each.to_starts_at)
    result = Result()
    for each in records:
        try:
            with transaction.atomic(using=scope.current().database):
                back = moving.move_back(by=by, record=each, tells=each is earliest)
        except (SlotTaken, ValidationError):
            result.left.append(each.appointment)
        else:
            result.changed.append(back)
    return result


@everywhere()
def cancel(
    *,
    by: Actor,
    appointment: Appointment,
    how_far: str,
    side: str,
    reason: str,
    note: str = "",
    tell: bool | None = None,
) -> list[Attendee]:
    """Cancel every place in the occurrences that are reached; the client is told once. Return the places.

    Raises ValidationError for words that don't fit.
    """
    gone: list[Attendee] = []
    told: set[UUID] = set()
    for each in reached(appointment, how_far):
        present = each.attendees.exclude(state=Attendee.State.CANCELLED)
        for place in present.select_related("client__alias_of").order_by("id"):
            first = place.client.pk not in told
            told.add(place.client.pk)
            gone.append(
                cancelling.cancel(
                    by=by,
                    attendee=place,
                    side=side,
                    reason=reason,
                    note=note,
                    tell=tell if first else False,
                )
            )
    if how_far != Scope.THIS and appointment.series is not None:
        audit.record("series.cancelled", by=by, of=appointment.series, count=len(gone))
    return gone


def _local(appointment: Appointment) -> datetime:
    return datetime.combine(appointment.local_date, appointment.local_time)


def _wall(each: Appointment, moved: Appointment, starts_local: datetime) -> datetime:
    """Return the wall time of an occurrence that moves as another one does."""
    days = starts_local.date() - moved.local_date
    return datetime.combine(each.local_date + days, starts_local.time())


def _as_moved(
    number: int,
    target: Appointment,
    starts_local: datetime,
    practitioner: Practitioner,
    minutes: int,
) -> Planned:
    """Return an occurrence, unsaved, at another wall time."""
    visit = copy(target)
    visit._state = copy(target._state)
    visit._state.fields_cache = dict(target._state.fields_cache)
    before = visit.starts_at - visit.busy_from, visit.busy_until - visit.ends_at
    try:
        visit.starts_at = resolve(starts_local, visit.location.time_zone).instant
    except NonexistentTime as missing:
        return Planned(number, target.local_date, starts_local, None, str(missing.advice))
    visit.ends_at = visit.starts_at + timedelta(minutes=minutes)
    visit.busy_from, visit.busy_until = visit.starts_at - before[0], visit.ends_at + before[1]
    visit.duration_minutes = minutes
    visit.practitioner = practitioner
    return Planned(number, target.local_date, starts_local, visit)


def _moved(by: Actor, planned: Planned, tell: bool | None, together: UUID) -> bool:
    """Move one occurrence and give it its length; return False, and leave it, where the time is taken by now."""
    wanted = planned.visit
    if wanted is None:
        return False
    now = Appointment.objects.select_related("practitioner", "location").get(pk=wanted.pk)
    longer = wanted.duration_minutes - now.duration_minutes
    moves = (wanted.practitioner_id, wanted.starts_at) != (now.practitioner_id, now.starts_at)
    try:
        with transaction.atomic(using=scope.current().database):
            # Shorter before it moves, longer after: it needs no more room than it must
            if longer < 0:
                _lengthened(by, wanted, tell=False if moves else tell)
            if moves:
                moving.move(
                    by=by,
                    appointment=now,
                    practitioner=wanted.practitioner,
                    starts_local=planned.starts_local,
                    tell=False if longer > 0 else tell,
                    together=together,
                )
            if longer > 0:
                _lengthened(by, wanted, tell=tell)
    except SlotTaken:
        return False
    return True


def _lengthened(by: Actor, wanted: Appointment, *, tell: bool | None) -> None:
    moving.lengthen(by=by, appointment=wanted, minutes=wanted.duration_minutes, tell=tell)


def _split(
    by: Actor, appointment: Appointment, changed: list[Appointment], starts_local: datetime
) -> None:
    """Make the changed occurrences a series of their own that knows the one it comes from."""
    old = Series.objects.get(pk=appointment.series_id)
    first = min(each.series_date or each.local_date for each in changed)
    if (
        not Appointment.objects.filter(series=old)
        .exclude(pk__in=[each.pk for each in changed])
        .exists()
    ):
        return
    new = Series(
        rule=old.rule,
        every=old.every,
        first_date=starts_local.date(),
        local_time=starts_local.time(),
        time_zone=old.time_zone,
        until=old.until,
        count=old.count,
        after=old,
        created_by=by.id,
    )
    new.save(force_insert=True)
    old.until = first - timedelta(days=1)
    old.save(update_fields=["until"])
    Appointment.objects.filter(pk__in=[each.pk for each in changed]).update(series=new)
    audit.record("series.split", by=by, of=new, count=len(changed))
