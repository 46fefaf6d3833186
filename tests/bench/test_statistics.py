"""A goal is missed only when the whole interval is over it, and nothing is judged on a noisy machine."""

import random

import pytest

from config.bench.statistics import Interval, Verdict, exact, is_quiet, judge, p95, ratio, spread


def test_a_ratio_of_medians_lies_in_its_interval() -> None:
    dice = random.Random(3)
    theirs = [dice.gauss(10, 1) for _ in range(200)]
    ours = [2 * each + dice.gauss(0, 0.5) for each in theirs]
    found = ratio(ours, theirs)
    assert found.low < found.value < found.high
    assert found.low < 2 < found.high
    assert found.high - found.low < 0.2


def test_the_same_rounds_give_the_same_interval() -> None:
    ours, theirs = [3.0, 4.0, 5.0, 9.0], [1.0, 2.0, 2.0, 3.0]
    assert ratio(ours, theirs) == ratio(ours, theirs)


def test_what_slows_a_round_slows_both_sides() -> None:
    """Whole rounds are drawn, so a machine that is three times slower now and then widens nothing."""
    slow = [1.0 if number % 4 else 3.0 for number in range(100)]
    found = ratio([2 * each for each in slow], slow)
    assert found == exact(2.0)


def test_more_rounds_narrow_the_interval() -> None:
    dice = random.Random(5)
    few, many = ([dice.gauss(10, 2) for _ in range(count)] for count in (20, 500))
    width = [each.high - each.low for each in (spread(few), spread(many))]
    assert width[1] < width[0] / 2


@pytest.mark.parametrize("pair", [([1.0], [1.0, 2.0]), ([], [])])
def test_both_sides_need_the_same_rounds(pair: tuple[list[float], list[float]]) -> None:
    with pytest.raises(ValueError, match="same rounds"):
        ratio(*pair)


def test_p95_leaves_one_in_twenty_above() -> None:
    times = [float(number) for number in range(100)]
    assert p95(times) == 95
    assert p95([7.0]) == 7


@pytest.mark.parametrize(
    ("measured", "verdict"),
    [
        (Interval(0.9, 0.8, 1.3), Verdict.MET),
        (Interval(1.0, 1.0, 1.0), Verdict.MET),
        (Interval(1.1, 0.9, 1.3), Verdict.UNCLEAR),
        (Interval(1.1, 1.0, 1.3), Verdict.UNCLEAR),
        (Interval(1.3, 1.1, 1.4), Verdict.MISSED),
    ],
)
def test_a_verdict_takes_the_whole_interval(measured: Interval, verdict: Verdict) -> None:
    assert judge(measured, 1.0) == verdict
    assert judge(measured, 1.0, quiet=False) == Verdict.NOT_JUDGED


def test_a_machine_is_quiet_up_to_twice_the_fastest_of_the_run() -> None:
    assert is_quiet(2.0, 1.0)
    assert not is_quiet(2.1, 1.0)
