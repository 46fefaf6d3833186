"""Whom a free time suits, against a slow, plain reading of the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.availability.wall_time import resolve
from bookings.waiting.matching import (
    DAY_MINUTES,
    LEAST_NOTICE,
    Time,
    Wanted,
    Window,
    Wish,
    best_of,
    cap,
    held_until,
    rows_of,
    suits,
    turn,
    windows_of,
)

PEOPLE = [UUID(int=1), UUID(int=2)]
PLACES = [UUID(int=11), UUID(int=12)]
SERVICES = [UUID(int=21), UUID(int=22)]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Around the end of summer time in Sydney, when two o'clock comes twice
ZONE, MONDAY = "Australia/Sydney", date(2026, 3, 30)
NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)

days = st.integers(0, 9).map(lambda ahead: MONDAY + ahead * DAY)
moments = st.integers(0, 9 * 24 * 4).map(lambda quarter: NOON - DAY + quarter * 15 * MINUTE)
minutes = st.integers(0, DAY_MINUTES)
windows = st.builds(
    lambda day, pair: Window(day, min(pair), max(pair)),
    st.integers(1, 7),
    st.tuples(minutes, minutes),
)
wishes = st.builds(Wish, st.sampled_from([None, *PEOPLE]), st.sampled_from([None, *PLACES]))


@st.composite
def times(draw: st.DrawFn) -> Time:
    wall = datetime.combine(draw(days), time(draw(st.integers(0, 23)), draw(st.integers(0, 59))))
    starts = resolve(wall, ZONE, allow_shift=True).instant
    length = draw(st.integers(5, 180)) * MINUTE
    return Time(
        draw(st.sampled_from(SERVICES)),
        draw(st.sampled_from(PEOPLE)),
        draw(st.sampled_from(PLACES)),
        starts,
        starts + length,
        wall,
    )


@st.composite
def entries(draw: st.DrawFn) -> Wanted:
    return Wanted(
        entry=UUID(int=draw(st.integers(100, 10_000))),
        service=draw(st.sampled_from(SERVICES)),
        since=draw(st.none() | days),
        until=draw(days),
        created_at=draw(moments),
        is_urgent=draw(st.booleans()),
        wishes=draw(st.lists(wishes, max_size=3)),
        windows=draw(st.lists(windows, max_size=4)),
        before=draw(st.none() | moments),
        busy=[(start, start + HOUR) for start in draw(st.lists(moments, max_size=3))],
    )


def plainly(wanted: Wanted, free: Time) -> bool:
    """Say the rules once more, minute by minute and wish by wish."""
    if wanted.service != free.service:
        return False
    pairs = {
        (person, place)
        for wish in wanted.wishes
        for person in (PEOPLE if wish.practitioner is None else [wish.practitioner])
        for place in (PLACES if wish.location is None else [wish.location])
    }
    if wanted.wishes and (free.practitioner, free.location) not in pairs:
        return False
    on = free.local_start.date()
    if on > wanted.until or (wanted.since and on < wanted.since):
        return False
    good = {
        (window.weekday, minute)
        for window in wanted.windows
        for minute in range(window.starts, window.ends)
    }
    minute = free.local_start.hour * 60 + free.local_start.minute
    if wanted.windows and (free.local_start.isoweekday(), minute) not in good:
        return False
    if wanted.before is not None and free.starts_at >= wanted.before:
        return False
    return all(free.starts_at >= ends or free.ends_at <= begins for begins, ends in wanted.busy)


@settings(max_examples=400, deadline=None)
@given(entries(), times())
def test_it_suits_when_the_plain_rules_say_so(wanted: Wanted, free: Time) -> None:
    assert suits(wanted, free) == plainly(wanted, free)


@given(entries(), times())
def test_nobody_is_offered_the_same_time_twice(wanted: Wanted, free: Time) -> None:
    known = replace(wanted, known=frozenset({(free.practitioner, free.starts_at)}))
    assert not suits(known, free)


@given(entries(), st.lists(times(), max_size=8), moments)
def test_the_closest_time_that_suits_is_chosen(
    wanted: Wanted, free: list[Time], near: datetime
) -> None:
    fitting = [each for each in free if suits(wanted, each)]
    best = best_of(wanted, free, near)
    if not fitting:
        assert best is None
        return
    assert best in fitting
    assert abs(best.starts_at - near) == min(abs(each.starts_at - near) for each in fitting)


@given(st.lists(entries(), max_size=10))
def test_urgent_ones_come_first_then_the_longest_waiting(found: list[Wanted]) -> None:
    ordered = sorted(found, key=turn)
    assert [each.is_urgent for each in ordered] == sorted(
        (each.is_urgent for each in ordered), reverse=True
    )
    for urgent in (True, False):
        since = [each.created_at for each in ordered if each.is_urgent == urgent]
        assert since == sorted(since)


@given(st.lists(windows, max_size=6))
def test_windows_are_read_as_they_were_kept(found: list[Window]) -> None:
    assert windows_of(rows_of(found)) == sorted(found)


def test_a_window_may_end_at_midnight() -> None:
    assert windows_of([[5, "17:00", "24:00"]]) == [Window(5, 17 * 60, DAY_MINUTES)]
    assert rows_of([Window(5, 17 * 60, DAY_MINUTES)]) == [[5, "17:00", "24:00"]]


TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("ago", "answer"),
    [
        ([], ""),
        ([0], "today"),
        ([1], ""),
        ([1, 3], ""),
        ([1, 3, 5], "week"),
        ([1, 3, 7], ""),
        ([0, 1, 2], "today"),
        ([8, 9, 10, 11], ""),
    ],
)
def test_one_offer_a_day_and_three_in_seven_days(ago: list[int], answer: str) -> None:
    assert cap([TODAY - DAY * each for each in ago], TODAY) == answer


@given(moments, st.integers(-10, 1000), st.integers(15, 1440))
def test_an_offer_ends_in_time_before_the_visit(now: datetime, ahead: int, hold: int) -> None:
    starts = now + ahead * MINUTE
    until = held_until(now, starts, hold * MINUTE)
    if until is None:
        assert starts <= now + LEAST_NOTICE
    else:
        assert now < until <= starts - LEAST_NOTICE
        assert until <= now + hold * MINUTE
        assert until in (now + hold * MINUTE, starts - LEAST_NOTICE)
