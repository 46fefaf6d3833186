"""A run is told twice: as a table for people and as lines for machines."""

import json

from config.bench.report import Finding, judged, lines, table
from config.bench.statistics import Interval, Verdict, exact

FINDINGS = [
    Finding("G2", "week diary / raw", Interval(7.5, 7.25, 8.125), limit=8),
    Finding("G4", "race: deadlocks", exact(0), unit="", limit=0, counted=True, quiet=False),
    Finding("G5", "first search", Interval(1512.3, 1400, 1600), "ms", 400, quiet=False),
    Finding("G2", "raw", Interval(2.04, 2, 2.1), "ms", more={"rows": 235}),
]


def test_the_table_says_value_interval_limit_and_verdict() -> None:
    assert table(FINDINGS).splitlines() == [
        "| goal | work | measured | interval | limit | verdict |",
        "| --- | --- | --- | --- | --- | --- |",
        "| G2 | week diary / raw | 7.50 × | 7.25–8.12 | ≤ 8 × | met |",
        "| G4 | race: deadlocks | 0 |  | ≤ 0 | met |",
        "| G5 | first search | 1,512 ms | 1,400–1,600 | ≤ 400 ms | not judged |",
        "| G2 | raw | 2.04 ms | 2–2.10 |  |  |",
    ]


def test_each_line_is_json_with_the_verdict() -> None:
    told = [json.loads(line) for line in lines(FINDINGS).splitlines()]
    assert [each["verdict"] for each in told] == ["met", "met", "not judged", None]
    assert told[0]["measured"] == {"value": 7.5, "low": 7.25, "high": 8.125}
    assert told[3]["rows"] == 235


def test_times_of_an_evenly_slow_stretch_are_told_and_not_judged() -> None:
    within = Interval(1.0, 0.9, 1.1)
    found = [
        Finding("G7", "in the slow stretch", within, limit=1.5, pace=5.0),
        Finding("G7", "in the quiet one", within, limit=1.5, pace=2.5),
        Finding("G2", "statements", exact(11), unit="", limit=12, counted=True),
    ]
    verdicts = [each.verdict for each in judged(found, fastest=2.0)]
    assert verdicts == [Verdict.NOT_JUDGED, Verdict.MET, Verdict.MET]
