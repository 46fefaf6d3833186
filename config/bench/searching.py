"""Finding a client among 50,000 sealed names (G5): the first time in a worker, and from then on."""

from __future__ import annotations

from functools import partial

from accounts.tenancy import acting_in
from clients import directory
from config.bench.ground import Ground
from config.bench.opening import BareOpening
from config.bench.report import Finding
from config.bench.rounds import Timed, interleaved, milliseconds, noise_times
from config.bench.statistics import ratio, spread
from privacy.vocabulary import keyring
from privacy.vocabulary.models import ClientKey

WORDS = "leila h"
FIRST_TIMES = 9
# Milliseconds can't be promised of an unknown machine. To unwrap 50,000 keys and to open 150,000 values has its price on
# each; as much again is for letting rows through the wall, folding, sorting and indexing them, and for searching
MOST_OVER_BARE = 2


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
            "client search over 50,000, first in a worker / bare opening of the same names",
            ratio(first["search"], first["bare"]),
            limit=MOST_OVER_BARE,
            pace=ground.pace_of(first),
        ),
        Finding(
            "G5",
            "client search over 50,000, first in a worker",
            spread(first["search"]),
            "ms",
            pace=ground.pace_of(first),
        ),
    ]


def _first_times(ground: Ground) -> Timed:
    """Search again and again as a worker does that has opened nothing yet, and open the same names barely."""
    bare = BareOpening(ground, ground.scene.crowd.account.id, ClientKey._meta.db_table)
    times: dict[str, list[float]] = {"search": [], "bare": []}
    fixed = []
    try:
        for _ in range(FIRST_TIMES):
            fixed += noise_times(10)
            keyring.forget()
            directory.forget()
            times["search"].append(milliseconds(partial(_find, ground)))
            times["bare"].append(milliseconds(bare))
    finally:
        bare.close()
    return Timed(times, fixed)


def _find(ground: Ground) -> None:
    with acting_in(ground.scene.crowd.account):
        assert directory.search(WORDS)
