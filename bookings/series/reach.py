"""How far a change in a series reaches: one occurrence, this and the later ones, or all that are still to come.

Past visits and those of which somebody said how they went stay as they are, and so does what another app keeps. What
"this and later" split off belongs to the same family and is reached with it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import StrEnum
from uuid import UUID

from django.db import connections

from bookings.models import Appointment, Attendee
from privacy.vocabulary import clock, scope

Keeps = Callable[[Collection[UUID]], set[UUID]]
_keeps: list[Keeps] = []
_SETTLED = [
    Attendee.State.ARRIVED,
    Attendee.State.IN_SESSION,
    Attendee.State.SEEN,
    Attendee.State.NO_SHOW,
]
_FAMILY = """
WITH RECURSIVE before AS (
    SELECT id, after_id FROM bookings_series WHERE account_id = %(account)s AND id = %(series)s
    UNION SELECT s.id, s.after_id FROM bookings_series s JOIN before b ON s.account_id = %(account)s AND s.id = b.after_id
), family AS (
    SELECT id FROM before
    UNION SELECT s.id FROM bookings_series s JOIN family f ON s.account_id = %(account)s AND s.after_id = f.id
)
SELECT id FROM family
"""


class Scope(StrEnum):
    """How far a change reaches."""

    THIS = "this"
    LATER = "later"
    ALL = "all"


def keeps(which: Keeps) -> Keeps:
    """Register what says which of some appointments must stay as they are, such as those with a note."""
    _keeps.append(which)
    return which


def reached(appointment: Appointment, how_far: str) -> list[Appointment]:
    """Return the occurrences, in order of time, that a change to this one reaches, without those that must stay."""
    if how_far == Scope.THIS or appointment.series_id is None:
        return [appointment]
    rows = (
        Appointment.objects.filter(
            series__in=family(appointment.series_id),
            state__in=Appointment.LIVE,
            starts_at__gt=clock.now(),
        )
        .exclude(attendees__state__in=_SETTLED)
        .select_related("location", "practitioner", "service")
        .order_by("starts_at", "id")
    )
    if how_far == Scope.LATER:
        rows = rows.filter(starts_at__gte=appointment.starts_at)
    found = list(rows)
    ids = [each.pk for each in found]
    kept = {pk for which in _keeps for pk in which(ids)}
    return [each for each in found if each.pk not in kept]


def counts(appointment: Appointment) -> dict[str, int]:
    """Return how many occurrences each way reaches, the smallest first; a way that reaches no further is left out."""
    found: dict[str, int] = {}
    for how_far in Scope:
        many = len(reached(appointment, how_far))
        if many not in found.values():
            found[how_far] = many
    return found


def family(series: UUID) -> list[UUID]:
    """Return the series and those it was split from or that were split from it."""
    active = scope.current()
    with connections[active.database].cursor() as cursor:
        cursor.execute(_FAMILY, {"account": active.account_id, "series": series})
        return [pk for (pk,) in cursor.fetchall()]
