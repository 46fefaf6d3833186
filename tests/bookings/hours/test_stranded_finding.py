"""A change of somebody's time says first which coming bookings would be left without it, and only those."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts.models import Practitioner
from accounts.tenancy import acting_in
from bookings.availability.repeat import Repeat, Spell
from bookings.hours import weekly
from bookings.hours.stranded.finding import AwayTo, ExtraTo, HolidaysTo, HoursTo, LimitsTo, stranded
from bookings.models import Absence, BookingLimits, ExtraHours, HolidayCalendar
from tests.bookings.public import NOW, TUESDAY, Practice, at, open_practice
from tests.factories import make_appointment, make_client

pytestmark = pytest.mark.django_db(databases="__all__")

DAY = timedelta(days=1)
SYDNEY = "Australia/Sydney"


@pytest.fixture
def practice(settings: Any) -> Any:
    at(NOW, settings)
    made = open_practice()
    with acting_in(made.account.ref):
        yield made


def booked(day: date, hour: int, **fields: Any) -> Any:
    starts = datetime.combine(day, time(hour), UTC) - timedelta(hours=11)
    values = {"starts_at": starts, "local_date": day, "local_time": time(hour), **fields}
    return make_appointment(make_client(), **values).pk


def found(change: Any) -> list[Any]:
    return [each.pk for each in stranded(change)]


def test_time_off_strands_what_it_touches_and_is_not_away_already(practice: Practice) -> None:
    colleague = Practitioner(name="Tom")
    colleague.save(force_insert=True)
    nine, eleven = booked(TUESDAY, 9), booked(TUESDAY, 11)
    booked(TUESDAY, 14)
    booked(TUESDAY, 10, state="cancelled")
    booked(TUESDAY - 7 * DAY, 9)
    theirs = booked(TUESDAY, 9, practitioner=colleague)
    next_week = booked(TUESDAY + 7 * DAY, 11)
    mine, place = practice.practitioner.pk, practice.location.pk
    morning = Spell(SYDNEY, TUESDAY, TUESDAY, time(9), time(12))
    weekly = Spell(
        SYDNEY, TUESDAY - 70 * DAY, TUESDAY - 70 * DAY, time(9), time(12), Repeat(1, None)
    )
    assert found(AwayTo(mine, None, morning)) == [nine, eleven]
    assert found(AwayTo(mine, None, weekly)) == [nine, eleven, next_week]
    assert set(found(AwayTo(None, place, Spell(SYDNEY, TUESDAY, TUESDAY)))) >= {nine, theirs}
    Absence(
        practitioner=practice.practitioner,
        time_zone=SYDNEY,
        first_day=TUESDAY,
        last_day=TUESDAY,
        starts=time(9),
        ends=time(10),
    ).save(force_insert=True)
    assert found(AwayTo(mine, None, morning)) == [eleven], "known already is no news"


def test_holidays_strand_the_bookings_of_days_that_close(practice: Practice) -> None:
    christmas, boxing = booked(date(2026, 12, 25), 9), booked(date(2026, 12, 28), 9)
    booked(date(2026, 12, 24), 9)
    place = practice.location
    assert found(HolidaysTo(place, "AU", "AU-NSW", frozenset())) == [christmas, boxing]
    open_days = frozenset([date(2026, 12, 28)])
    assert found(HolidaysTo(place, "AU", "AU-NSW", open_days)) == [christmas]
    assert found(HolidaysTo(place, "", "", frozenset())) == []
    HolidayCalendar(location=place, country="AU", subdivision="AU-NSW").save(force_insert=True)
    assert found(HolidaysTo(place, "AU", "AU-NSW", frozenset())) == []


def test_limits_strand_what_comes_last_in_a_full_day_or_week(practice: Practice) -> None:
    first, second, third = (booked(TUESDAY, hour) for hour in (9, 11, 14))
    thursday = booked(TUESDAY + 2 * DAY, 9)
    next_week = booked(TUESDAY + 7 * DAY, 9)
    me = practice.practitioner
    assert found(LimitsTo(me, None, None)) == []
    assert found(LimitsTo(me, 2, None)) == [third]
    assert found(LimitsTo(me, None, 2)) == [third, thursday]
    assert found(LimitsTo(me, 0, None)) == [first, second, third, thursday, next_week]
    BookingLimits(practitioner=me, most_per_day=2).save(force_insert=True)
    assert found(LimitsTo(me, 1, None)) == [second]


def test_extra_hours_that_go_strand_the_bookings_in_them(practice: Practice) -> None:
    me, place = practice.practitioner, practice.location
    saturday = TUESDAY + 4 * DAY
    extra = ExtraHours(
        practitioner=me,
        location=place,
        day=saturday,
        starts=time(9),
        ends=time(13),
        every_weeks=1,
        until=saturday + 14 * DAY,
    )
    extra.save(force_insert=True)
    inside, later = booked(saturday, 9), booked(saturday + 14 * DAY, 11)
    booked(saturday + 21 * DAY, 9)  # outside already
    assert found(ExtraTo(me, place, None, extra.pk)) == [inside, later]
    shorter = ExtraHours(
        practitioner=me, location=place, day=saturday, starts=time(9), ends=time(13)
    )
    assert found(ExtraTo(me, place, shorter, extra.pk)) == [later]
    assert found(ExtraTo(me, place, shorter)) == []


def test_extra_hours_hold_what_weekly_hours_let_go(practice: Practice) -> None:
    me, place = practice.practitioner, practice.location
    held, lost = booked(TUESDAY, 9), booked(TUESDAY + 7 * DAY, 9)
    ExtraHours(practitioner=me, location=place, day=TUESDAY, starts=time(8), ends=time(12)).save(
        force_insert=True
    )
    none = weekly.Change([], replacing=weekly.Period())
    assert found(HoursTo(me, place, none)) == [lost]
    assert held not in found(HoursTo(me, place, none))


def test_asking_takes_as_many_statements_for_three_bookings_as_for_one(practice: Practice) -> None:
    me, place = practice.practitioner, practice.location
    changes: list[Any] = [
        AwayTo(me.pk, None, Spell(SYDNEY, TUESDAY, TUESDAY)),
        HolidaysTo(place, "AU", "AU-NSW", frozenset()),
        LimitsTo(me, 0, 0),
        HoursTo(me, place, weekly.Change([], replacing=weekly.Period())),
        ExtraTo(me, place, None),
    ]
    counts = []
    for hour in (9, 11, 13):
        booked(TUESDAY, hour)
        with CaptureQueriesContext(connections["region_au"]) as queries:
            for change in changes:
                stranded(change)
        counts.append(len(queries))
    assert counts == [12, 12, 12]
