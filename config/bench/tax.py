"""What row-level security costs each query (G8), and the counters that no noise can move."""

from __future__ import annotations

import gzip
from functools import partial

from config.bench import databases
from config.bench.ground import Ground
from config.bench.pages import Kind, kinds, week_page
from config.bench.plans import Node, buffers, walks
from config.bench.report import Finding
from config.bench.rounds import interleaved
from config.bench.sent import Seen, explained, send, tied, visit
from config.bench.stage import LARGE, SMALL
from config.bench.statistics import exact, ratio

BYPASSING = "backup"  # an ordinary role but for the policies; a superuser would be spared all other checks, too
MOST_STATEMENTS = 12
MOST_KILOBYTES = 60


def walls(ground: Ground) -> list[Finding]:
    """Send every query of every kind of page with and without the policies; tell the dearest of each page."""
    app, free = ground.raw(role="app"), ground.raw(role=BYPASSING)
    findings = []
    for kind in kinds(ground.scene):
        seen = visit(kind.practice, kind.path)
        jobs = {}
        for number, statement in enumerate(seen.reading):
            jobs[f"wall {number}"] = partial(send, app, [statement])
            jobs[f"free {number}"] = partial(send, free, [statement])
        with tied(app, kind.practice), free.transaction():
            timed = interleaved(jobs, ground.plan.rounds)
        taxes = [
            (ratio(timed[f"wall {number}"], timed[f"free {number}"]), statement.table)
            for number, statement in enumerate(seen.reading)
        ]
        worst, table = max(taxes, key=lambda tax: tax[0].low)  # the surest of all
        findings.append(
            Finding(
                "G8",
                f"{kind.name}: dearest query with / without the wall",
                worst,
                limit=1.3,
                pace=ground.pace_of(timed),
                more={"table": table, "queries": len(taxes)},
            )
        )
    return findings


def counters(ground: Ground) -> list[Finding]:
    """Count statements, shared buffers and bytes of every kind of page, with one and with ten times the history."""
    small = _counted(ground, SMALL)
    large = _counted(ground, LARGE)
    findings = []
    for kind in kinds(ground.scene):
        few, many = small[kind.name], large[kind.name]
        week = kind.name == week_page(ground.scene).name
        count = partial(Finding, "G2" if week else "count", counted=True)
        touched = max(many.buffers, 1) / max(few.buffers, 1)
        findings += [
            count(
                f"{kind.name}: statements",
                exact(few.statements),
                unit="",
                limit=MOST_STATEMENTS if week else None,
            ),
            count(
                f"{kind.name}: statements, ×10 − ×1",
                exact(many.statements - few.statements),
                unit="",
                limit=0,
            ),
            count(
                f"{kind.name}: shared buffers",
                exact(few.buffers),
                unit="",
                more={"grown": many.buffers},
            ),
            count(f"{kind.name}: shared buffers, ×10 / ×1", exact(touched)),
            count(
                f"{kind.name}: tables walked through, ×10",
                exact(len(many.walks)),
                unit="",
                limit=0,
                more={"tables": many.walks},
            ),
            count(
                f"{kind.name}: compressed",
                exact(few.bytes / 1024),
                unit="KB",
                limit=MOST_KILOBYTES if week else None,
            ),
        ]
    return findings


class Count:
    """The counters of one page."""

    def __init__(self, seen: Seen, found: list[Node]) -> None:
        self.statements, self.buffers, self.walks = seen.count, buffers(found), walks(found)
        self.bytes = len(gzip.compress(seen.body, 6))


def _counted(ground: Ground, prefix: str) -> dict[str, Count]:
    databases.use(prefix)
    try:
        return {kind.name: _count(ground, kind, prefix) for kind in kinds(ground.scene)}
    finally:
        databases.use(SMALL)


def _count(ground: Ground, kind: Kind, prefix: str) -> Count:
    seen = visit(kind.practice, kind.path)
    if seen.status != 200:
        raise RuntimeError(f"{kind.name} answered {seen.status}.")
    app = ground.raw(prefix, "app")
    with tied(app, kind.practice):
        return Count(seen, explained(app, seen.reading))
