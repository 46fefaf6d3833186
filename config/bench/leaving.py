"""What leaves: a whole account as an export (G9); a person, and then the whole account, for good (G10)."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.test import override_settings
from psycopg import sql

from accounts.models import Member
from accounts.tenancy import acting_in
from clients.models import Client
from config.bench.ground import Ground
from config.bench.report import Finding
from config.bench.rounds import milliseconds, noise_times
from config.bench.seeding import Practice
from config.bench.sent import tied
from config.bench.statistics import Interval, exact, ratio, spread
from config.bench.working import apart, work_off
from privacy import catalog, closure, exporting
from privacy.erasure import erasing
from privacy.inventory import kinds
from privacy.models import Export
from privacy.vocabulary.scope import Actor, ActorKind

ERASED = 7
COPIES = 5
SLOWEST_EXPORT = 5.0  # times as long as COPY of the same rows: a fifth of its MB/s
MOST_GROWTH = 128
SLOWEST_ERASURE = 1000
SLOWEST_ROW = 20.0  # microseconds, which are 50,000 rows a second
DUE = timedelta(days=31)


def leaving(ground: Ground) -> list[Finding]:
    """Export an account, erase some of its people, close it and delete all of it."""
    practice = ground.scene.crowd
    return [*_export(ground, practice), *_erase(ground, practice), *_purge(ground, practice)]


def _export(ground: Ground, practice: Practice) -> list[Finding]:
    copies, size = [], 0
    for _ in range(COPIES):
        began = time.perf_counter()
        size = _copied(ground, practice)
        copies.append((time.perf_counter() - began) * 1000)
    fixed = noise_times(10)
    with acting_in(practice.account, by=_owner(practice)):
        member = Member.objects.get(pk=practice.member)
        export = exporting.request(by=member.actor, member=member)
    took = apart(practice.account, "export.build")
    with acting_in(practice.account):
        export = Export.objects.get(pk=export.pk)
    if not export.is_ready:
        raise RuntimeError(f"The export came to nothing: {export.state} {export.problem}")
    found = partial(Finding, "G9", pace=ground.pace_of_times(fixed + noise_times(10)))
    rate = size / 2**20 / took.milliseconds * 1000
    return [
        found(
            "export, sealed values opened / COPY of the same rows",
            ratio([took.milliseconds] * COPIES, copies),
            limit=SLOWEST_EXPORT,
            more={"rows": export.rows, "megabytes": round(size / 2**20, 1)},
        ),
        found("export", exact(rate), unit="MB/s"),
        found("COPY", _rates(copies, size), unit="MB/s"),
        Finding(
            "G9",
            "export: growth of memory",
            exact(took.megabytes),
            "MB",
            limit=MOST_GROWTH,
            counted=True,
        ),
    ]


def _copied(ground: Ground, practice: Practice) -> int:
    """COPY every row that an export holds, as it lies there; return how many bytes came."""
    reader, size = ground.raw(role="exporter"), 0
    with tied(reader, practice), reader.cursor() as cursor:
        for kind in kinds():
            if kind.is_exported:
                whole = sql.SQL("COPY (SELECT * FROM {} WHERE account_id = {}) TO STDOUT")
                table, account = sql.Identifier(kind.table), sql.Literal(practice.account.id)
                with cursor.copy(whole.format(table, account)) as rows:
                    size += sum(len(piece) for piece in rows)
    return size


def _erase(ground: Ground, practice: Practice) -> list[Finding]:
    """Decide and carry out one erasure after the other."""
    with acting_in(practice.account):
        people = list(Client.objects.order_by("-pk")[:ERASED])
    fixed, times = noise_times(10), []
    for person in people:
        times.append(milliseconds(partial(_erased, practice, person)))
        fixed += noise_times(3)
    return [
        Finding(
            "G10",
            "erase one client of 50,000",
            spread(times),
            "ms",
            limit=SLOWEST_ERASURE,
            pace=ground.pace_of_times(fixed),
        )
    ]


def _erased(practice: Practice, person: Client) -> None:
    with acting_in(practice.account, by=_owner(practice)):
        entry = erasing.erase(client=person, by=_owner(practice))
    work_off(practice.account, "client.erase")
    with acting_in(practice.account):
        assert erasing.is_done(entry)


def _purge(ground: Ground, practice: Practice) -> list[Finding]:
    """Close the account, let its days pass, and delete it with all that belongs to that: keys, checks, certificate."""
    with acting_in(practice.account, by=_owner(practice)):
        member = Member.objects.get(pk=practice.member)
        closure.start(by=member.actor, member=member, has_copy=True)
    rows = sum(catalog.census(ground.raw(), practice.account.id).values())
    fixed = noise_times(10)
    with override_settings(CLOCK_OFFSET=settings.CLOCK_OFFSET + DUE):
        took = milliseconds(partial(work_off, practice.account, "closure.purge"))
    if left := sum(catalog.census(ground.raw(), practice.account.id).values()):
        raise RuntimeError(f"The purge left {left} rows.")
    return [
        Finding(
            "G10",
            "purge of an account, each row",
            exact(took * 1000 / rows),
            "µs",
            limit=SLOWEST_ROW,
            pace=ground.pace_of_times(fixed + noise_times(10)),
            more={"rows": rows},
        )
    ]


def _owner(practice: Practice) -> Actor:
    return Actor(ActorKind.MEMBER, practice.member)


def _rates(times: list[float], size: int) -> Interval:
    taken, thousandth = spread(times), size / 2**20 * 1000
    return Interval(thousandth / taken.value, thousandth / taken.high, thousandth / taken.low)
