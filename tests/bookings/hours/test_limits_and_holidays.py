"""Limits, public holidays and thinning under random days, around changes of the clocks."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.availability.free import slots
from bookings.availability.schedule import Absence, Busy, Cap, Schedule, Slot, Terms, WeeklyHours
from bookings.availability.thinning import part_of, thinned
from bookings.availability.wall_time import day_bounds
from bookings.openings import public_holidays
from tests.bookings.availability.test_free_properties import AMARA, CHANGES, QUAY

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
BJORN = UUID(int=2)
HOURLY = Terms(HOUR, HOUR, horizon=timedelta(days=9000))


def every_day(zone: str, who: UUID = AMARA) -> list[WeeklyHours]:
    return [WeeklyHours(who, QUAY, zone, weekday, time(8), time(20)) for weekday in range(1, 8)]


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(CHANGES),
    st.none() | st.integers(0, 4),
    st.none() | st.integers(0, 8),
    st.randoms(use_true_random=False),
)
def test_who_books_all_that_is_offered_never_passes_a_limit(
    change: tuple[str, date], per_day: int | None, per_week: int | None, random: Random
) -> None:
    zone, near = change
    first, last = near - 4 * DAY, near + 5 * DAY
    booked: Counter[date] = Counter()
    busy: list[Busy] = []
    schedule = Schedule(hours=every_day(zone), caps=[Cap(AMARA, per_day, per_week, booked)])
    for _turn in range(60):
        found = slots(
            replace(schedule, busy=busy), HOURLY, now=LONG_AGO, first_day=first, last_day=last
        )
        if not found:
            break
        taken = random.choice(found)
        booked[taken.local_start.date()] += 1
        busy.append(Busy(AMARA, taken.starts_at, taken.ends_at))
    weeks: Counter[date] = Counter()
    for day, number in booked.items():
        weeks[monday_of(day)] += number
    assert max(booked.values(), default=0) <= (60 if per_day is None else per_day)
    assert max(weeks.values(), default=0) <= (60 if per_week is None else per_week)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(CHANGES),
    st.none() | st.integers(0, 4),
    st.none() | st.integers(0, 8),
    st.dictionaries(st.integers(-8, 8), st.integers(0, 5)),
)
def test_a_limit_takes_full_days_and_nothing_else(
    change: tuple[str, date], per_day: int | None, per_week: int | None, had: dict[int, int]
) -> None:
    zone, near = change
    booked = {near + DAY * ahead: number for ahead, number in had.items()}
    asked: Any = {"now": LONG_AGO, "first_day": near - 2 * DAY, "last_day": near + 2 * DAY}
    hours = every_day(zone) + every_day(zone, BJORN)
    free = slots(Schedule(hours=hours), HOURLY, **asked)
    found = slots(
        Schedule(hours=hours, caps=[Cap(AMARA, per_day, per_week, booked)]), HOURLY, **asked
    )

    def is_full(day: date) -> bool:
        week = sum(n for each, n in booked.items() if monday_of(each) == monday_of(day))
        return booked.get(day, 0) >= (99 if per_day is None else per_day) or week >= (
            999 if per_week is None else per_week
        )

    assert found == [
        slot for slot in free if slot.practitioner == BJORN or not is_full(slot.local_start.date())
    ]


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(
        [
            ("AU", "AU-NSW", "Australia/Sydney"),
            ("AU", "AU-NSW", "Australia/Lord_Howe"),
            ("AU", "AU-WA", "Australia/Perth"),
            ("EG", "", "Africa/Cairo"),
            ("IE", "", "Europe/Dublin"),
            ("CA", "CA-BC", "America/Vancouver"),
            ("CL", "", "America/Santiago"),
            ("NZ", "NZ-CIT", "Pacific/Chatham"),
        ]
    ),
    st.dates(date(2026, 1, 1), date(2028, 12, 1)),
    st.integers(0, 40),
)
def test_a_public_holiday_takes_its_local_date_and_nothing_else(
    where: tuple[str, str, str], first: date, length: int
) -> None:
    country, part, zone = where
    last = first + DAY * length
    days = public_holidays.between(country, part, first, last)
    spans = [day_bounds(day, zone) for day in days]
    away = [Absence(None, QUAY, each.starts_at, each.ends_at) for each in spans]
    hours = [WeeklyHours(AMARA, QUAY, zone, weekday, time(), time()) for weekday in range(1, 8)]
    asked: Any = {"now": LONG_AGO, "first_day": first, "last_day": last}
    free = slots(Schedule(hours=hours), HOURLY, **asked)
    found = slots(Schedule(hours=hours, absences=away), HOURLY, **asked)
    assert found == [
        slot
        for slot in free
        # The grid starts at midnight, so no slot of an hour reaches into the next date
        if slot.local_start.date() not in days
        and (slot.local_start + HOUR - timedelta(minutes=1)).date() not in days
    ]


@pytest.mark.parametrize(
    ("country", "part", "day", "name"),
    [
        ("AU", "AU-VIC", date(2026, 11, 3), "Melbourne Cup Day"),
        ("AU", "AU-NSW", date(2026, 11, 3), None),
        ("GB", "GB-SCT", date(2026, 11, 30), "Saint Andrew's Day"),
        ("GB", "GB-ENG", date(2026, 11, 30), None),
        ("CA", "CA-QC", date(2026, 6, 24), "Saint Jean Baptiste Day"),
        ("US", "", date(2026, 11, 26), "Thanksgiving Day"),
        ("DE", "DE-BY", date(2026, 11, 1), "All Saints' Day"),
        ("ZZ", "", date(2026, 12, 25), None),
    ],
)
def test_each_part_keeps_its_own_days(country: str, part: str, day: date, name: str | None) -> None:
    with translation.override("en"):
        assert public_holidays.between(country, part, day, day).get(day) == name


def test_parts_have_names() -> None:
    assert ("AU-NSW", "New South Wales") in public_holidays.parts("AU")
    assert ("GB-SCT", "Scotland") in public_holidays.parts("GB")
    assert public_holidays.parts("IE") == public_holidays.parts("ZZ") == []


starts = st.lists(st.integers(0, 95), max_size=40, unique=True).map(sorted)


def slot_at(quarter: int, who: UUID = AMARA) -> Slot:
    start = datetime(2026, 6, 1, tzinfo=UTC) + timedelta(minutes=15 * quarter)
    return Slot(who, QUAY, "UTC", start, start + HOUR, start.replace(tzinfo=None))


@given(starts, st.integers(1, 6), st.booleans())
def test_thinning_keeps_few_and_the_edges(quarters: list[int], most: int, two: bool) -> None:
    found = [slot_at(each, who) for each in quarters for who in ([AMARA, BJORN][: 1 + two])]
    kept = thinned(found, most)
    assert [slot for slot in found if slot in kept] == kept
    assert thinned(kept, most) == kept
    for part in range(3):
        before = [slot.starts_at for slot in found if part_of(slot.local_start.time()) == part]
        after = [slot.starts_at for slot in kept if part_of(slot.local_start.time()) == part]
        assert len(set(after)) == min(most, len(set(before)))
        if before:
            assert after[0] == before[0]
        if before and most > 1:
            assert after[-1] == before[-1]
        # Nobody is hidden behind a colleague
        assert all(after.count(start) == before.count(start) for start in after)


def test_no_thinning_shows_all() -> None:
    found = [slot_at(quarter) for quarter in range(40)]
    assert thinned(found, None) == found
