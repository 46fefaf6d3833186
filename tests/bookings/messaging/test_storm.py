"""Booking while workers and database connections are killed at random: no slot twice, no message lost or made up."""

from __future__ import annotations

import random
import subprocess
import sys
import time as real_time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import Error, connections

from accounts.models import OutboxJob
from accounts.tenancy import acting_in
from bookings.appointments.booking import SlotTaken, book
from bookings.appointments.cancelling import cancel
from bookings.models import Appointment, Attendee, Message, MessageSettings
from config.demo.servers import Valkey
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM, VISITOR
from tests import parts as parts_module
from tests.bookings.messaging.post import Sink, mail_server
from tests.bookings.public import Practice, open_practice
from tests.conftest import ROOT, environment
from tests.factories import make_client

pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__"), pytest.mark.heavy]

ATTEMPTS, AT_ONCE, WORKERS = 1000, 8, 3
SLOTS = 20
DRAINED_WITHIN = 180
TELLING = ("confirmation", "change", "reminder")


@dataclass
class Storm:
    """What is going on: the practice, its slots, the workers' surroundings, and what attempts were promised."""

    practice: Practice
    slots: list[datetime]
    env: dict[str, str]
    folder: Path
    chance: random.Random
    promised: set[UUID] = field(default_factory=set)
    cancelled: set[UUID] = field(default_factory=set)
    lock: Lock = field(default_factory=Lock)
    killed: Counter[str] = field(default_factory=Counter)

    def worker(self, ahead: str = "") -> subprocess.Popen[bytes]:
        """Start a region's worker with its beat; `ahead` moves its clock, so that leases of the dead are over."""
        name = self.folder / f"beat-{self.chance.random()}"
        # A beat thread of its own, so that it dies with its worker
        program = f"""
import threading
from config.celery import app
from celery.beat import EmbeddedService
EmbeddedService(app, max_interval=1, thread=True, schedule_filename={str(name)!r}).start()
app.worker_main(["worker", "--pool=solo", "-Q", "au-1", "--without-mingle", "--without-gossip"])
"""
        return subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**self.env, "KEEPWELL_CLOCK": ahead},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def attempt(storm: Storm, number: int) -> str:
    """Book a slot as a visitor or, now and then, cancel what somebody booked; "lost" when the line was cut."""
    chance = random.Random(number)
    try:
        if chance.random() < 0.1:
            return _cancel_one(storm, chance)
        return _book_one(storm, chance)
    except Error:
        return "lost"
    finally:
        close_connections()


def close_connections() -> None:
    for each in connections.all():
        each.close()


def _book_one(storm: Storm, chance: random.Random) -> str:
    try:
        with acting_in(storm.practice.account.ref, by=VISITOR):
            made = book(
                by=VISITOR,
                practitioner=storm.practice.practitioner,
                service=storm.practice.service,
                location=storm.practice.location,
                starts_local=chance.choice(storm.slots),
                client=make_client,
                provenance="self_booking",
            )
    except SlotTaken:
        return "taken"
    with storm.lock:
        storm.promised.add(made.pk)
    return "booked"


def _cancel_one(storm: Storm, chance: random.Random) -> str:
    with storm.lock:
        known = sorted(storm.promised - storm.cancelled)
    if not known:
        return "nothing to cancel"
    pk = chance.choice(known)
    with acting_in(storm.practice.account.ref):
        place = Attendee.objects.select_related("client").get(appointment_id=pk)
        cancel(by=SYSTEM, attendee=place, side="practice", reason="practitioner_away")
    with storm.lock:
        storm.cancelled.add(pk)
    return "cancelled"


@contextmanager
def killing_connections(storm: Storm, server: str) -> Iterator[None]:
    """Cut, several times a second, a random connection of the app to the region."""
    over = Event()
    name = connections["region_au"].settings_dict["NAME"]
    found = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND usename = 'keepwell_app'"

    def kill() -> None:
        with psycopg.connect(server, dbname=name, autocommit=True) as superuser:
            while not over.wait(0.4):
                pids = [row[0] for row in superuser.execute(found, [name]).fetchall()]
                if pids:
                    superuser.execute(
                        "SELECT pg_terminate_backend(%s)", [storm.chance.choice(pids)]
                    )
                    storm.killed["connections"] += 1

    killer = Thread(target=kill)
    killer.start()
    try:
        yield
    finally:
        over.set()
        killer.join()


@contextmanager
def killing_workers(storm: Storm, sink: Sink) -> Iterator[None]:
    """Run workers, and kill one whenever some more mail has arrived; another takes its place."""
    over = Event()
    running = [storm.worker() for _each in range(WORKERS)]

    def kill() -> None:
        seen = 0
        while not over.wait(0.05):
            if len(sink.mails) >= seen + 3:
                seen = len(sink.mails)
                victim = storm.chance.randrange(WORKERS)
                running[victim].kill()
                running[victim].wait()
                storm.killed["workers"] += 1
                running[victim] = storm.worker()

    killer = Thread(target=kill)
    killer.start()
    try:
        yield
    finally:
        over.set()
        killer.join()
        for each in running:
            each.kill()
            each.wait()


