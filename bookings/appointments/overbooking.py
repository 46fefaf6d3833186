"""Two appointments at once, knowingly: the conflict is shown, somebody says why, and the reason stays in the audit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from accounts import audit
from bookings.appointments import assigning, elsewhere
from bookings.appointments.conflicts import in_the_way
from bookings.models import Appointment
from bookings.openings.taking import Taken, taking
from privacy.vocabulary.scope import Actor, ActorKind


def take(
    appointment: Appointment,
    save: Callable[[], None],
    *,
    by: Actor,
    because: str,
    people: Sequence[UUID] = (),
) -> None:
    """Have `save` write the appointment's time with its rooms; where they are taken, beside the other if `because` says why.

    One that finds its place free is not, or no longer, overbooked. What `people` have at its time counts as taken as
    well. Raises `Taken`.
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
            with taking(*held, *people, *(each.pk for each in suits)):
                if not because and elsewhere.are_met(appointment, people):
                    raise Taken
                # An overbooked row stands outside the constraint, and still nobody is put beside it unknowingly
                beside = in_the_way(appointment).filter(is_overbooked=True)
                if not is_overbooked and beside.exists():
                    raise Taken
                save()
                assigning.assign(appointment, suits, beside=shares_room)
                return
        except Taken:
            if (is_overbooked, shares_room) == ways[-1]:
                raise


def record(
    appointment: Appointment,
    *,
    by: Actor,
    because: str,
    client_id: UUID | None,
    people: Sequence[UUID] = (),
) -> None:
    """Keep why an appointment stands beside another, sealed in the audit; one that doesn't has nothing to tell."""
    if because and (
        appointment.is_overbooked
        or assigning.is_shared(appointment)
        or elsewhere.are_met(appointment, people)
    ):
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
        if in_the_way(each).exists():
            continue
        each.is_overbooked, each.overbooked_by_id = False, None
        try:
            with taking(practitioner):
                each.save(update_fields=["is_overbooked", "overbooked_by"])
        except Taken:
            continue
