"""Fifty people want one time, with one, four and eight workers, each booking being slow after its INSERT (G4)."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from statistics import median

from accounts.time_zones import zone_info
from config.bench import seeding
from config.bench.ground import Ground
from config.bench.report import Finding
from config.bench.rounds import milliseconds
from config.bench.statistics import exact
from config.bench.web import PRODUCT, Answer, Server, serving

CONTENDERS = 50
WORKERS = (1, 4, 8)
THREADS = 4
PER_DAY = 8
SLOW = """
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.02); RETURN NULL; END';
CREATE TRIGGER dawdle AFTER INSERT ON bookings_appointment FOR EACH ROW EXECUTE FUNCTION dawdle();
"""


@dataclass(slots=True)
class Outcome:
    """What the races with one number of workers came to."""

    accepted: list[int]
    rows: list[int]
    statuses: Counter[int]
    without_times: int
    waits: list[float]
    deadlocks: int


def races(ground: Ground) -> list[Finding]:
    """Race with every number of workers."""
    findings = []
    turn = iter(range(10_000))
    for workers in WORKERS:
        with (
            serving(
                PRODUCT,
                ground.logs / "race.log",
                ready="/healthz",
                workers=workers,
                threads=THREADS,
            ) as server,
            _slow_inserts(ground),
        ):
            outcome = _raced(ground, server, turn)
        findings += _told(workers, outcome)
    return findings


def _raced(ground: Ground, server: Server, turn: Iterator[int]) -> Outcome:
    outcome = Outcome([], [], Counter(), 0, [], -_deadlocks(ground))
    for _ in range(ground.plan.races):
        number = next(turn)
        start = threading.Barrier(CONTENDERS)
        contend = partial(_contend, ground, server, start, number)
        with ThreadPoolExecutor(CONTENDERS) as pool:
            answers = list(pool.map(contend, range(CONTENDERS)))
        statuses = Counter(answer.status for answer, _took in answers)
        outcome.statuses += statuses
        outcome.accepted.append(statuses[303])
        outcome.rows.append(_rows_at(ground, _start(ground, number)))
        outcome.waits += [took for _answer, took in answers]
        outcome.without_times += sum(
            1 for answer, _took in answers if answer.status == 409 and not _has_times(answer)
        )
    outcome.deadlocks += _deadlocks(ground)
    return outcome


def _contend(
    ground: Ground, server: Server, start: threading.Barrier, race: int, contender: int
) -> tuple[Answer, float]:
    """Try to book as somebody at another address of this machine; return the answer and the wait."""
    # The product counts tries by address
    browser = server.browser(source=f"127.{1 + race}.0.{1 + contender}")
    practice = ground.scene.race
    path = (
        f"/book/{practice.account.slug}/{practice.service}/details/?who={practice.practitioners[0]}"
    )
    fields = {
        "start": _start(ground, race).isoformat(timespec="minutes"),
        "given_name": "Contender",
        "family_name": f"Number{contender}",
        "email": f"c{contender}.{race}@mail.example",
    }
    answers = []
    try:
        start.wait(60)
        took = milliseconds(lambda: answers.append(browser.post(path, fields)))
    finally:
        browser.close()
    return answers[0], took


def _start(ground: Ground, race: int) -> datetime:
    """Return the time that is raced for: an hour of its own in the race's empty diary."""
    days, place = divmod(race, PER_DAY)
    weeks, day = divmod(days, seeding.DAYS)
    monday = ground.scene.monday + timedelta(weeks=1 + weeks)
    wall = datetime.combine(monday + timedelta(days=day), time(8 + place))
    return wall.replace(tzinfo=zone_info(seeding.ZONE))


def _has_times(answer: Answer) -> bool:
    return answer.body.count(b'name="start"') >= 3


def _rows_at(ground: Ground, start: datetime) -> int:
    practice = ground.scene.race
    found = ground.raw().execute(
        "SELECT count(*) FROM bookings_appointment WHERE account_id = %s AND starts_at = %s",
        [practice.account.id, start],
    )
    return int(found.fetchall()[0][0])


def _deadlocks(ground: Ground) -> int:
    found = ground.raw().execute(
        "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    )
    return int(found.fetchall()[0][0])


@contextmanager
def _slow_inserts(ground: Ground) -> Iterator[None]:
    connection = ground.raw()
    connection.execute(SLOW)
    try:
        yield
    finally:
        connection.execute("DROP FUNCTION dawdle CASCADE")


def _told(workers: int, outcome: Outcome) -> list[Finding]:
    name = f"race of {CONTENDERS}, {workers} worker{'s' if workers > 1 else ''}"
    rounds = list(zip(outcome.accepted, outcome.rows, strict=True))
    wrong = {
        "rounds without exactly one booking": len(rounds) - rounds.count((1, 1)),
        "answers that are neither 303 nor 409": outcome.statuses.total()
        - outcome.statuses[303]
        - outcome.statuses[409],
        "losers not shown other times": outcome.without_times,
        "deadlocks": outcome.deadlocks,
    }
    statuses = {str(status): number for status, number in outcome.statuses.items()}
    waits = sorted(outcome.waits)
    return [
        Finding(
            "G4",
            f"{name}, {len(rounds)} rounds: what went wrong",
            exact(sum(wrong.values())),
            "",
            limit=0,
            counted=True,
            more=wrong | {"statuses": statuses},
        ),
        Finding("G4", f"{name}: median wait", exact(median(waits)), "ms"),
        Finding("G4", f"{name}: slowest wait", exact(waits[-1]), "ms"),
    ]
