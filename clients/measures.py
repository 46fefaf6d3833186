"""What is measured of a client again and again, as apps above count it: a line each on the client's page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from clients.models import Client

WIDTH, HEIGHT, EDGE = 120, 32, 4


@dataclass(frozen=True, slots=True)
class Point:
    """One result, and the words that the measure has for it."""

    at: datetime
    value: Decimal
    words: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure over time, oldest first, none of its points beyond `most`; `to` names the page of its last result."""

    name: str
    points: Sequence[Point]
    most: int
    is_high_good: bool
    to: tuple[object, ...]

    @property
    def first(self) -> Point:
        """The first result."""
        return self.points[0]

    @property
    def last(self) -> Point:
        """The last result."""
        return self.points[-1]

    @property
    def places(self) -> list[tuple[float, float]]:
        """The results as places on a field of WIDTH by HEIGHT: by when they were, the most at the top."""
        begin, end = self.first.at, self.last.at
        whole = (end - begin).total_seconds() or 1
        return [
            (
                round(EDGE + (WIDTH - 2 * EDGE) * (each.at - begin).total_seconds() / whole, 1),
                round(
                    HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * float(each.value / (self.most or 1)), 1
                ),
            )
            for each in self.points
        ]

    @property
    def path(self) -> str:
        """The line through the results, as the path of a drawing."""
        return "M" + "L".join(f"{x} {y}" for x, y in self.places)


Provider = Callable[[Client], Iterable[Measure]]
_providers: list[Provider] = []


def provides(provider: Provider) -> Provider:
    """Register what an app above measures; for its `AppConfig.ready`. It runs only for who may read clinical records."""
    _providers.append(provider)
    return provider


def of_client(client: Client) -> list[Measure]:
    """Return the measures of a client."""
    return [measure for give in _providers for measure in give(client)]
