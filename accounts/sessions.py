"""Entering an account: a one-time code from control becomes a session in the account's region (house.md 4)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from accounts.cells import cells
from accounts.models import Account, EntryCode, Member, RegionSession, User
from accounts.tenancy import AccountRef
from privacy.vocabulary import clock

CODE_LIFE = timedelta(seconds=60)
ABSOLUTE_LIFE = timedelta(hours=12)
IDLE_LIFE = timedelta(minutes=30)
STEP_UP_LIFE = timedelta(minutes=10)
BROWSER_COOKIE = "__Host-browser" if settings.HTTPS else "browser"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a region session's cookie says: where to look and the secret to look for."""

    account: AccountRef
    secret: str


def digest(secret: str) -> bytes:
    """Return the hash under which a random secret is stored."""
    return hashlib.sha256(secret.encode()).digest()


def cookie_name(slug: str) -> str:
    """Return the name of the session cookie of one account."""
    return f"{'__Host-' if settings.HTTPS else ''}kw-{slug}"


def browser_secret(request: HttpRequest) -> tuple[str, bool]:
    """Return this browser's random secret and whether it is new (and must be set on the response)."""
    secret = request.COOKIES.get(BROWSER_COOKIE, "")
    return (secret, False) if len(secret) >= 32 else (secrets.token_urlsafe(32), True)


def issue_code(*, user: User, account: Account, browser: str, stepped_up: bool) -> str:
    """Return a new entry code, good for 60 seconds, one use, this user, account and browser."""
    code = secrets.token_urlsafe(32)
    EntryCode.objects.filter(expires_at__lt=clock.now() - timedelta(days=1)).delete()
    EntryCode.objects.create(
        digest=digest(code),
        user=user,
        account=account,
        browser_digest=digest(browser),
        stepped_up=stepped_up,
        expires_at=clock.now() + CODE_LIFE,
    )
    return code


def redeem(code: str, *, account: AccountRef, browser: str) -> EntryCode | None:
    """Use a code up and return it; None when it is unknown, used, late, or of another account or browser."""
    with transaction.atomic(using="default"):
        found = (
            EntryCode.objects.select_for_update().filter(digest=digest(code), used_at=None).first()
        )
        if found is None or found.expires_at < clock.now() or found.account_id != account.id:
            return None
        if bytes(found.browser_digest) != digest(browser):
            return None
        found.used_at = clock.now()
        found.save(update_fields=["used_at"])
        return found


def start(member: Member, *, stepped_up: bool, browser: str) -> str:
    """Start a region session for a member of the active account; return the secret for its cookie."""
    secret = secrets.token_urlsafe(32)
    now = clock.now()
    RegionSession.objects.filter(expires_at__lt=now).delete()
    RegionSession(
        digest=digest(secret),
        member=member,
        browser=browser[:60],
        stepped_up_at=now if stepped_up else None,
        expires_at=now + ABSOLUTE_LIFE,
    ).save(force_insert=True)
    return secret


def find(ticket: Ticket) -> RegionSession | None:
    """Return the live session of a ticket in the active account and note that it was used."""
    now = clock.now()
    session: RegionSession | None = (
        RegionSession.objects.select_related("member")
        .filter(digest=digest(ticket.secret), expires_at__gt=now, last_seen_at__gt=now - IDLE_LIFE)
        .filter(member__removed_at=None)
        .first()
    )
    if session and now - session.last_seen_at > timedelta(minutes=1):
        RegionSession.objects.filter(pk=session.pk).update(last_seen_at=now)
    return session


def end(ticket: Ticket) -> None:
    """End the session of a ticket in the active account, if there is one."""
    RegionSession.objects.filter(digest=digest(ticket.secret)).delete()


def end_all_of(member: Member, *, but: Ticket | None = None) -> int:
    """End a member's sessions in the active account, except the one of `but`; return how many ended."""
    sessions = RegionSession.objects.filter(member=member)
    if but is not None:
        sessions = sessions.exclude(digest=digest(but.secret))
    ended, _ = sessions.delete()
    return int(ended)


def is_stepped_up(session: RegionSession) -> bool:
    """Tell whether the member proved who they are within the last ten minutes."""
    return session.stepped_up_at is not None and clock.now() - session.stepped_up_at < STEP_UP_LIFE


def set_cookie(response: HttpResponse, account: AccountRef, secret: str) -> None:
    """Give the browser the session's ticket: cell, account and secret."""
    response.set_cookie(
        cookie_name(account.slug),
        f"{account.cell}.{account.id.hex}.{secret}",
        max_age=int(ABSOLUTE_LIFE.total_seconds()),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def ticket_of(request: HttpRequest, slug: str) -> Ticket | None:
    """Return the ticket in the request's cookie for an account, or None when there is none that makes sense."""
    cell, _, rest = request.COOKIES.get(cookie_name(slug), "").partition(".")
    account_id, _, secret = rest.partition(".")
    if cell not in cells() or not secret:
        return None
    try:
        return Ticket(AccountRef(UUID(hex=account_id), slug, cell), secret)
    except ValueError:
        return None
