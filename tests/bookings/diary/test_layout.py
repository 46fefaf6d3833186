"""Lanes, shaded hours and the axis of the diary."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.diary.layout import axis, lanes, minutes_of, outside, placed
from tests.bookings.office import TUESDAY, ten


def test_a_block_is_placed_by_its_minutes() -> None:
    span = minutes_of(ten(9, 32), ten(10, 14), TUESDAY)
    assert span == (570, 615)
    assert placed(*span) == "from-570 for-45"


def test_what_passes_midnight_is_cut() -> None:
    assert minutes_of(ten(23), ten(1) + timedelta(days=1), TUESDAY) == (1380, 1440)


@pytest.mark.parametrize(
    ("spans", "shown"),
    [
        ([], (480, 1080)),
        ([(540, 1020)], (480, 1080)),
        ([(430, 500)], (420, 1080)),
        ([(540, 1105)], (480, 1140)),
        ([(5, 10), (1430, 1440)], (0, 1440)),
    ],
)
def test_the_axis_shows_whole_hours_around_everything(
    spans: list[tuple[int, int]], shown: tuple[int, int]
) -> None:
    assert axis(spans) == shown


def test_what_is_outside_hours_is_shaded() -> None:
    assert outside([(780, 1020), (540, 720)], (480, 1080)) == [(480, 540), (720, 780), (1020, 1080)]
    assert outside([], (480, 1080)) == [(480, 1080)]
    assert outside([(480, 1080)], (480, 1080)) == []


def test_overlapping_blocks_stand_side_by_side() -> None:
    spans = [(540, 600), (560, 620), (600, 660), (700, 760)]
    assert lanes(spans) == ["lane-1-of-2", "lane-2-of-2", "lane-1-of-2", ""]


def test_at_most_six_stand_side_by_side() -> None:
    assert lanes([(540, 600)] * 8)[5:] == ["lane-6-of-6"] * 3


@given(st.lists(st.tuples(st.integers(0, 280), st.integers(1, 24)), max_size=40))
def test_blocks_of_one_lane_never_overlap(made: list[tuple[int, int]]) -> None:
    spans = sorted((start * 5, start * 5 + length * 5) for start, length in made)
    named = lanes(spans)
    assert len(named) == len(spans)
    for index, (span, lane) in enumerate(zip(spans, named, strict=True)):
        for other, others in zip(spans[index + 1 :], named[index + 1 :], strict=True):
            overlap = other[0] < span[1] and span[0] < other[1]
            assert not (overlap and lane == others and not lane.endswith("6-of-6"))
