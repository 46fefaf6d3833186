"""Ratios of times with their uncertainty, and what may be concluded from them. Pure; no clock, no machine."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

RESAMPLES = 1000
OUTSIDE = 0.025  # of the resampled ratios, on either side of the interval
NOISY_ABOVE = 2.0

type Statistic = Callable[[Sequence[float]], float]


class Verdict(StrEnum):
    """What is said of a goal."""

    MET = "met"
    UNCLEAR = "unclear"
    MISSED = "missed"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and the interval in which it lies nineteen times out of twenty."""

    value: float
    low: float
    high: float


def p95(times: Sequence[float]) -> float:
    """Return the time that nineteen of twenty stay below."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def ratio(
    ours: Sequence[float], theirs: Sequence[float], *, of: Statistic = median, seed: int = 1
) -> Interval:
    """Return `of(ours) / of(theirs)` with its bootstrap interval.

    Both were measured in the same rounds, so whole rounds are drawn: what slowed a round slowed both.
    """
    if len(ours) != len(theirs) or not ours:
        raise ValueError("Both sides need the same rounds.")
    dice = random.Random(seed)
    rounds = range(len(ours))
    found = []
    for _ in range(RESAMPLES):
        drawn = dice.choices(rounds, k=len(ours))
        found.append(of([ours[at] for at in drawn]) / of([theirs[at] for at in drawn]))
    return _interval(of(ours) / of(theirs), found)


def spread(times: Sequence[float], *, of: Statistic = median, seed: int = 1) -> Interval:
    """Return `of(times)` with its bootstrap interval."""
    dice = random.Random(seed)
    found = [of(dice.choices(times, k=len(times))) for _ in range(RESAMPLES)]
    return _interval(of(times), found)


def exact(value: float) -> Interval:
    """Return a counted value, which has no uncertainty."""
    return Interval(value, value, value)


def is_quiet(pace: float, fastest: float) -> bool:
    """Tell whether a job that always does the same took about what it takes on this machine when nothing else runs.

    Compared with its fastest in the whole run: beside its own rounds, a machine that is evenly slow looks quiet.
    """
    return pace <= fastest * NOISY_ABOVE


def judge(measured: Interval, goal: float, *, quiet: bool = True) -> Verdict:
    """Say whether a goal (an upper limit) is met; it is missed only when the whole interval is over it."""
    if not quiet:
        return Verdict.NOT_JUDGED
    if measured.value <= goal:
        return Verdict.MET
    return Verdict.MISSED if measured.low > goal else Verdict.UNCLEAR


def _interval(value: float, found: list[float]) -> Interval:
    found.sort()
    outside = int(len(found) * OUTSIDE)
    return Interval(value, found[outside], found[-1 - outside])
