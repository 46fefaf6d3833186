"""Wall times and instants, over every kind of change clocks have made."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bookings.availability.wall_time import (
    NonexistentTime,
    Resolved,
    day_bounds,
    first_instant,
    local,
    resolve,
    transitions,
    tzdb_version,
)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


# Both hemispheres, half an hour, midnight changes, negative summer time, quarter hours, new laws.
ZONES = [
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "America/New_York",
    "America/Vancouver",
    "America/Havana",
    "America/Santiago",
    "America/Scoresbysund",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "Pacific/Apia",
    "UTC",
]
HOUR = timedelta(hours=1)
zones = st.sampled_from(ZONES)
walls = st.datetimes(wall("2000-01-01T00:00"), wall("2035-12-31T00:00"))
instants = st.datetimes(wall("2000-01-01T00:00"), wall("2035-12-31T00:00"), timezones=st.just(UTC))
days = st.dates(date(2012, 1, 1), date(2035, 12, 31))


def test_an_ordinary_time_is_exact() -> None:
    assert resolve(wall("2026-07-01T09:00"), "Europe/Dublin") == Resolved(
        utc(2026, 7, 1, 8), "Europe/Dublin", tzdb_version(), "exact"
    )


@pytest.mark.parametrize(
    ("zone", "text", "before", "after", "shifted"),
    [
        ("Europe/Dublin", "2026-03-29T01:30", "01:00", "02:00", "2026-03-29T01:30"),
        ("America/New_York", "2026-03-08T02:30", "02:00", "03:00", "2026-03-08T07:30"),
        ("Australia/Sydney", "2026-10-04T02:00", "02:00", "03:00", "2026-10-03T16:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "02:00", "02:30", "2026-10-03T15:45"),
        ("Africa/Cairo", "2026-04-24T00:00", "00:00", "01:00", "2026-04-23T22:00"),
        ("Asia/Beirut", "2026-03-29T00:30", "00:00", "01:00", "2026-03-28T22:30"),
        ("America/Santiago", "2026-09-06T00:59", "00:00", "01:00", "2026-09-06T04:59"),
        ("Pacific/Apia", "2011-12-30T12:00", "00:00", "00:00", "2011-12-30T22:00"),
    ],
)
def test_a_time_in_a_gap_is_refused_or_shifted_by_its_length(
    zone: str, text: str, before: str, after: str, shifted: str
) -> None:
    missing = wall(text)
    with pytest.raises(NonexistentTime) as refused:
        resolve(missing, zone)
    assert f"{refused.value.before:%H:%M}" == before
    assert f"{refused.value.after:%H:%M}" == after
    assert f"from {before} straight to {after}" in str(refused.value.advice)
    moved = resolve(missing, zone, allow_shift=True)
    assert (moved.instant, moved.note) == (datetime.fromisoformat(shifted + "+00:00"), "gap")
    gap = refused.value.after - refused.value.before
    assert local(moved.instant, zone).replace(tzinfo=None) == missing + gap


def test_the_second_mark_means_nothing_in_a_gap() -> None:
    missing = wall("2026-03-08T02:30")
    both = [resolve(missing.replace(fold=f), "America/New_York", allow_shift=True) for f in (0, 1)]
    assert both[0] == both[1]


@pytest.mark.parametrize(
    ("zone", "text", "first", "between"),
    [
        ("Europe/Dublin", "2026-10-25T01:30", "2026-10-25T00:30", HOUR),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30", HOUR),
        ("Australia/Sydney", "2026-04-05T02:30", "2026-04-04T15:30", HOUR),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45", HOUR / 2),
        ("Africa/Cairo", "2026-10-29T23:30", "2026-10-29T20:30", HOUR),
        ("America/Havana", "2024-11-03T00:30", "2024-11-03T04:30", HOUR),
    ],
)
def test_a_time_in_a_fold_is_the_first_unless_the_second_is_marked(
    zone: str, text: str, first: str, between: timedelta
) -> None:
    twice = wall(text)
    expected = datetime.fromisoformat(first + "+00:00")
    assert resolve(twice, zone) == Resolved(expected, zone, tzdb_version(), "fold")
    assert resolve(twice.replace(fold=1), zone).instant == expected + between
    assert local(expected, zone).fold == 0
    assert local(expected + between, zone).fold == 1


def test_british_columbia_stopped_changing_its_clocks_in_2026() -> None:
    """Bill 40's permanent time: an appointment agreed before the law keeps its hour on the wall."""
    assert resolve(wall("2025-12-01T09:00"), "America/Vancouver").instant == utc(2025, 12, 1, 17)
    assert resolve(wall("2026-12-01T09:00"), "America/Vancouver").instant == utc(2026, 12, 1, 16)
    assert transitions("America/Vancouver", utc(2027, 1, 1), utc(2032, 1, 1)) == []


