"""Which coming bookings stand outside somebody's time and wait for a decision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Practitioner
from bookings.availability import free
from bookings.availability.schedule import Place
from bookings.hours.stranded.finding import over
from bookings.models import Appointment, BookingLimits, ResourceUse
from bookings.openings.finding import schedule_of
from privacy.vocabulary import clock


def waiting() -> QuerySet[Appointment]:
    """Return the coming bookings and requests that nobody has decided about, by start.

    Those that a change left outside, and those with a practitioner or at a location that is no longer there.
    """
    found: QuerySet[Appointment] = Appointment.objects.filter(
        Q(stranded_at__isnull=False)
        | Q(practitioner__deactivated_at__isnull=False, stays_outside_hours=False)
        | Q(location__archived_at__isnull=False, stays_outside_hours=False),
        state__in=Appointment.LIVE,
        ends_at__gt=clock.now(),
    ).order_by("starts_at", "id")
    return found


def remember(found: Iterable[Appointment]) -> None:
    """Put bookings on the list; those that stay where they are by somebody's decision, too: the change is new."""
    ids = [each.pk for each in found]
    if ids:
        Appointment.objects.filter(pk__in=ids, stranded_at=None).update(
            stranded_at=clock.now(), stays_outside_hours=False
        )


def heal() -> None:
    """Take bookings off the list that have their time again: hours came back, time off was taken back."""
    marked = list(waiting().filter(stranded_at__isnull=False).select_related("location"))
    if not marked:
        return
    still = _in_rooms_gone(marked) | _over_limits(marked)
    by_place: dict[UUID, list[Appointment]] = defaultdict(list)
    for each in marked:
        by_place[each.location_id].append(each)
    for there in by_place.values():
        still |= _outside(there)
    fine = [each.pk for each in marked if each.pk not in still]
    if fine:
        Appointment.objects.filter(pk__in=fine).update(stranded_at=None)


def _outside(there: Sequence[Appointment]) -> set[UUID]:
    """Return which bookings of one location lie outside hours, or in time away."""
    days = [each.local_date for each in there]
    first, last = min(days), max(days)
    ids = {each.practitioner_id for each in there}
    people = Practitioner.objects.filter(pk__in=ids, deactivated_at=None)
    schedule = schedule_of(people, there[0].location, first, last)
    opened = free.open_ranges(schedule, first_day=first, last_day=last)
    return {
        each.pk
        for each in there
        if not any(
            since <= each.starts_at and each.ends_at <= until
            for since, until in opened.get(Place(each.practitioner_id, each.location_id), ())
        )
    }


def _in_rooms_gone(marked: Sequence[Appointment]) -> set[UUID]:
    uses = ResourceUse.objects.filter(
        appointment__in=[each.pk for each in marked], resource__archived_at__isnull=False
    )
    return set(uses.values_list("appointment_id", flat=True))


def _over_limits(marked: Sequence[Appointment]) -> set[UUID]:
    """Return which bookings are more than their day or week may have, all bookings of those weeks counted."""
    ids = {each.practitioner_id for each in marked}
    more: set[UUID] = set()
    for limits in BookingLimits.objects.filter(practitioner_id__in=ids):
        found = Appointment.objects.filter(
            practitioner_id=limits.practitioner_id,
            state__in=Appointment.LIVE,
            starts_at__gt=clock.now() - timedelta(days=9),
        )
        more |= over(found.order_by("starts_at", "id"), limits.most_per_day, limits.most_per_week)
    return more
