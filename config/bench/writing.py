"""What is written: an appointment (G3) and a draft of a note (G6), beside raw INSERTs of the very same rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from uuid_utils.compat import uuid7

from accounts.models import Practitioner
from accounts.tenancy import acting_in
from clients.models import Client
from config.bench.ground import Ground
from config.bench.report import Finding
from config.bench.rounds import interleaved
from config.bench.statistics import ratio, spread
from notes import templates, writing
from notes.models import Note
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor, ActorKind

TABLES = (
    "bookings_appointment",
    "bookings_attendee",
    "bookings_message",
    "notes_noteversion",
    "accounts_outboxjob",
    "accounts_auditqueue",
)
FAR = timedelta(weeks=20)  # ahead: days that no history reaches
MOVED = ("starts_at", "ends_at", "busy_from", "busy_until")


def book(ground: Ground) -> list[Finding]:
    """Book at the desk for a known client, and insert the same rows with an appointment's audit and outbox."""
    practice = ground.scene.diary
    ours = ground.member(practice)
    path = f"/a/{practice.account.slug}/appointments/new/"
    with acting_in(practice.account):
        client = Client.objects.order_by("pk").values_list("pk", flat=True)[0]
    numbers = count()

    def post() -> None:
        answer = ours.post(path, _booking(ground, client, next(numbers)))
        if answer.status != 302:
            raise RuntimeError(f"Booking answered {answer.status}.")

    post()
    rows = Rows.left_by(ground.raw(), practice.account.id, post)
    timed = interleaved({"raw": rows.insert, "page": post}, ground.plan.rounds)
    return [
        Finding(
            "G3",
            "book at the desk / raw insert of the same rows",
            ratio(timed["page"], timed["raw"]),
            limit=8,
            pace=ground.pace_of(timed),
            more={"rows": rows.counts},
        ),
        Finding("G3", "book: raw", spread(timed["raw"]), "ms", pace=ground.pace_of(timed)),
    ]


def save_draft(ground: Ground) -> list[Finding]:
    """Save a draft as it is typed, and insert a version and an audit row and update the note in raw SQL."""
    practice = ground.scene.diary
    note, other = _draft(ground), _draft(ground)
    ours = ground.member(practice)
    path = f"/a/{practice.account.slug}/notes/{note.pk}/draft/"
    (key, *_others) = [each["key"] for part in note.sections for each in part["questions"]]
    numbers = count(note.version)

    def post() -> None:
        number = next(numbers)
        fields = {"version": str(number), "title": "Follow-up", key: f"Better {number}"}
        answer = ours.post(path, fields, **{"HX-Request": "true", "Accept": "application/json"})
        if answer.status != 200:
            raise RuntimeError(f"Saving a draft answered {answer.status}: {answer.body[:200]!r}")

    rows = Rows.left_by(ground.raw(), practice.account.id, post)

    def raw() -> None:
        now = clock.now()
        turn = {"note_id": other.pk, "version": next(_versions), "saved_at": now}
        with rows.connection.transaction():
            rows.connection.execute(
                "UPDATE notes_note SET version = %(version)s, updated_at = %(saved_at)s WHERE id = %(note_id)s",
                turn,
            )
            rows.insert_all(turn)

    timed = interleaved({"raw": raw, "page": post}, ground.plan.rounds)
    return [
        Finding(
            "G6",
            "save a note draft / raw update, version and audit",
            ratio(timed["page"], timed["raw"]),
            limit=8,
            pace=ground.pace_of(timed),
            more={"rows": rows.counts},
        )
    ]


class Rows:
    """The rows that one act of the product left, to be inserted again and again as another such act would."""

    def __init__(self, connection: psycopg.Connection[Any], rows: list[tuple[str, dict[str, Any]]]):
        self.connection = connection
        self.rows = rows
        self.turns = count(1)
        self.inserts = [_insert_of(table, row) for table, row in rows]

    @classmethod
    def left_by(cls, connection: psycopg.Connection[Any], account: UUID, act: Any) -> Rows:
        """Do `act` and return what it left."""
        before = {table: _ids(connection, table, account) for table in TABLES}
        act()
        found = []
        for table in TABLES:
            new = _ids(connection, table, account) - before[table]
            with connection.cursor(row_factory=dict_row) as cursor:
                cursor.execute(f"SELECT * FROM {table} WHERE id = ANY(%s)", [list(new)])
                found += [(table, row) for row in cursor.fetchall()]
        return cls(connection, found)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of each table there are."""
        names = [table for table, _row in self.rows]
        return {name: names.count(name) for name in names}

    def insert(self) -> None:
        """Insert them in one transaction."""
        with self.connection.transaction():
            self.insert_all()

    def insert_all(self, turn: Mapping[str, Any] | None = None) -> None:
        """Insert them under new ids, their times moved to where nothing is; `turn` gives columns another value."""
        renamed: dict[UUID, UUID] = {}
        later = timedelta(weeks=20, hours=next(self.turns))
        for (_table, row), statement in zip(self.rows, self.inserts, strict=True):
            renamed[row["id"]] = uuid7()
            self.connection.execute(
                statement,
                [
                    turn[name] if turn and name in turn else _moved(name, row[name], renamed, later)
                    for name in row
                ],
            )


def _insert_of(table: str, row: Mapping[str, Any]) -> sql.Composed:
    return sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join([sql.Placeholder()] * len(row)),
    )


_versions = count(1_000_000)


def _moved(name: str, value: Any, renamed: Mapping[UUID, UUID], later: timedelta) -> Any:
    if isinstance(value, dict | list):
        return Jsonb(value)
    if name in MOVED:
        return value + later
    return renamed.get(value, value) if isinstance(value, UUID) else value


def _ids(connection: psycopg.Connection[Any], table: str, account: UUID) -> set[UUID]:
    found = connection.execute(f"SELECT id FROM {table} WHERE account_id = %s", [account])
    return {row[0] for row in found.fetchall()}


def _booking(ground: Ground, client: UUID, number: int) -> dict[str, str]:
    """Return a form for a time of its own."""
    practice = ground.scene.diary
    days, place = divmod(number, 8)
    wall = datetime.combine(ground.scene.monday, datetime.min.time()) + FAR
    wall += timedelta(days=days, hours=8 + place)
    return {
        "client": str(client),
        "service": str(practice.service),
        "practitioner": str(practice.practitioners[1]),
        "location": str(practice.location),
        "day": wall.date().isoformat(),
        "time": f"{wall:%H:%M}",
    }


def _draft(ground: Ground) -> Note:
    practice = ground.scene.diary
    by = Actor(ActorKind.MEMBER, practice.member)
    with acting_in(practice.account, by=by):
        note = writing.begin(
            by=by,
            client=Client.objects.order_by("pk")[0],
            author=Practitioner.objects.get(pk=practice.practitioners[0]),
            template=templates.live()[0],
        )
        list(note.sections)
        return note
