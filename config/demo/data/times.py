"""Makes what stands beside a demo practice's weekly hours: public holidays, time off, limits."""

from __future__ import annotations

from datetime import date, time, timedelta

from accounts.models import Location, Practitioner
from bookings.models import Absence, BookingLimits, HolidayCalendar
from bookings.openings import public_holidays
from config.demo.practices import Practice
from privacy.vocabulary import clock

# Further ahead than the diary is filled, so that the demo begins without a booking in the way
AWAY_AFTER = timedelta(days=36)
MOST_PER_DAY = 12


def add_times(practice: Practice, people: list[Practitioner], places: list[Location]) -> None:
    """Keep public holidays, a weekly meeting over lunch, a holiday of the last practitioner and the first one's limit."""
    for place in places:
        HolidayCalendar(
            location=place, country=practice.country, subdivision=practice.subdivision
        ).save(force_insert=True)
    today = clock.today(practice.zone)
    wednesday = today - timedelta(days=(today.isoweekday() - 3) % 7)
    Absence(
        kind=Absence.Kind.MEETING,
        label="Team lunch",
        time_zone=practice.zone,
        first_day=wednesday,
        last_day=wednesday,
        starts=time(12, 30),
        ends=time(13, 15),
        every_weeks=1,
    ).save(force_insert=True)
    monday = today + AWAY_AFTER
    monday -= timedelta(days=monday.weekday() - 7)
    Absence(
        practitioner=people[-1],
        label="Two weeks by the sea",
        time_zone=practice.zone,
        first_day=monday,
        last_day=monday + timedelta(days=11),
    ).save(force_insert=True)
    BookingLimits(practitioner=people[0], most_per_day=MOST_PER_DAY, notice_minutes=240).save(
        force_insert=True
    )


def closed_days(practice: Practice, first: date, last: date) -> frozenset[date]:
    """Return the public holidays of some dates, on which the practice saw nobody."""
    found = public_holidays.between(practice.country, practice.subdivision, first, last)
    return frozenset(found)
