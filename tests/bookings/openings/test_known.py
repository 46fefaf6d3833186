"""Every fact that the database knows about somebody's time reaches what can be booked, in few statements."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from accounts.models import Location, Practitioner
from accounts.tenancy import acting_in
from bookings.models import (
    Absence,
    BookingLimits,
    BusyCalendar,
    BusyTime,
    ExtraHours,
    Hold,
    HolidayCalendar,
    OpenHoliday,
    ServiceOffer,
    WeeklyHours,
)
from bookings.openings.away import away
from bookings.openings.finding import offer, openings
from privacy.vocabulary import clock
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


def utc(day: date, hour: int, minute: int = 0) -> datetime:
    """Return the instant of a wall time in Sydney's summer."""
    return datetime.combine(day, time(hour, minute), UTC) - timedelta(hours=11)


def found(practice: Practice, day: date = TUESDAY, **more: Any) -> list[int]:
    slots = openings(
        service=practice.service,
        practitioners=[practice.practitioner],
        location=practice.location,
        first_day=day,
        last_day=day,
        **more,
    )
    return [slot.local_start.hour for slot in slots]


def kept(practice: Practice, model: Any, **fields: Any) -> Any:
    row = model(**{"practitioner": practice.practitioner, **fields})
    row.save(force_insert=True)
    return row


def absence(practice: Practice, **fields: Any) -> Absence:
    values = {"time_zone": SYDNEY, "first_day": TUESDAY, "last_day": TUESDAY, **fields}
    row: Absence = kept(practice, Absence, **values)
    return row


def keep_holidays(practice: Practice) -> None:
    place = practice.location
    HolidayCalendar(location=place, country="AU", subdivision="AU-NSW").save(force_insert=True)


def booked(practice: Practice, day: date, hour: int) -> None:
    starts = utc(day, hour)
    make_appointment(make_client(), starts_at=starts, local_date=day, local_time=time(hour))


ALL_DAY = [9, 10, 11, 12, 13, 14, 15, 16]


def test_extra_hours_once_and_repeated(practice: Practice) -> None:
    saturday = TUESDAY + 4 * DAY
    kept(
        practice, ExtraHours, location=practice.location, day=TUESDAY, starts="17:00", ends="19:00"
    )
    kept(
        practice,
        ExtraHours,
        location=practice.location,
        day=saturday,
        starts="09:00",
        ends="11:00",
        every_weeks=2,
        until=saturday + 28 * DAY,
    )
    assert found(practice) == [*ALL_DAY, 17, 18]
    assert found(practice, TUESDAY + 7 * DAY) == ALL_DAY
    weeks = [found(practice, saturday + 7 * DAY * week) for week in range(8)]
    assert weeks == [[9, 10], [], [9, 10], [], [9, 10], [], [], []]


def test_time_off_of_one_of_all_here_and_elsewhere(practice: Practice) -> None:
    elsewhere = Location(name="Hill", time_zone=SYDNEY)
    elsewhere.save(force_insert=True)
    colleague = Practitioner(name="Tom")
    colleague.save(force_insert=True)
    absence(practice, starts="09:00", ends="11:00")
    absence(practice, practitioner=None, location=practice.location, starts="12:00", ends="13:00")
    absence(practice, practitioner=None, starts="14:00", ends="15:00")
    absence(practice, location=elsewhere, starts="15:00", ends="16:00")
    absence(practice, practitioner=colleague, starts="16:00", ends="17:00")
    assert found(practice) == [11, 13, 15, 16]


def test_whole_days_and_those_that_come_again(practice: Practice) -> None:
    absence(practice, last_day=TUESDAY + DAY)
    absence(
        practice,
        first_day=TUESDAY - 14 * DAY,
        last_day=TUESDAY - 14 * DAY,
        starts="09:00",
        ends="16:00",
        every_weeks=1,
        until=TUESDAY + 14 * DAY,
    )
    assert found(practice) == found(practice, TUESDAY + DAY) == []
    assert found(practice, TUESDAY + 2 * DAY) == ALL_DAY
    assert found(practice, TUESDAY + 14 * DAY) == [16]
    assert found(practice, TUESDAY + 21 * DAY) == ALL_DAY


def test_time_off_is_on_the_wall_of_its_own_zone(practice: Practice) -> None:
    absence(practice, time_zone="Australia/Perth", starts="09:00", ends="10:00")
    assert found(practice) == [hour for hour in ALL_DAY if hour != 12]


def test_public_holidays_close_unless_the_location_opens(practice: Practice) -> None:
    christmas = date(2026, 12, 25)
    assert found(practice, christmas) == ALL_DAY
    keep_holidays(practice)
    assert found(practice, christmas) == []
    assert found(practice, date(2026, 12, 24)) == ALL_DAY
    OpenHoliday(location=practice.location, day=christmas).save(force_insert=True)
    assert found(practice, christmas) == ALL_DAY
    assert found(practice, date(2026, 12, 28)) == []


def test_the_most_in_a_day_and_in_a_week(practice: Practice) -> None:
    limits = kept(practice, BookingLimits, most_per_day=2, most_per_week=3)
    booked(practice, TUESDAY, 9)
    assert found(practice) == ALL_DAY[1:]
    booked(practice, TUESDAY, 10)
    assert found(practice) == []
    assert found(practice, TUESDAY + DAY) == ALL_DAY
    booked(practice, TUESDAY + 2 * DAY, 9)
    assert found(practice, TUESDAY + DAY) == []
    assert found(practice, TUESDAY + 7 * DAY) == ALL_DAY
    limits.most_per_week = 4
    limits.save()
    assert found(practice, TUESDAY + DAY) == ALL_DAY


