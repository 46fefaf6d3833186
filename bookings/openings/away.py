"""Time away as it is drawn in the diary: absences, closures, public holidays and time busy elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Location
from bookings.availability.repeat import instants
from bookings.availability.wall_time import day_bounds
from bookings.models import BusyTime
from bookings.openings import known

PUBLIC_HOLIDAY, BUSY = "public_holiday", "busy"


@dataclass(frozen=True, slots=True)
class Away:
    """That a practitioner, or everybody (None), is away at a location, or everywhere (None), from an instant to another.

    `kind` is one of `Absence.Kind`, "public_holiday" or "busy" (in a calendar elsewhere). `label` is what to write there,
    never empty. `absence` is the row that says so, when one does.
    """

    practitioner: UUID | None
    location: UUID | None
    starts_at: datetime
    ends_at: datetime
    kind: str
    label: str
    absence: UUID | None = None


def away(
    practitioner_ids: Iterable[UUID], location: Location | None, first_day: date, last_day: date
) -> list[Away]:
    """Return who is away on some local dates, both included, sorted by start, in three statements.

    At one location, or at all of them (None). What reaches in from the day before or out to the day after is included.
    """
    ids = list(practitioner_ids)
    found = [
        Away(
            row.practitioner_id,
            row.location_id,
            *span,
            row.kind,
            str(row.label) or str(row.get_kind_display()),
            row.pk,
        )
        for row in known.away_rows(ids, location, first_day, last_day).order_by()
        for span in instants(known.spell_of(row), first_day, last_day)
    ]
    places = Q(archived_at=None) if location is None else Q(pk=location.pk)
    found += [
        Away(None, each.location, each.starts_at, each.ends_at, PUBLIC_HOLIDAY, each.name)
        for each in known.closed_holidays(places, first_day, last_day)
    ]
    # Any zone's day lies within the day as UTC has it and its neighbours
    since, until = day_bounds(first_day, "UTC").starts_at, day_bounds(last_day, "UTC").ends_at
    busy = BusyTime.objects.filter(
        practitioner_id__in=ids,
        starts_at__lt=until + known.REACH,
        ends_at__gt=since - known.REACH,
    )
    found += [
        Away(who, None, starts, ends, BUSY, _("Busy elsewhere"))
        for who, starts, ends in busy.values_list("practitioner_id", "starts_at", "ends_at")
    ]
    return sorted(found, key=lambda each: (each.starts_at, each.ends_at, each.kind))