def drain(storm: Storm) -> None:
    """Let an undisturbed worker, an hour ahead so that every lease and pause is over, do what is left."""
    last = storm.worker("+1h")
    try:
        until = real_time.monotonic() + DRAINED_WITHIN
        while real_time.monotonic() < until:
            with acting_in(storm.practice.account.ref):
                left = OutboxJob.objects.filter(done_at=None, failed_at=None)
                if not left.filter(run_at__lte=clock.now() + timedelta(hours=2)).exists():
                    return
            real_time.sleep(0.5)
        raise AssertionError("the outbox never became empty")
    finally:
        last.kill()
        last.wait()


@pytest.fixture
def storm(parts: parts_module.Parts, settings: Any, tmp_path: Path) -> Iterator[tuple[Storm, Sink]]:
    practice = open_practice()
    with acting_in(practice.account.ref):
        MessageSettings(quiet_from=time(3), quiet_until=time(3)).save(force_insert=True)
    first = clock.today("Australia/Sydney") + timedelta(days=14)
    days = [first + timedelta(days=each) for each in range(7)]
    open_days = [day for day in days if day.isoweekday() < 6]
    slots = [datetime.combine(day, time(9 + hour)) for day in open_days for hour in range(4)]
    valkey = Valkey(tmp_path / "valkey")
    valkey.start()
    with mail_server(settings) as sink:
        port = settings.MAILERS["au"]["OPTIONS"]["port"]
        prefix = connections["default"].settings_dict["NAME"].removesuffix("control")
        env = {
            **environment(f"postgres://127.0.0.1:{parts.port}", prefix),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "KEEPWELL_REGION": "au",
            "VALKEY_AU": valkey.url,
            "MAIL_AU": f"smtp://127.0.0.1:{port}",
        }
        chance = random.Random(20)
        yield Storm(practice, slots[:SLOTS], env, tmp_path, chance), sink
    valkey.stop()


def test_a_thousand_attempts_while_workers_and_connections_die(
    storm: tuple[Storm, Sink], parts: parts_module.Parts
) -> None:
    going, sink = storm
    assert len(going.slots) == SLOTS
    with (
        killing_workers(going, sink),
        killing_connections(going, parts.postgres),
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        answers = Counter(pool.map(lambda number: attempt(going, number), range(ATTEMPTS)))
        until = real_time.monotonic() + 40
        while going.killed["workers"] < 3 and real_time.monotonic() < until:
            real_time.sleep(0.1)
    close_connections()  # this thread's were cut like all others
    drain(going)
    print(dict(answers), dict(going.killed), len(sink.mails))
    assert answers["booked"] >= SLOTS
    assert going.killed["connections"] > 20
    assert going.killed["workers"] >= 2
    with acting_in(going.practice.account.ref):
        no_slot_has_two_winners()
        every_promise_stands(going)
        what_was_sent_is_what_is_written(going, sink)


def no_slot_has_two_winners() -> None:
    live = Appointment.objects.filter(state="booked").values_list("starts_at", flat=True)
    assert max(Counter(live).values()) == 1


def every_promise_stands(storm: Storm) -> None:
    """Whoever was answered "booked" has the appointment; who was cut off has all of it or nothing."""
    rows = dict(Appointment.objects.values_list("pk", "state"))
    assert storm.promised <= set(rows)
    assert {rows[pk] for pk in storm.cancelled} == {"cancelled"}
    told = set(
        Message.objects.filter(category="confirmation").values_list(
            "attendee__appointment_id", flat=True
        )
    )
    assert told == set(rows), "a booking and its message commit together"


def what_was_sent_is_what_is_written(storm: Storm, sink: Sink) -> None:
    arrived: Counter[UUID] = Counter(
        UUID(str(mail["Message-ID"]).strip("<>").partition("@")[0]) for _, mail in sink.mails
    )
    rows = {each.pk: each for each in Message.objects.select_related("attendee__appointment")}
    assert set(arrived) <= set(rows), "no message without a committed booking"
    twice = [pk for pk, times in arrived.items() if times > 1]
    assert [pk for pk in twice if not rows[pk].is_in_doubt] == []
    said: dict[UUID, list[Message]] = defaultdict(list)
    for each in rows.values():
        said[each.attendee_id].append(each)
    for messages in said.values():
        kept = {each.category: each for each in messages if each.category != "reminder"}
        first, is_over = kept["confirmation"], "cancellation" in kept
        if messages[0].attendee.appointment.state == "booked":
            assert (first.state, arrived[first.pk] >= 1) == ("sent", True), (
                "no confirmation is lost"
            )
            continue
        assert is_over
        if any(arrived[each.pk] for each in messages if each.category in TELLING):
            last = kept["cancellation"]
            assert (last.state, arrived[last.pk] >= 1) == ("sent", True), "the end is told as well"
