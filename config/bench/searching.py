"""Finding a client among 50,000 sealed names (G5): the first time in a worker, and from then on."""

from __future__ import annotations

from functools import partial

from accounts.tenancy import acting_in
from clients import directory
from config.bench.ground import Ground
from config.bench.report import Finding
from config.bench.rounds import interleaved, milliseconds
from config.bench.statistics import ratio, spread
from privacy.vocabulary import keyring

WORDS = "leila h"
FIRST_TIMES = 9


def search(ground: Ground) -> list[Finding]:
    """Measure both."""
    practice = ground.scene.crowd
    colds = []
    for _ in range(FIRST_TIMES):
        keyring.forget()
        directory.forget()
        colds.append(milliseconds(partial(_find, ground)))
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
    found = partial(Finding, "G5", quiet=ground.quiet)
    return [
        found(
            "client search over 50,000, warm / floor page",
            ratio(timed["page"], timed["floor"]),
            limit=1.5,
        ),
        found("client search over 50,000, first in a worker", spread(colds), unit="ms", limit=400),
    ]


def _find(ground: Ground) -> None:
    with acting_in(ground.scene.crowd.account):
        assert directory.search(WORDS)