def test_of_notice_and_horizon_the_stricter_holds(practice: Practice) -> None:
    practice.service.notice_minutes, practice.service.horizon_days = 26 * 60, 30
    limits = kept(practice, BookingLimits, notice_minutes=60, horizon_days=60)
    assert found(practice)[0] == 12
    assert found(practice, TUESDAY + 29 * DAY) == ALL_DAY[:1]
    limits.notice_minutes, limits.horizon_days = 28 * 60, 7
    limits.save()
    assert found(practice)[0] == 14
    assert found(practice, at_desk=True) == ALL_DAY
    assert found(practice, TUESDAY + 7 * DAY) == []


def test_time_busy_elsewhere(practice: Practice) -> None:
    calendar = kept(practice, BusyCalendar, name="Mine", address="https://calendar.example/me.ics")
    times = {"starts_at": utc(TUESDAY, 9, 30), "ends_at": utc(TUESDAY, 12)}
    kept(practice, BusyTime, calendar=calendar, **times)
    assert found(practice) == [12, 13, 14, 15, 16]


def test_holds_that_live_are_kept_free_except_the_askers_own(practice: Practice) -> None:
    for number, hour in enumerate((9, 11)):
        times = {"starts_at": utc(TUESDAY, hour), "ends_at": utc(TUESDAY, hour + 1)}
        kept(
            practice,
            Hold,
            location=practice.location,
            service=practice.service,
            **times,
            busy_from=times["starts_at"],
            busy_until=times["ends_at"],
            expires_at=clock.now() + timedelta(minutes=10 if number == 0 else -1),
            digest=bytes([number]) * 32,
        )
    assert found(practice) == ALL_DAY[1:]
    assert found(practice, own_hold=bytes(32)) == ALL_DAY


def test_each_practitioners_own_length(practice: Practice) -> None:
    colleague = Practitioner(name="Tom")
    colleague.save(force_insert=True)
    for weekday in range(1, 6):
        WeeklyHours(
            practitioner=colleague,
            location=practice.location,
            weekday=weekday,
            starts=time(9),
            ends=time(11, 30),
        ).save(force_insert=True)
    own = ServiceOffer(service=practice.service, practitioner=colleague, duration_minutes=90)
    own.save(force_insert=True)
    slots = openings(
        service=practice.service,
        practitioners=[practice.practitioner, colleague],
        location=practice.location,
        first_day=TUESDAY,
        last_day=TUESDAY,
    )
    theirs = [slot for slot in slots if slot.practitioner == colleague.pk]
    assert [(slot.local_start.hour, slot.ends_at - slot.starts_at) for slot in theirs] == [
        (9, timedelta(minutes=90)),
        (10, timedelta(minutes=90)),
    ]
    others = {slot.ends_at - slot.starts_at for slot in slots if slot not in theirs}
    assert others == {timedelta(minutes=60)}


def test_fewer_times_are_shown_but_all_can_be_booked(practice: Practice) -> None:
    practice.service.most_shown = 2
    shown = offer(
        service=practice.service,
        practitioners=[practice.practitioner],
        location=practice.location,
        first_day=TUESDAY,
        last_day=TUESDAY,
    )
    assert [slot.local_start.hour for slot in shown.slots] == [9, 11, 12, 16]
    assert shown.left == {TUESDAY: 4}
    assert found(practice) == ALL_DAY


def test_what_the_diary_draws_comes_in_three_statements(practice: Practice) -> None:
    keep_holidays(practice)
    calendar = kept(practice, BusyCalendar, name="Mine", address="https://calendar.example/me.ics")
    first, last = date(2026, 12, 24), date(2026, 12, 28)
    counts, labels = [], []
    for number in (1, 2):
        absence(practice, first_day=first, last_day=first, kind="sick", label=f"Flu {number}")
        absence(practice, practitioner=None, kind="closed", first_day=last, last_day=last)
        times = {"starts_at": utc(first, 8 + number), "ends_at": utc(first, 9 + number)}
        kept(practice, BusyTime, calendar=calendar, **times)
        with CaptureQueriesContext(connections["region_au"]) as queries:
            drawn = away([practice.practitioner.pk], practice.location, first, last)
        counts.append(len(queries))
        labels.append([(each.kind, each.label) for each in drawn])
    assert labels[0] == [
        ("sick", "Flu 1"),
        ("busy", "Busy elsewhere"),
        ("public_holiday", "Christmas Day"),
        ("public_holiday", "Boxing Day"),
        ("closed", "Closed"),
        ("public_holiday", "Boxing Day (observed)"),
    ]
    assert counts == [3, 3]


def test_the_neighbours_facts_count_for_nothing(settings: Any) -> None:
    at(NOW, settings)
    mine, neighbour = open_practice(), open_practice()
    with acting_in(neighbour.account.ref):
        absence(neighbour, practitioner=None)
        keep_holidays(neighbour)
        absence(neighbour)
    with acting_in(mine.account.ref):
        assert found(mine) == ALL_DAY
        assert away([mine.practitioner.pk], mine.location, TUESDAY, TUESDAY) == []
        assert away([neighbour.practitioner.pk], None, TUESDAY, TUESDAY) == []
