"""Finding a client among 50,000 sealed names (G5): the first time in a worker, and from then on."""

from __future__ import annotations

from functools import partial

from accounts.tenancy import acting_in
from clients import directory
from config.bench.ground import Ground
from config.bench.report import Finding
from config.bench.rounds import Timed, interleaved, milliseconds, noise_times
from config.bench.statistics import ratio, spread
from privacy.vocabulary import keyring

WORDS = "leila h"
FIRST_TIMES = 9


def search(ground: Ground) -> list[Finding]:
    """Measure both."""
    practice = ground.scene.crowd
    first = _first_times(ground)
    ours, floor = ground.member(practice), ground.on_floor()
    path = f"/a/{practice.account.slug}/clients/search/"
    answer = ours.post(path, {"q": WORDS})
    below = f"/found/?bytes={len(answer.body)}"
    timed = interleaved(
        {
            "page": lambda: ours.post(path, {"q": WORDS}),
            "floor": lambda: floor.post(below, {"q": WORDS}),
        },
        ground.plan.rounds,
    )
    return [
        Finding(
            "G5",
            "client search over 50,000, warm / floor page",
            ratio(timed["page"], timed["floor"]),
            limit=1.5,
            pace=ground.pace_of(timed),
        ),
        Finding(
            "G5",
            "client search over 50,000, first in a worker",
            spread(first["search"]),
            "ms",
            limit=400,
            pace=ground.pace_of(first),
        ),
    ]


def _first_times(ground: Ground) -> Timed:
    """Search again and again as a worker does that has opened nothing yet."""
    times, fixed = [], []
    for _ in range(FIRST_TIMES):
        fixed += noise_times(10)
        keyring.forget()
        directory.forget()
        times.append(milliseconds(partial(_find, ground)))
    return Timed({"search": times}, fixed)


def _find(ground: Ground) -> None:
    with acting_in(ground.scene.crowd.account):
        assert directory.search(WORDS)
