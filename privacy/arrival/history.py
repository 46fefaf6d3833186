"""The audit of a former account as it comes in: to be read, its chain in the archive (AU-6)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from clients.models import Client
from privacy.arrival import placing
from privacy.inventory import kind_of
from privacy.models import PastEvent
from privacy.records import OPENED
from privacy.vocabulary.former import Names

KIND = "accounts.auditevent"
_COPIED = (
    "seq",
    "at_us",
    "actor_kind",
    "action",
    "kind",
    "purpose",
    "result",
    "request_id",
    "count",
)


def place(rows: list[dict[str, Any]], former: UUID, names: Names) -> None:
    """Keep events of a former account, each once."""
    about = {names.text(row["client_id"]) for row in rows if row["client_id"]}
    known = {str(pk) for pk in Client.objects.filter(pk__in=about).values_list("pk", flat=True)}
    events = [_event(row, former, names, known) for row in rows]
    placing.place(kind_of(PastEvent), events)


def count(former: UUID) -> int:
    """Return how many events of a former account are here."""
    return int(PastEvent.objects.filter(account=former).count())


def _event(row: dict[str, Any], former: UUID, names: Names, known: set[str]) -> dict[str, Any]:
    client = names.text(row["client_id"]) if row["client_id"] else None
    return {
        **{name: row[name] for name in _COPIED},
        "id": UUID(names.text(row["id"])),
        "account": former,
        "actor_id": _id(row["actor_id"], names),
        "object_id": _id(row["object_id"], names),
        "about_id": UUID(client) if client else None,
        "client_id": UUID(client) if client in known else None,
        "detail": names.all_in(row[OPENED]),
        "previous_hash": bytes.fromhex(row["previous_hash"]),
        "hash": bytes.fromhex(row["hash"]),
    }


def _id(value: str | None, names: Names) -> UUID | None:
    return UUID(names.text(value)) if value else None