@pytest.mark.parametrize(
    ("zone", "day", "starts", "hours"),
    [
        ("Europe/Dublin", date(2026, 3, 29), utc(2026, 3, 29), 23),
        ("Europe/Dublin", date(2026, 10, 25), utc(2026, 10, 24, 23), 25),
        ("Australia/Sydney", date(2026, 10, 4), utc(2026, 10, 3, 14), 23),
        ("Australia/Lord_Howe", date(2026, 10, 4), utc(2026, 10, 3, 13, 30), 23.5),
        ("Australia/Lord_Howe", date(2026, 4, 5), utc(2026, 4, 4, 13), 24.5),
        ("Africa/Cairo", date(2026, 4, 24), utc(2026, 4, 23, 22), 23),
        ("Africa/Cairo", date(2026, 10, 29), utc(2026, 10, 28, 21), 25),
        ("Asia/Beirut", date(2026, 3, 29), utc(2026, 3, 28, 22), 23),
        ("America/Santiago", date(2026, 9, 6), utc(2026, 9, 6, 4), 23),
        ("America/Santiago", date(2026, 4, 4), utc(2026, 4, 4, 3), 25),
        ("America/Havana", date(2024, 11, 3), utc(2024, 11, 3, 4), 25),
        ("America/Scoresbysund", date(2024, 3, 30), utc(2024, 3, 30, 1), 24),
        ("Pacific/Apia", date(2011, 12, 30), utc(2011, 12, 30, 10), 0),
        ("UTC", date(2026, 1, 1), utc(2026, 1, 1), 24),
    ],
)
def test_a_day_is_as_long_as_the_clocks_make_it(
    zone: str, day: date, starts: datetime, hours: float
) -> None:
    bounds = day_bounds(day, zone)
    assert bounds.starts_at == starts
    assert bounds.length == hours * HOUR
    assert bounds.last_instant == bounds.ends_at - timedelta(microseconds=1)


def test_the_edge_of_opening_hours_in_a_gap_is_the_jump_itself() -> None:
    jump = utc(2026, 3, 29, 1)
    for minute in (0, 1, 30, 59):
        assert first_instant(wall(f"2026-03-29T01:{minute:02}"), "Europe/Dublin") == jump
    assert first_instant(wall("2026-03-29T02:00"), "Europe/Dublin") == jump


def test_transitions_are_found_to_the_second_in_order() -> None:
    found = transitions("Australia/Lord_Howe", utc(2026, 1, 1), utc(2027, 1, 1))
    assert [change.instant for change in found] == [utc(2026, 4, 4, 15), utc(2026, 10, 3, 15, 30)]
    assert found[0].before - found[0].after == HOUR / 2
    edge = found[0].instant
    assert transitions("Australia/Lord_Howe", edge, edge + HOUR) == []
    assert transitions("Australia/Lord_Howe", edge - HOUR, edge) == found[:1]
    assert (
        transitions("Australia/Lord_Howe", edge - HOUR, edge + timedelta(microseconds=5))
        == found[:1]
    )


def test_naive_and_aware_are_never_mixed_up() -> None:
    with pytest.raises(ValueError, match="naive"):
        resolve(utc(2026, 1, 1), "UTC")
    with pytest.raises(ValueError, match="naive"):
        first_instant(utc(2026, 1, 1), "UTC")
    with pytest.raises(ValueError, match="aware"):
        local(wall("2026-01-01T00:00"), "UTC")
    with pytest.raises(ValueError, match="aware"):
        transitions("UTC", wall("2026-01-01T00:00"), utc(2026, 1, 2))


@given(walls, zones)
@example(wall("2026-04-24T00:00"), "Africa/Cairo")
@example(wall("2026-10-04T02:15"), "Australia/Lord_Howe")
def test_a_wall_time_comes_back_unless_it_never_was(wanted: datetime, zone: str) -> None:
    resolved = resolve(wanted, zone, allow_shift=True)
    shown = local(resolved.instant, zone).replace(tzinfo=None)
    assert resolved.instant.tzinfo is UTC
    if resolved.note == "gap":
        assert shown > wanted
        with pytest.raises(NonexistentTime):
            resolve(wanted, zone)
    else:
        assert shown == wanted
        assert resolve(wanted, zone) == resolved


@given(instants, zones)
@example(utc(2026, 11, 1, 5, 30), "America/New_York")
@example(utc(2026, 11, 1, 6, 30), "America/New_York")
def test_every_instant_comes_back_from_its_wall_time(instant: datetime, zone: str) -> None:
    shown = local(instant, zone)
    assert resolve(shown.replace(tzinfo=None), zone).instant == instant


@given(walls, walls, zones)
def test_first_instants_keep_the_order_of_wall_times(
    one: datetime, other: datetime, zone: str
) -> None:
    early, late = sorted([one, other])
    assert first_instant(early, zone) <= first_instant(late, zone)


@given(walls, zones)
def test_first_instant_is_the_first_the_wall_time_is_reached(wanted: datetime, zone: str) -> None:
    reached = first_instant(wanted, zone)
    assert local(reached, zone).replace(tzinfo=None) >= wanted
    just_before = local(reached - timedelta(microseconds=1), zone).replace(tzinfo=None)
    assert just_before < wanted


@given(days, zones)
def test_days_follow_each_other_and_hold_only_their_own_date(day: date, zone: str) -> None:
    today, tomorrow = day_bounds(day, zone), day_bounds(day + timedelta(days=1), zone)
    assert today.ends_at == tomorrow.starts_at
    assert timedelta(hours=22) <= today.length <= timedelta(hours=26)
    for instant in (today.starts_at, today.starts_at + today.length / 2, today.last_instant):
        assert local(instant, zone).date() == day


@given(instants, st.timedeltas(timedelta(), timedelta(days=500)), zones)
def test_offsets_change_at_transitions_and_nowhere_else(
    start: datetime, length: timedelta, zone: str
) -> None:
    changes = transitions(zone, start, start + length)
    assert [c.instant for c in changes] == sorted({c.instant for c in changes})
    for change in changes:
        assert local(change.instant, zone).utcoffset() == change.after
        assert local(change.instant - timedelta(seconds=1), zone).utcoffset() == change.before
    offset = local(start, zone).utcoffset()
    for change in changes:
        assert change.before == offset
        offset = change.after
    assert local(start + length, zone).utcoffset() == offset
