"""Makes the chain: takes committed events off the queue, links them per account, signs and puts anchors away (AU-1, AU-7).

Runs as `keepwell_audit`, the one role that may write to the chain; an advisory lock keeps a second sequencer idle.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.core.files.base import ContentFile
from psycopg.rows import dict_row

from accounts import objects
from accounts.cells import cell as cell_named
from accounts.chain import GENESIS, link, merkle_root
from accounts.dispatch import connect
from privacy.vocabulary import clock

log = logging.getLogger("keepwell.audit")

BATCH = 1000
LOCK = 0x6B77_6175  # "kwau": one sequencer per region database
COPIED = (
    "id", "account_id", "at_us", "actor_kind", "actor_id", "action", "kind", "object_id", "client_id", "purpose",
    "result", "request_id", "count", "detail",
)  # fmt: skip
FOLDER = objects.ANCHORS
# What a moving account still gets is linked where it moves to, or here again when it stays
SETTLED = """account_id NOT IN (SELECT account_id FROM accounts_accountanchor WHERE state IN ('moving', 'left'))"""


@dataclass(frozen=True, slots=True)
class Anchor:
    """What was signed and put away: number and, for each account, the last link's seq and hash."""

    number: int
    heads: dict[UUID, tuple[int, bytes]]


def sequence(cell: str) -> int:
    """Link what waits in a cell's queue, oldest first; return how many events. Nothing is lost when it dies midway."""
    with connect(cell, "audit", autocommit=False) as connection:
        connection.row_factory = dict_row
        locked: Any = connection.execute(
            "SELECT pg_try_advisory_xact_lock(%s) AS mine", [LOCK]
        ).fetchone()
        if not locked["mine"]:
            return 0
        waiting: list[Any] = connection.execute(
            f"SELECT {', '.join(COPIED)} FROM accounts_auditqueue WHERE {SETTLED}"
            f" ORDER BY at_us, id LIMIT {BATCH}"
        ).fetchall()
        if waiting:
            _append(connection, waiting)
        return len(waiting)


def _append(connection: psycopg.Connection[Any], waiting: list[dict[str, Any]]) -> None:
    accounts = list({row["account_id"] for row in waiting})
    heads = {
        row["account_id"]: (row["seq"], bytes(row["hash"]))
        for row in connection.execute(
            "SELECT account_id, seq, hash FROM accounts_audithead WHERE account_id = ANY(%s)",
            [accounts],
        )
    }
    links = []
    for row in waiting:
        seq, previous = heads.get(row["account_id"], (0, GENESIS))
        event = {**row, "seq": seq + 1}
        event |= {"previous_hash": previous, "hash": link(previous, event)}
        heads[row["account_id"]] = (event["seq"], event["hash"])
        links.append(event)
    columns = (*COPIED, "seq", "previous_hash", "hash")
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO accounts_auditevent ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})",
            [[event[name] for name in columns] for event in links],
        )
        cursor.executemany(
            "INSERT INTO accounts_audithead (id, account_id, seq, hash, at_us) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (account_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, at_us = excluded.at_us",
            [[account, account, *heads[account], waiting[-1]["at_us"]] for account in accounts],
        )
    connection.execute(
        "DELETE FROM accounts_auditqueue WHERE id = ANY(%s)", [[row["id"] for row in waiting]]
    )


def waiting_seconds(cell: str) -> float:
    """Return how long the oldest event has waited to be linked; over 60 s is an alarm (AU-7)."""
    with connect(cell, "audit") as connection:
        row = connection.execute(
            f"SELECT min(at_us) FROM accounts_auditqueue WHERE {SETTLED}"
        ).fetchone()
    return max(0.0, clock.now().timestamp() - row[0] / 1_000_000) if row and row[0] else 0.0


def anchor(cell: str) -> int:
    """Sign the heads of all accounts of a cell and put them into its object store; return the anchor's number."""
    region = cell_named(cell).region
    with connect(cell, "audit") as connection:
        heads = connection.execute(
            "SELECT account_id, seq, hash FROM accounts_audithead ORDER BY account_id"
        ).fetchall()
    store = objects.store_of(cell)
    number = _last_number(cell) + 1
    lines = [[str(account), seq, bytes(digest).hex()] for account, seq, digest in heads]
    body = {
        "number": number,
        "cell": cell,
        "at": clock.now().isoformat(),
        "heads": lines,
        "root": merkle_root([json.dumps(line).encode() for line in lines]).hex(),
    }
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    signature = Ed25519PrivateKey.from_private_bytes(settings.AUDIT_SIGNING_KEYS[region]).sign(
        text.encode()
    )
    store.save(
        _name(number),
        ContentFile(json.dumps({"anchor": text, "signature": signature.hex()}).encode()),
    )
    return number


def last_anchor(cell: str) -> Anchor | None:
    """Return a cell's newest anchor, its signature checked; None when there is none. Raises ValueError on a forged one."""
    number = _last_number(cell)
    if number == 0:
        return None
    with objects.store_of(cell).open(_name(number)) as handle:
        document = json.load(handle)
    try:
        public_key(cell_named(cell).region).verify(
            bytes.fromhex(document["signature"]), document["anchor"].encode()
        )
    except InvalidSignature as error:
        raise ValueError(f"Anchor {number} of {cell} is forged.") from error
    body = json.loads(document["anchor"])
    return Anchor(
        number,
        {UUID(account): (seq, bytes.fromhex(digest)) for account, seq, digest in body["heads"]},
    )


def public_key(region: str) -> Ed25519PublicKey:
    """Return the key that proves a region's anchors."""
    return Ed25519PrivateKey.from_private_bytes(settings.AUDIT_SIGNING_KEYS[region]).public_key()


def _last_number(cell: str) -> int:
    try:
        _, names = objects.store_of(cell).listdir(FOLDER)
    except FileNotFoundError:
        return 0
    return max(
        (int(name.removesuffix(".json")) for name in names if name.endswith(".json")), default=0
    )


def _name(number: int) -> str:
    return f"{FOLDER}/{number:09d}.json"
