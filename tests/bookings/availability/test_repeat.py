"""Time away in wall time, once and repeated, over every kind of change of the clocks, against a plain reading."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.availability.free import slots
from bookings.availability.repeat import ONCE, Repeat, Spell, first_days, instants, next_day
from bookings.availability.schedule import Absence, Schedule, Terms, WeeklyHours
from bookings.availability.wall_time import day_bounds, first_instant, local, transitions
from tests.bookings.availability.test_free_properties import AMARA, CHANGES, QUAY

DAY, WEEK, MINUTE = timedelta(days=1), timedelta(weeks=1), timedelta(minutes=1)
FIRST = date(2026, 3, 2)
dates = st.dates(date(2026, 1, 1), date(2027, 12, 31))
walls = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))


def reached(instant: datetime, zone: str) -> datetime:
    """The latest that the clocks have shown: in the second pass of an hour, the end of the first."""
    shown = local(instant, zone).replace(tzinfo=None)
    back = [
        each for each in transitions(zone, instant - DAY / 2, instant) if each.after < each.before
    ]
    return max([shown, *((each.instant + each.before).replace(tzinfo=None) for each in back)])


def is_away(spell: Spell, instant: datetime) -> bool:
    """The rule read slowly: has the wall reached the start of one of them, and not yet its end?"""
    now, (opens, closes) = reached(instant, spell.zone), spell.edges
    for number in range(200):
        later = WEEK * number * (spell.repeat.every_weeks or 0)
        until = spell.repeat.until
        if opens + later > now or (until and spell.first_day + later > until):
            return False
        if now < closes + later:
            return True
        if spell.repeat.every_weeks is None:
            return False
    return False


@st.composite
def spells(draw: st.DrawFn) -> tuple[Spell, date]:
    """A spell, and a day near a change of its zone's clocks."""
    zone, near = draw(st.sampled_from(CHANGES))
    every = draw(st.none() | st.integers(1, 5))
    first = near + DAY * draw(st.integers(-3, 2)) - WEEK * (every or 0) * draw(st.integers(0, 4))
    last = first + DAY * draw(st.integers(0, 3))
    starts, ends = draw(st.just((None, None)) | st.tuples(walls, walls))
    if starts is not None and ends is not None and (first, starts) >= (last, ends):
        last = first + DAY
    until = first + DAY * draw(st.integers(0, 200)) if every and draw(st.booleans()) else None
    return Spell(zone, first, last, starts, ends, Repeat(every, until)), near


@settings(max_examples=300, deadline=None)
@given(spells())
def test_a_moment_is_away_exactly_when_the_wall_says_so(case: tuple[Spell, date]) -> None:
    spell, near = case
    since, last = near - DAY, near + 3 * DAY
    found = list(instants(spell, since, last))
    begin, end = day_bounds(since, spell.zone).starts_at, day_bounds(last, spell.zone).ends_at
    moment = begin
    while moment < end:
        told = any(starts <= moment < ends for starts, ends in found)
        assert told == is_away(spell, moment), moment
        moment += 15 * MINUTE


@settings(max_examples=200, deadline=None)
@given(spells(), st.sampled_from([30, 50, 60]), st.sampled_from([15, 30]))
def test_nothing_is_offered_while_away_and_nothing_else_is_lost(
    case: tuple[Spell, date], minutes: int, grid: int
) -> None:
    spell, near = case
    days = [near + DAY * ahead for ahead in range(-1, 3)]
    hours = [
        WeeklyHours(AMARA, QUAY, spell.zone, day.isoweekday(), time(0), time(0)) for day in days
    ]
    terms = Terms(minutes * MINUTE, grid * MINUTE)
    asked: Any = {
        "now": datetime(2025, 1, 1, tzinfo=UTC),
        "first_day": days[1],
        "last_day": days[2],
    }
    terms = Terms(minutes * MINUTE, grid * MINUTE, horizon=timedelta(days=900))
    away = [Absence(AMARA, None, *span) for span in instants(spell, days[1], days[2])]
    offered = slots(Schedule(hours=hours, absences=away), terms, **asked)
    free = slots(Schedule(hours=hours), terms, **asked)
    steps = range(0, minutes, 5)
    assert offered == [
        slot
        for slot in free
        if not any(is_away(spell, slot.starts_at + step * MINUTE) for step in steps)
    ]


@given(dates, st.integers(1, 52), st.none() | dates, dates, st.integers(0, 400))
def test_what_comes_again_comes_on_its_weekday_and_never_before_or_after(
    first: date, every: int, until: date | None, since: date, length: int
) -> None:
    last = since + DAY * length
    found = list(first_days(first, Repeat(every, until), since, last))
    wanted = [
        day
        for day in (since + DAY * ahead for ahead in range(length + 1))
        if day >= first and (day - first).days % (7 * every) == 0 and day <= (until or day)
    ]
    assert found == wanted


@given(dates, st.none() | st.integers(1, 52), st.none() | dates, dates)
def test_the_next_one_is_the_first_from_a_date_on(
    first: date, every: int | None, until: date | None, since: date
) -> None:
    repeat = Repeat(every, until)
    later = list(first_days(first, repeat, since, max(since, first) + 60 * WEEK))
    assert next_day(first, repeat, since) == (later[0] if later else first)


@given(dates, dates, st.integers(0, 400))
def test_once_is_once(first: date, since: date, length: int) -> None:
    last = since + DAY * length
    found = list(first_days(first, ONCE, since, last))
    assert found == ([first] if since <= first <= last else [])


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Australia/Sydney", date(2026, 10, 4), 23),
        ("Australia/Sydney", date(2026, 4, 5), 25),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Africa/Cairo", date(2026, 4, 24), 23),
        ("Europe/Dublin", date(2026, 10, 25), 25),
    ],
)
def test_a_day_off_is_as_long_as_the_clocks_make_it(zone: str, day: date, hours: float) -> None:
    assert [ends - starts for starts, ends in instants(Spell(zone, day, day), day, day)] == [
        timedelta(hours=hours)
    ]


def test_every_tuesday_at_noon_stays_at_noon_when_the_clocks_change() -> None:
    tuesday = date(2026, 3, 17)
    spell = Spell(
        "Europe/Dublin", tuesday, tuesday, time(12), time(13), Repeat(1, tuesday + 2 * WEEK)
    )
    found = [starts for starts, _ends in instants(spell, tuesday, tuesday + 8 * WEEK)]
    assert found == [
        datetime(2026, 3, 17, 12, tzinfo=UTC),
        datetime(2026, 3, 24, 12, tzinfo=UTC),
        datetime(2026, 3, 31, 11, tzinfo=UTC),
    ]


def test_a_break_within_the_hour_that_is_skipped_is_nothing() -> None:
    sunday = date(2026, 3, 29)
    spell = Spell("Europe/Dublin", sunday, sunday, time(1, 15), time(1, 45))
    assert list(instants(spell, sunday, sunday)) == []
    assert first_instant(datetime.combine(sunday, time(1, 15)), "Europe/Dublin") == datetime(
        2026, 3, 29, 1, tzinfo=UTC
    )
