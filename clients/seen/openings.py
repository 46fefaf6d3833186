"""Who did what with a record, from the audit: folded per person and quarter of an hour, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, Max, Min, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit_words import action_words, actor_words, purpose_words
from accounts.models import AuditEvent, Member
from accounts.templatetags.keepwell import clock as clock_words
from accounts.templatetags.keepwell import day, span_words
from clients import identity
from clients.disclosures.ledger import kind_name
from clients.models import Client
from privacy.vocabulary import clock
from privacy.vocabulary.scope import ActorKind

QUARTER = 15 * 60 * 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What shows a record and changes nothing
LOOKS = ("record.read", "document.downloaded", "note.opened_with_reason", "note.glass_broken")


class Did(StrEnum):
    """What was done: looked at it, or worked on it."""

    LOOKED = "looked"
    CHANGED = "changed"


class Who(StrEnum):
    """Those who are no members."""

    CLIENT = "client"
    SUPPORT = "support"
    ITSELF = "keepwell"


PERIODS = {
    "30": gettext_lazy("Last 30 days"),
    "365": gettext_lazy("Last 12 months"),
}
# What a reader calls by another name than the registry
NAMES = {"notes.noteversion": gettext_lazy("Notes")}
_KINDS: dict[str, tuple[ActorKind, ...]] = {
    Who.CLIENT: (ActorKind.CLIENT, ActorKind.VISITOR),
    Who.SUPPORT: (ActorKind.SUPPORT,),
    Who.ITSELF: (ActorKind.SYSTEM,),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines are asked for; "" stands for all, of people: what Keepwell does by itself is shown when asked for."""

    who: str = ""
    did: str = ""
    days: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What one person did within a quarter of an hour."""

    day: str
    time: str
    who: str
    role: str
    what: str
    kinds: str
    times: int
    why: str


def folded(client: Client, wanted: Wanted) -> QuerySet[AuditEvent, dict[str, Any]]:
    """Return what was done with a client's record, newest first, one row for a quarter of an hour."""
    rows = AuditEvent.objects.filter(identity.of(client))
    if wanted.who in _KINDS:
        rows = rows.filter(actor_kind__in=_KINDS[wanted.who])
    elif wanted.who:
        rows = rows.filter(actor_id=UUID(wanted.who))
    else:
        rows = rows.exclude(actor_kind=ActorKind.SYSTEM)
    if wanted.did == Did.LOOKED:
        rows = rows.filter(action__in=LOOKS)
    elif wanted.did == Did.CHANGED:
        rows = rows.exclude(action__in=LOOKS)
    if wanted.days:
        since = clock.now() - timedelta(days=int(wanted.days))
        rows = rows.filter(at_us__gte=int(since.timestamp()) * 1_000_000)
    quarter = ExpressionWrapper(F("at_us") / QUARTER, output_field=BigIntegerField())
    found: QuerySet[AuditEvent, dict[str, Any]] = (
        rows.order_by()
        .values("actor_kind", "actor_id", "purpose", "action", quarter=quarter)
        .annotate(
            first=Min("at_us"),
            last=Max("at_us"),
            kinds=ArrayAgg("kind", distinct=True),
            times=Count("request_id", distinct=True),
        )
        .order_by("-quarter", "-last", "action")
    )
    return found


def lines(rows: Iterable[dict[str, Any]], zone: str) -> list[Line]:
    """Return rows in words."""
    listed = list(rows)
    members = _members({row["actor_id"] for row in listed if row["actor_id"]})
    return [_line(row, members, zone) for row in listed]


def people(client: Client) -> list[tuple[str, str]]:
    """Return who can be chosen: the members who did anything with a client's record, and those who are none."""
    rows = AuditEvent.objects.filter(identity.of(client)).order_by()
    met = set(rows.values_list("actor_kind", "actor_id").distinct())
    members = _members({pk for kind, pk in met if kind == ActorKind.MEMBER})
    kinds = {kind for kind, _pk in met}
    named = [(str(pk), str(member.name)) for pk, member in members.items()]
    named.sort(key=lambda each: each[1].casefold())
    return named + [
        (who.value, actor_words(_KINDS[who][0])) for who in Who if kinds & {*_KINDS[who]}
    ]


def _line(row: dict[str, Any], members: dict[UUID, Member], zone: str) -> Line:
    first, last = _instant(row["first"]), _instant(row["last"])
    member = members.get(row["actor_id"]) if row["actor_kind"] == ActorKind.MEMBER else None
    labels = {kind.lower() for kind in row["kinds"] if kind}
    kinds = sorted({str(NAMES.get(each) or kind_name(each)) for each in labels}, key=str.casefold)
    looked = row["action"] == "record.read"
    ends = clock_words(last, zone)
    begins = clock_words(first, zone)
    return Line(
        day=day(first, zone),
        time=begins if begins == ends else span_words(begins, ends),
        who=str(member.name) if member else actor_words(row["actor_kind"]),
        role=str(member.get_role_display()) if member else "",
        what=_("Looked at it") if looked else action_words(row["action"]),
        kinds=", ".join(kinds) if looked else "",
        times=row["times"],
        why=purpose_words(row["purpose"]),
    )


def _instant(at_us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=at_us)


def _members(ids: set[UUID]) -> dict[UUID, Member]:
    return {member.pk: member for member in Member.objects.filter(pk__in=ids)}
