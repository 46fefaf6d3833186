"""How an archive gets to whoever asked for it: by a link that works once, for five minutes, for them alone (EX-10)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet

from accounts import audit
from accounts.models import Member
from accounts.permissions import Permission
from privacy.inventory import kinds
from privacy.models import Export, ExportTicket
from privacy.vocabulary import clock
from privacy.vocabulary.classification import Subject
from privacy.vocabulary.scope import Actor

TICKET_LIFE = timedelta(minutes=5)
COUNTED_FOR = timedelta(days=1)
MOST_AN_HOUR = 20


class TooOften(Exception):
    """More links were asked for in an hour than anybody needs."""


def theirs(member: Member, allowed: Collection[Permission]) -> QuerySet[Export]:
    """Return the exports a member may have: those of the practice's data for who may export it, of clients their own."""
    own = Q(scope=Export.Scope.CLIENT, requested_by=member)
    if Permission.EXPORT in allowed:
        own |= ~Q(scope=Export.Scope.CLIENT)
    found: QuerySet[Export] = Export.objects.filter(own)
    return found


def issue(*, by: Actor, member: Member, export: Export) -> str:
    """Return the secret of a new link to an archive that is there; raise `TooOften`."""
    now = clock.now()
    if member_tickets(member).filter(made_at__gt=now - timedelta(hours=1)).count() >= MOST_AN_HOUR:
        audit.record("export.link_refused", by=by, of=export, client_id=export.client_id)
        raise TooOften
    secret = secrets.token_urlsafe(32)
    ExportTicket(
        export=export,
        member=member,
        digest=_digest(secret),
        made_at=now,
        expires_at=now + TICKET_LIFE,
        ends_at=now + COUNTED_FOR,
    ).save(force_insert=True)
    return secret


def redeem(*, member: Member, export: Export, secret: str) -> bool:
    """Use a link up; return whether it was this member's, for this archive, and neither used nor late."""
    now = clock.now()
    good = member_tickets(member).filter(
        export=export, digest=_digest(secret), used_at=None, expires_at__gt=now
    )
    return is_there(export) and bool(good.update(used_at=now))


def is_there(export: Export) -> bool:
    """Tell whether an archive can be downloaded."""
    return bool(export.is_ready and export.expires_at and export.expires_at > clock.now())


def member_tickets(member: Member) -> QuerySet[ExportTicket]:
    """Return the links that a member had."""
    found: QuerySet[ExportTicket] = ExportTicket.objects.filter(member=member)
    return found


def kinds_in(export: Export) -> tuple[Any, ...]:
    """Return what of clients an export holds."""
    chosen = export.choices.get("kinds")
    return tuple(
        kind.model
        for kind in kinds()
        if kind.is_exported
        and kind.declared.subject == Subject.CLIENT
        and (chosen is None or kind.name in chosen)
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
