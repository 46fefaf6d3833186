"""The audit of an account that moves: its chain byte by byte, and what came in while it stood still (AU-5, AU-6)."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from accounts import dispatch
from accounts.audit import detail_place
from accounts.chain import findings
from accounts.models import AuditQueue
from accounts.sequencer import COPIED
from accounts.tenancy import acting_in
from privacy.relocation.leasing import Move
from privacy.vocabulary import keyring, sealing
from privacy.vocabulary.scope import Purpose

BATCH = 1000
_LINK = (*COPIED, "seq", "previous_hash", "hash")
_HEAD = ("id", "account_id", "seq", "hash", "at_us")


def copy(move: Move) -> None:
    """Copy the links that aren't there yet, and the head, as the one role that may write a chain."""
    with _of(move.old.cell) as old, _of(move.new.cell) as new:
        after = _last(new, move.new.id)
        columns, values = ", ".join(_LINK), ", ".join(f"%({name})s" for name in _LINK)
        while links := _links(old, move.old.id, after):
            with new.transaction(), new.cursor() as cursor:
                cursor.executemany(
                    f"INSERT INTO accounts_auditevent ({columns}) VALUES ({values})"
                    " ON CONFLICT DO NOTHING",
                    links,
                )
            after = links[-1]["seq"]
            move.beat()
        head = _head(old, move.old.id)
        if head is not None:
            values = ", ".join(f"%({name})s" for name in _HEAD)
            new.execute(
                f"INSERT INTO accounts_audithead ({', '.join(_HEAD)}) VALUES ({values})"
                " ON CONFLICT DO NOTHING",
                head,
            )


def proved(move: Move) -> dict[str, Any]:
    """Return the head of the chain, once the copy was found to be the same and whole; raise ValueError."""
    with _of(move.old.cell) as old, _of(move.new.cell) as new:
        here, there = _head(old, move.old.id), _head(new, move.new.id)
        if here is None or there is None or bytes(here["hash"]) != bytes(there["hash"]):
            raise ValueError("the audit's chain ends elsewhere")
        wrong = next(findings(_all(new, move), anchors={}, head=here["seq"]), None)
        if wrong is not None:
            raise ValueError(f"the audit's chain: link {wrong.seq} {wrong.what}")
        return {"seq": here["seq"], "hash": bytes(here["hash"]).hex()}


def carry_the_rest(move: Move) -> int:
    """Give the new region what was written to the old one's queue since it stood still; return how many events."""
    with _of(move.old.cell) as old:
        waiting = old.execute(
            f"SELECT {', '.join(COPIED)} FROM accounts_auditqueue WHERE account_id = %s"
            " ORDER BY at_us, id",
            [move.old.id],
        ).fetchall()
    known = _known(move, [row["id"] for row in waiting])
    fresh = [row for row in waiting if row["id"] not in known]
    for row in fresh:
        detail = _opened(move, row)
        with acting_in(move.new, purpose=Purpose.MAINTENANCE):
            event = AuditQueue(**{**row, "detail": None})
            event.detail = _sealed(event, detail)
            event.save(force_insert=True)
    return len(fresh)


def _opened(move: Move, row: dict[str, Any]) -> object:
    if row["detail"] is None:
        return None
    with acting_in(move.old, purpose=Purpose.MAINTENANCE):
        payload, event = bytes(row["detail"]), AuditQueue(**row)
        try:
            key = keyring.opening_key(sealing.key_id(payload), event.client_id)
            return json.loads(sealing.unseal(payload, key, detail_place(event)))
        except sealing.Unreadable:
            return None


def _sealed(event: AuditQueue, detail: object) -> bytes | None:
    if detail is None:
        return None
    key = keyring.sealing_key(event.client_id)
    return sealing.seal(json.dumps(detail, sort_keys=True).encode(), key, detail_place(event))


def _known(move: Move, ids: list[UUID]) -> set[UUID]:
    with _of(move.new.cell) as new:
        rows = new.execute(
            "SELECT id FROM accounts_auditqueue WHERE id = ANY(%(ids)s)"
            " UNION ALL SELECT id FROM accounts_auditevent WHERE id = ANY(%(ids)s)",
            {"ids": ids},
        )
        return {row["id"] for row in rows}


def _of(cell: str) -> psycopg.Connection[Any]:
    connection = dispatch.connect(cell, "audit")
    connection.row_factory = dict_row
    return connection


def _links(connection: Any, account_id: UUID, after: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = connection.execute(
        f"SELECT {', '.join(_LINK)} FROM accounts_auditevent WHERE account_id = %s AND seq > %s"
        f" ORDER BY seq LIMIT {BATCH}",
        [account_id, after],
    ).fetchall()
    return found


def _all(connection: Any, move: Move) -> Any:
    after = 0
    while links := _links(connection, move.new.id, after):
        yield from links
        after = links[-1]["seq"]
        move.beat()


def _last(connection: Any, account_id: UUID) -> int:
    row = connection.execute(
        "SELECT max(seq) AS last FROM accounts_auditevent WHERE account_id = %s", [account_id]
    ).fetchone()
    return int(row["last"] or 0)


def _head(connection: Any, account_id: UUID) -> dict[str, Any] | None:
    found: dict[str, Any] | None = connection.execute(
        f"SELECT {', '.join(_HEAD)} FROM accounts_audithead WHERE account_id = %s", [account_id]
    ).fetchone()
    return found
