"""Where a practitioner can be seen at a time, as their hours and time away say; bookings don't count."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

from django.utils.translation import gettext as _

from accounts.models import Location, Practitioner
from bookings.availability import free
from bookings.availability.ranges import Range
from bookings.availability.wall_time import first_instant, local
from bookings.models import Appointment, ExtraHours, WeeklyHours
from bookings.openings.away import away
from bookings.openings.finding import schedule_of


def open_on(practitioner: Practitioner, location: Location, day: date) -> list[Range]:
    """Return when a practitioner can be seen at a location on a local date."""
    schedule = schedule_of([practitioner], location, day, day, at_desk=True)
    found = free.open_ranges(schedule, first_day=day, last_day=day)
    return [each for some in found.values() for each in some]


def place_on(
    practitioner: Practitioner, locations: Iterable[Location], day: date, at: time | None
) -> Location | None:
    """Return which location a practitioner is at on a local date, at a time of it or at all; None at none of them."""
    someday: Location | None = None
    for location in locations:
        opened = open_on(practitioner, location, day)
        if at is not None:
            start = first_instant(datetime.combine(day, at), location.time_zone)
            if any(since <= start < until for since, until in opened):
                return location
        someday = someday or (location if opened else None)
    return someday


def outside_words(appointment: Appointment, locations: Iterable[Location]) -> str:
    """Return why an appointment lies outside its practitioner's hours: elsewhere, away or neither; "" inside them.

    It names nobody. Whoever has no hours at all works by appointment.
    """
    who, here = appointment.practitioner, appointment.location
    day = local(appointment.starts_at, here.time_zone).date()
    if _covers(open_on(who, here, day), appointment) or not _has_hours(who):
        return ""
    for location in locations:
        if location.pk != here.pk and _covers(open_on(who, location, day), appointment):
            return _("The practitioner is at %(place)s then.") % {"place": location.name}
    for each in away([who.pk], here, day, day):
        if each.starts_at < appointment.ends_at and each.ends_at > appointment.starts_at:
            return _("The practitioner is away then, or it is closed.")
    return _("That is outside the practitioner’s hours.")


def _covers(opened: Iterable[Range], appointment: Appointment) -> bool:
    starts, ends = appointment.starts_at, appointment.ends_at
    return bool(any(since <= starts and ends <= until for since, until in opened))


def _has_hours(who: Practitioner) -> bool:
    rows = (model.objects.filter(practitioner=who) for model in (WeeklyHours, ExtraHours))
    return any(found.exists() for found in rows)
