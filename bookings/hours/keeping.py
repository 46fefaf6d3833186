"""Which public holidays a location keeps, on which it opens all the same, and the limits a practitioner sets."""

from __future__ import annotations

from datetime import date

from accounts import audit
from accounts.models import Location, Practitioner
from accounts.tenancy import everywhere
from bookings.models import BookingLimits, HolidayCalendar, OpenHoliday
from privacy.vocabulary.scope import Actor

LIMITS = ("most_per_day", "most_per_week", "notice_minutes", "horizon_days")


@everywhere()
def keep_holidays(*, by: Actor, location: Location, country: str, subdivision: str) -> None:
    """Close a location on the public holidays of a country or of one of its parts."""
    row = HolidayCalendar.objects.filter(location=location).first()
    row = row or HolidayCalendar(location=location)
    if (row.country, row.subdivision) == (country, subdivision):
        return
    row.country, row.subdivision = country, subdivision
    row.full_clean(exclude=["location"])
    row.save()
    audit.record("holidays.kept", by=by, of=location, detail={"part": subdivision or country})


@everywhere()
def keep_no_holidays(*, by: Actor, location: Location) -> None:
    """Open a location on public holidays as on any other day."""
    if HolidayCalendar.objects.filter(location=location).delete()[0]:
        OpenHoliday.objects.filter(location=location).delete()
        audit.record("holidays.not_kept", by=by, of=location)


@everywhere()
def open_on(*, by: Actor, location: Location, day: date, is_open: bool) -> None:
    """Open a location on a public holiday all the same, or close it again."""
    there = OpenHoliday.objects.filter(location=location, day=day)
    if is_open and not there.exists():
        OpenHoliday(location=location, day=day).save(force_insert=True)
    elif is_open or not there.delete()[0]:
        return
    action = "holiday.opened" if is_open else "holiday.closed"
    audit.record(action, by=by, of=location, detail={"day": day.isoformat()})


@everywhere()
def set_limits(
    *, by: Actor, practitioner: Practitioner, values: dict[str, int | None]
) -> BookingLimits | None:
    """Set how much a practitioner takes and how late or early; return the limits, or None when there are none left."""
    row: BookingLimits | None = BookingLimits.objects.filter(practitioner=practitioner).first()
    new = {name: values.get(name) for name in LIMITS}
    old = {name: getattr(row, name, None) for name in LIMITS}
    if new == old:
        return row
    if not any(value is not None for value in new.values()):
        BookingLimits.objects.filter(practitioner=practitioner).delete()
        row = None
    else:
        row = row or BookingLimits(practitioner=practitioner)
        for name, value in new.items():
            setattr(row, name, value)
        row.full_clean(exclude=["practitioner"])
        row.save()
    changed = sorted(name for name in LIMITS if new[name] != old[name])
    audit.record("limits.changed", by=by, of=practitioner, detail={"fields": changed})
    return row
