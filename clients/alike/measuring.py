"""How well the matcher does on invented people of whom the truth is known."""

from __future__ import annotations

import time
from dataclasses import dataclass

from clients.alike.invented import town
from clients.alike.pairing import pairs


@dataclass(frozen=True, slots=True)
class Measure:
    """Of the pairs that are one person how many were found (recall), of those found how many are (precision)."""

    records: int
    true: int
    found: int
    right: int
    likely: int
    likely_right: int
    seconds: float

    @property
    def recall(self) -> float:
        """Share of the true pairs that were found."""
        return self.right / self.true

    @property
    def precision(self) -> float:
        """Share of the found pairs that are true."""
        return self.right / self.found

    @property
    def likely_precision(self) -> float:
        """Share of the pairs called likely that are true."""
        return self.likely_right / self.likely

    def __str__(self) -> str:
        return (
            f"{self.records:,} records, {self.true:,} true pairs: found {self.right:,} (recall {self.recall:.1%}) "
            f"among {self.found:,} (precision {self.precision:.1%}); of {self.likely:,} called likely "
            f"{self.likely_precision:.1%} are; {self.seconds:.1f} s"
        )


def measure(people: int, *, seed: int = 1) -> Measure:
    """Compare the records of an invented town and return how well it went."""
    made = town(people, seed=seed)
    started = time.perf_counter()
    found = list(pairs([record.facts for record in made.records]))
    seconds = time.perf_counter() - started
    right = [each for each in found if (each.one, each.other) in made.truth]
    likely = [each for each in found if each.verdict.is_likely]
    return Measure(
        records=len(made.records),
        true=len(made.truth),
        found=len(found),
        right=len(right),
        likely=len(likely),
        likely_right=sum((each.one, each.other) in made.truth for each in likely),
        seconds=seconds,
    )
