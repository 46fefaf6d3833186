"""The account's audit as its Owner reads it: who did what, when, to what (AU-10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.audit_words import action_words, actor_words
from accounts.models import AuditEvent, Member
from privacy.inventory import client_kind, kind_named
from privacy.vocabulary import keyring, scope
from privacy.vocabulary.scope import ActorKind

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Line:
    """One event in words."""

    seq: int
    at: datetime
    who: str
    what: str
    object_words: str
    client_id: UUID | None
    client_name: str
    result: str
    count: int
    is_client: bool


def events(
    *, member: UUID | None = None, action: str = "", client: UUID | None = None
) -> QuerySet[AuditEvent]:
    """Return the active account's chained events, newest first; of one member, sort or client if asked."""
    found: QuerySet[AuditEvent] = AuditEvent.objects.defer("detail").order_by("-seq")
    if member is not None:
        found = found.filter(actor_id=member)
    if client is not None:
        found = found.filter(client_id__in=_records_of(client))
    return found.filter(action=action) if action else found


def actions() -> list[tuple[str, str]]:
    """Return the sorts of events that this account's audit holds, code and words."""
    codes = AuditEvent.objects.order_by("action").values_list("action", flat=True).distinct()
    return [(code, action_words(code)) for code in codes]


def lines(found: Iterable[AuditEvent], members: dict[UUID, str]) -> list[Line]:
    """Return events in words; clients' names are opened for those that are still there."""
    listed = list(found)
    names = _client_names({event.client_id for event in listed if event.client_id})
    return [
        Line(
            seq=event.seq,
            at=_EPOCH + timedelta(microseconds=event.at_us),
            who=_who(event, members),
            what=action_words(event.action),
            object_words=kind_words(event.kind),
            client_id=event.client_id if event.client_id in names else None,
            client_name=names.get(event.client_id, _("erased")) if event.client_id else "",
            result="" if _says_it_all(event) else event.result.replace("_", " "),
            count=event.count,
            is_client=bool(event.client_id) and event.object_id == event.client_id,
        )
        for event in listed
    ]


def only_seen(found: list[Line]) -> list[Line]:
    """Return the same without the names of clients who aren't there for whoever looks; asked in their own scope."""
    if not scope.current().is_confined:
        return found
    ids = {line.client_id for line in found if line.client_id}
    rows = client_kind().model._default_manager.filter(pk__in=ids)
    seen = set(rows.values_list("pk", flat=True))
    return [
        line
        if line.client_id is None or line.client_id in seen
        else replace(line, client_id=None, client_name=_("another’s client"))
        for line in found
    ]


def member_names() -> dict[UUID, str]:
    """Return member id → name, former members included."""
    return {member.pk: str(member.name) for member in Member.objects.order_by("joined_at")}


def kind_words(label: str) -> str:
    """Return the words for a kind of record: "many" for several, the model's own name otherwise."""
    if label == "many":
        return _("several records")
    kind = kind_named(label)
    return str(kind.model._meta.verbose_name) if kind else ""


def _says_it_all(event: AuditEvent) -> bool:
    return event.result == "done" or event.action.startswith("denied.")


def _who(event: AuditEvent, members: dict[UUID, str]) -> str:
    if event.actor_kind == ActorKind.MEMBER:
        return members.get(event.actor_id, _("a former member")) if event.actor_id else ""
    return actor_words(event.actor_kind)


def _records_of(client: UUID) -> list[UUID]:
    """Return the ids of all records that are the person of one record: what was seen of any was seen of them."""
    rows = client_kind().model._default_manager
    record: Any = rows.filter(pk=client).first()
    person = record.person_id if record else client
    return [person, *rows.filter(alias_of_id=person).values_list("pk", flat=True)]


def _client_names(ids: set[UUID]) -> dict[UUID, str]:
    if not ids:
        return {}
    keyring.prefetch(ids)
    rows = client_kind().model._default_manager.filter(pk__in=ids)
    return {row.pk: str(row) for row in rows}
