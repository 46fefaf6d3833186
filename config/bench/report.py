"""What the bench found: rows of a Markdown table for people, JSON lines for machines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace

from config.bench.statistics import Interval, Verdict, is_quiet, judge

HEAD = ("goal", "work", "measured", "interval", "limit", "verdict")


@dataclass(frozen=True, slots=True)
class Finding:
    """One measured thing. `limit` is None for what is only told; counts don't depend on the machine's noise.

    `pace` is what the fixed job took meanwhile; once the run is over, `judged` says by it whether it was `quiet`.
    """

    goal: str
    work: str
    measured: Interval
    unit: str = "×"
    limit: float | None = None
    counted: bool = False
    pace: float | None = None
    quiet: bool = True
    more: dict[str, object] = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict | None:
        """Whether the goal is met, None where there is none."""
        if self.limit is None:
            return None
        return judge(self.measured, self.limit, quiet=self.quiet or self.counted)

    @property
    def cells(self) -> tuple[str, ...]:
        """The finding as a row of the table."""
        exact = self.measured.low == self.measured.high
        low_high = f"{_number(self.measured.low)}–{_number(self.measured.high)}"
        return (
            self.goal,
            self.work,
            f"{_number(self.measured.value)} {self.unit}".strip(),
            "" if exact else low_high,
            "" if self.limit is None else f"≤ {_number(self.limit)} {self.unit}".strip(),
            self.verdict or "",
        )

    @property
    def line(self) -> str:
        """The finding as one line of JSON."""
        told = asdict(self) | {"verdict": self.verdict}
        return json.dumps({**told, **told.pop("more")}, ensure_ascii=False)


def judged(findings: Iterable[Finding], fastest: float) -> list[Finding]:
    """Return findings that know whether the machine was quiet, `fastest` being the run's fastest fixed job."""
    return [
        replace(each, quiet=each.pace is None or is_quiet(each.pace, fastest)) for each in findings
    ]


def table(findings: Iterable[Finding]) -> str:
    """Return findings as a Markdown table."""
    rows = [HEAD, ("---",) * len(HEAD), *(finding.cells for finding in findings)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def lines(findings: Iterable[Finding]) -> str:
    """Return findings as JSON lines."""
    return "\n".join(finding.line for finding in findings)


def _number(value: float) -> str:
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
