"""Interleaved rounds: every round does each job once, so that whatever slows the machine slows all of them."""

from __future__ import annotations

import gc
import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

WARM_UP = 8  # more than a connection waits before it prepares a statement
NOISE_ROUNDS = 100
_FIXED = b"keepwell" * 16_384

type Job = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Timed:
    """The milliseconds of each job in each round, and of the fixed job that was done between them."""

    times: Mapping[str, list[float]]
    fixed: list[float]

    def __getitem__(self, name: str) -> list[float]:
        return self.times[name]


def interleaved(jobs: Mapping[str, Job], rounds: int, *, warm_up: int = WARM_UP) -> Timed:
    """Do every job once in each round, the first one changing from round to round; return what each took."""
    for _ in range(warm_up):
        for job in jobs.values():
            job()
    times: dict[str, list[float]] = {name: [] for name in jobs}
    fixed = []
    names = list(jobs)
    gc.collect()
    gc.disable()
    try:
        for number in range(rounds):
            fixed.append(milliseconds(fixed_job))
            first = number % len(names)
            for name in names[first:] + names[:first]:
                times[name].append(milliseconds(jobs[name]))
    finally:
        gc.enable()
    return Timed(times, fixed)


def milliseconds(job: Job) -> float:
    """Return how long a job took."""
    began = time.perf_counter()
    job()
    return (time.perf_counter() - began) * 1000


def fixed_job() -> None:
    """Always the same work, a few milliseconds of it."""
    for _ in range(20):
        hashlib.sha256(_FIXED).digest()


def noise_times(rounds: int = NOISE_ROUNDS) -> list[float]:
    """Return how long the fixed job took, again and again."""
    return [milliseconds(fixed_job) for _ in range(rounds)]
