"""One run of the bench: seed, start, measure, print."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from config.bench import pages, report, tax
from config.bench.ground import Ground, Plan, grounded, seeded
from config.bench.leaving import leaving
from config.bench.memory import memory
from config.bench.race import races
from config.bench.report import Finding
from config.bench.rounds import noise_times
from config.bench.searching import search
from config.bench.statistics import NOISY_ABOVE, spread
from config.bench.writing import book, save_draft
from config.demo.supervisor import say

type Measurement = Callable[[Ground], list[Finding]]

# Counters before anything is written, the race late: its bookings change what pages show; last what takes all away
MEASUREMENTS: tuple[tuple[str, str, Measurement], ...] = (
    ("count G2", "counters", tax.counters),
    ("G1", "slots", pages.slots),
    ("G2", "week diary", pages.diary),
    ("G5", "client search", search),
    ("G7", "every kind of page", pages.every_kind),
    ("G8", "the wall's tax", tax.walls),
    ("G6", "saving a draft", save_draft),
    ("G3", "booking", book),
    ("G11", "memory", memory),
    ("G4", "race", races),
    ("G9 G10", "exporting, erasing, purging", leaving),
)
GOALS = frozenset(goal for goals, *_rest in MEASUREMENTS for goal in goals.split())


def measure(plan: Plan) -> None:
    """Do all of it and print what was found."""
    before = noise_times()
    say(
        f"Noise of this machine: a fixed job's median is {_noise(before, min(before)):.2f} × its minimum."
    )
    began = time.monotonic()
    scene = seeded(plan)
    _told("seeding", began)
    findings: list[Finding] = []
    with grounded(plan, scene) as ground:
        ground.fastest = min(before)
        for goals, name, measurement in MEASUREMENTS:
            if plan.only and plan.only.isdisjoint(goals.split()):
                continue
            began = time.monotonic()
            findings += measurement(ground)
            _told(name, began)
    after = noise_times()
    fastest = min(ground.fastest, *after)
    findings.append(Finding("noise", "fixed job afterwards", spread(after), "ms"))
    findings = report.judged(findings, fastest)
    say(_conclusion(_noise(before, fastest), _noise(after, fastest)))
    judged = [each for each in findings if each.limit is not None]
    told = [each for each in findings if each.limit is None]
    say(f"\nGoals\n\n{report.table(judged)}\n\nTold beside\n\n{report.table(told)}\n")
    say(report.lines(findings))


def _conclusion(before: float, after: float) -> str:
    noises = (
        f"{before:.2f} × at the start and {after:.2f} × at the end of the run's fastest fixed job"
    )
    if max(before, after) > NOISY_ABOVE:
        return f"Noisy, {noises}: times measured meanwhile are told, not judged. Counters are."
    return f"The machine was quiet, {noises}."


def _noise(times: list[float], fastest: float) -> float:
    return median(times) / fastest


def _told(name: str, began: float) -> None:
    say(f"  {name:<24} {time.monotonic() - began:6.1f} s")
