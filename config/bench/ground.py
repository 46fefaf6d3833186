"""What every measurement stands on: the practices, the running servers, plain connections, the floor."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from django.conf import settings

from config.bench import databases, seeding
from config.bench.rounds import Timed
from config.bench.seeding import Practice, Scene, Size
from config.bench.stage import LARGE, SMALL, superuser
from config.bench.web import FLOOR, PRODUCT, Browser, Server, serving
from config.demo.services import REPOSITORY

FLOOR_DATABASE = "floor"


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured; `only`: the goals that are, all of them where none is named."""

    size: Size
    rounds: int
    races: int
    peers: Mapping[str, str]
    only: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, *, quick: bool, peers: Mapping[str, str], only: frozenset[str] = frozenset()
    ) -> Plan:
        """Return the plan of a full or a quick run, of all goals or of those named."""
        if quick:
            return cls(seeding.QUICK, rounds=40, races=2, peers=peers, only=only)
        return cls(seeding.FULL, rounds=200, races=20, peers=peers, only=only)


@dataclass(slots=True)
class Ground:
    """The stage once it is set. `fastest` is the least that the fixed job has taken in this run."""

    plan: Plan
    scene: Scene
    product: Server
    grown: Server
    floor: Server
    floor_cookie: str
    floor_env: Mapping[str, str]
    logs: Path
    fastest: float = math.inf
    connections: dict[tuple[str, str], psycopg.Connection[Any]] = field(default_factory=dict)

    def pace_of(self, timed: Timed) -> float:
        """Return what the fixed job took in these rounds, by which they are judged once the run is over."""
        return self.pace_of_times(timed.fixed)

    def pace_of_times(self, fixed: list[float]) -> float:
        """Return the same of times of the fixed job that were taken by themselves."""
        self.fastest = min(self.fastest, *fixed)
        return median(fixed)

    def raw(self, prefix: str = SMALL, role: str = "") -> psycopg.Connection[Any]:
        """Return the kept plain connection to a region's database, by default as the superuser."""
        kept = self.connections.get((prefix, role))
        if kept is None:
            kept = self.connections[prefix, role] = databases.connect(prefix, role)
        return kept

    def member(self, practice: Practice, *, grown: bool = False) -> Browser:
        """Return a browser in which the Owner of a practice is signed in."""
        return (self.grown if grown else self.product).browser(practice.headers)

    def on_floor(self) -> Browser:
        """Return a browser that is signed in on the floor."""
        return self.floor.browser({"Cookie": self.floor_cookie})


def seeded(plan: Plan) -> Scene:
    """Fill both sets of databases."""
    scene = seeding.seed(plan.size)
    databases.duplicate(SMALL, LARGE)
    databases.use(LARGE)
    seeding.grow(scene)
    databases.use(SMALL)
    for prefix in (SMALL, LARGE):
        databases.tidy(prefix)
    return scene


@contextmanager
def grounded(plan: Plan, scene: Scene) -> Iterator[Ground]:
    """Start the product on both sets of databases and the floor beside it, one worker each."""
    logs = settings.HOME / "logs"
    with ExitStack() as stack:
        cookie, env = _floor(scene)
        product = stack.enter_context(serving(PRODUCT, logs / "product.log", ready="/healthz"))
        grown = stack.enter_context(
            serving(PRODUCT, logs / "grown.log", ready="/healthz", env={"DATABASE_PREFIX": LARGE})
        )
        floor = stack.enter_context(serving(FLOOR, logs / "floor.log", ready="/", env=env))
        ground = Ground(plan, scene, product, grown, floor, cookie, env, logs)
        try:
            yield ground
        finally:
            for connection in ground.connections.values():
                connection.close()


def _floor(scene: Scene) -> tuple[str, dict[str, str]]:
    """Make and fill the floor's database; return its session's cookie and its environment."""
    with psycopg.connect(superuser(settings.HOME), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {FLOOR_DATABASE}")
    url = superuser(settings.HOME).rpartition("/")[0] + f"/{FLOOR_DATABASE}"
    env = {"FLOOR_DATABASE": url}
    made = subprocess.run(
        [sys.executable, "-m", "config.bench.floor.prepare"],
        cwd=REPOSITORY,
        env=os.environ | env,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    _fill_floor(url, scene)
    return made.stdout.strip(), env


def _fill_floor(url: str, scene: Scene) -> None:
    dice = seeding.dice_of(scene.crowd, scene.size.crowd)
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        columns = "given, family, search, email, phone, born"
        with cursor.copy(f"COPY floor_person ({columns}) FROM STDIN") as copy:
            for number in range(scene.size.crowd):
                one = seeding.person(dice, number)
                names = one["given_name"], one["family_name"]
                search = " ".join(names).lower()
                copy.write_row([*names, search, one["email"], one["phone"], one["birth_date"]])
        places = {pk: number for number, pk in enumerate(scene.diary.practitioners)}
        mondays = [
            scene.monday + timedelta(weeks=week)
            for week in range(-scene.size.weeks, seeding.WEEKS_AHEAD)
        ]
        columns = "practitioner, person_id, service, colour, starts_at, ends_at, state"
        with cursor.copy(f"COPY floor_appointment ({columns}) FROM STDIN") as copy:
            booked = seeding.times(scene.diary, mondays, seeding.FULL_WEEK)
            for number, (who, at) in enumerate(booked):
                ends = at + timedelta(minutes=seeding.LENGTH)
                copy.write_row([places[who], number % 1000 + 1, "Follow-up", 1, at, ends, "booked"])
        cursor.execute(
            "INSERT INTO floor_hours (practitioner, weekday, starts, ends)"
            " SELECT p, d, '08:00', '18:00' FROM generate_series(0, 7) p, generate_series(1, 5) d"
        )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
