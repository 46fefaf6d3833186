"""Giving an appointment the rooms and equipment it needs, inside the lock on its time, and freeing them again.

The exclusion constraint on uses is the wall; what is chosen here is only free as far as this transaction can see. The
locks that `taking` puts on the candidates' ids keep contenders from running into it together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from bookings.availability.fitting import chosen, is_free
from bookings.availability.ranges import union
from bookings.models import Appointment, Resource, ResourceUse
from bookings.openings.rooms import suiting, taken
from bookings.openings.taking import Taken, taking

# Uses are counted over the day around: that is what evens out the rooms
DAY = timedelta(hours=12)


def candidates(appointment: Appointment) -> list[Resource]:
    """Return the resources that suit an appointment (saved or not), in their order; none when it needs none."""
    return suiting(appointment.service_id, appointment.location_id)


def assign(
    appointment: Appointment, suits: Sequence[Resource] | None = None, *, beside: bool = False
) -> list[ResourceUse]:
    """Give a saved appointment one free resource of each kind it needs, instead of what it had; return the uses.

    Call inside `taking` of the ids of `suits`. It keeps what it has where that is free at its time. With `beside`, a
    kind of which none is free is shared knowingly. Raises `Taken` when none is free.
    """
    suits = candidates(appointment) if suits is None else suits
    had = {use.resource_id: use for use in ResourceUse.objects.filter(appointment=appointment)}
    if not suits:
        _let_go(had.values())
        return []
    at = (appointment.busy_from, appointment.busy_until)
    busy = taken([each.pk for each in suits], at[0] - DAY, at[1] + DAY, leaving_out=appointment.pk)
    found, full = chosen(suits, busy, at=at, kept=had)
    if full and not beside:
        raise Taken
    shared = [_to_share(suits, kind, had) for kind in full]
    wanted = [(each, True) for each in found] + [(each, False) for each in shared]
    stay = {each.pk for each, _is_live in wanted}
    _let_go(use for pk, use in had.items() if pk not in stay)
    return [_use(appointment, each, had.get(each.pk), is_live) for each, is_live in wanted]


def choices(appointment: Appointment) -> list[tuple[Resource, bool]]:
    """Return the resources that suit a saved appointment, and whether each is free for it or its own."""
    suits = candidates(appointment)
    at = (appointment.busy_from, appointment.busy_until)
    busy = taken([each.pk for each in suits], *at, leaving_out=appointment.pk)
    return [(each, is_free(union(busy.get(each.pk, ())), *at)) for each in suits]


def give(appointment: Appointment, resource: Resource) -> ResourceUse:
    """Give an appointment, whose row is locked, a resource in the place of what it has of that kind; return the use.

    Raises `Taken` when it is somebody else's then.
    """
    of_kind = ResourceUse.objects.filter(appointment=appointment, resource__kind=resource.kind)
    with taking(resource.pk):
        at = (appointment.busy_from, appointment.busy_until)
        busy = taken([resource.pk], *at, leaving_out=appointment.pk)
        if not is_free(union(busy.get(resource.pk, ())), *at):
            raise Taken
        had = {use.resource_id: use for use in of_kind}
        _let_go(use for pk, use in had.items() if pk != resource.pk)
        return _use(appointment, resource, had.get(resource.pk), is_live=True)


def rehouse(appointment: Appointment, gone: Resource) -> ResourceUse:
    """Give an appointment, whose row is locked, the first free resource of a kind instead of one that is gone.

    Raises `Taken` when none is free or there is no other.
    """
    for each, is_free_then in choices(appointment):
        if is_free_then and each.kind == gone.kind and each.pk != gone.pk:
            return give(appointment, each)
    raise Taken


def release(appointment: Appointment) -> None:
    """Free what an appointment that doesn't take place had; the rows stay, to say where it would have been."""
    ResourceUse.objects.filter(appointment=appointment, is_live=True).update(is_live=False)


def is_shared(appointment: Appointment) -> bool:
    """Whether a live appointment stands beside another in a room or at a piece of equipment."""
    uses = ResourceUse.objects.filter(appointment=appointment, is_live=False)
    return appointment.state in Appointment.LIVE and uses.exists()


def in_the_way(wanted: Appointment) -> QuerySet[ResourceUse]:
    """Return the uses that leave `wanted` (saved or not) without a kind it needs."""
    suits = candidates(wanted)
    at = (wanted.busy_from, wanted.busy_until)
    busy = taken([each.pk for each in suits], *at, leaving_out=wanted.pk)
    _found, full = chosen(suits, busy, at=at, kept=())
    uses: QuerySet[ResourceUse] = ResourceUse.objects.filter(
        resource_id__in=[each.pk for each in suits if each.kind in full],
        appointment__state__in=Appointment.LIVE,
        busy_from__lt=at[1],
        busy_until__gt=at[0],
    ).exclude(appointment_id=wanted.pk)
    return uses


def settle(location: UUID, since: datetime, until: datetime) -> None:
    """Give appointments that share a resource one for themselves, where a stretch that became free allows it."""
    beside = ResourceUse.objects.filter(
        resource__location_id=location,
        is_live=False,
        appointment__state__in=Appointment.LIVE,
        busy_from__lt=until,
        busy_until__gt=since,
    )
    ids = set(beside.values_list("appointment_id", flat=True))
    if not ids:
        return
    rows = Appointment.objects.filter(pk__in=ids, state__in=Appointment.LIVE).order_by("id")
    # Whoever moves or cancels one of them at this moment decides about it
    for appointment in rows.select_for_update(skip_locked=True):
        suits = candidates(appointment)
        try:
            with taking(*(each.pk for each in suits)):
                assign(appointment, suits, beside=True)
        except Taken:
            continue


def _to_share(suits: Sequence[Resource], kind: str, had: dict[UUID, ResourceUse]) -> Resource:
    """Return the one to share: what the appointment has already, else the first of the kind."""
    of_kind = [each for each in suits if each.kind == kind]
    return min(of_kind, key=lambda each: each.pk not in had)


def _use(
    appointment: Appointment, resource: Resource, use: ResourceUse | None, is_live: bool
) -> ResourceUse:
    use = use or ResourceUse(appointment=appointment, resource=resource)
    use.busy_from, use.busy_until = appointment.busy_from, appointment.busy_until
    use.is_live = is_live
    use.save()
    return use


def _let_go(uses: Iterable[ResourceUse]) -> None:
    gone = [use.pk for use in uses]
    if gone:
        ResourceUse.objects.filter(pk__in=gone).delete()
