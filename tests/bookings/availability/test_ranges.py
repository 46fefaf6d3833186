"""Range arithmetic against the plainest possible reading: sets of minutes."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bookings.availability.ranges import Range, clip, subtract, union

START = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at(minute: int) -> datetime:
    return START + minute * MINUTE


def between(first: int, last: int) -> Range:
    return at(first), at(last)


def minutes(ranges: list[Range]) -> set[datetime]:
    return {
        start + step * MINUTE for start, end in ranges for step in range((end - start) // MINUTE)
    }


def is_tidy(ranges: list[Range]) -> bool:
    whole = all(start < end for start, end in ranges)
    return whole and all(ranges[i][1] < ranges[i + 1][0] for i in range(len(ranges) - 1))


some_ranges = st.lists(st.builds(between, st.integers(0, 120), st.integers(0, 120)), max_size=12)


def test_touching_ranges_become_one() -> None:
    assert union([between(30, 60), between(0, 30), between(90, 90)]) == [between(0, 60)]


def test_one_range_taken_out_of_several() -> None:
    whole = [between(0, 30), between(40, 70), between(80, 90)]
    assert subtract(whole, [between(20, 50), between(60, 85)]) == [
        between(0, 20),
        between(50, 60),
        between(85, 90),
    ]


@given(some_ranges)
def test_union_covers_the_same_minutes_tidily(ranges: list[Range]) -> None:
    result = union(ranges)
    assert minutes(result) == minutes(ranges)
    assert is_tidy(result)
    assert union(reversed(ranges)) == result
    assert union(result) == result


@given(some_ranges, some_ranges)
def test_difference_is_the_difference_of_minutes(whole: list[Range], taken: list[Range]) -> None:
    result = subtract(union(whole), union(taken))
    assert minutes(result) == minutes(whole) - minutes(taken)
    assert is_tidy(result)


@given(some_ranges, st.integers(0, 120), st.integers(0, 120))
def test_clipping_keeps_the_minutes_between(ranges: list[Range], first: int, last: int) -> None:
    result = clip(union(ranges), at(first), at(last))
    assert minutes(result) == minutes(ranges) & minutes([between(first, last)])
    assert is_tidy(result)
