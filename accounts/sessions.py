"""Entering an account: a one-time code from control becomes a session in the account's region (house.md 4)."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connections, transaction
from django.http import HttpRequest, HttpResponse

from accounts.cells import cells
from accounts.models import Account, EntryCode, Member, RegionSession, User
from accounts.models.sessions import SIGNED_IN_FOR
from accounts.permissions import Permission
from accounts.rights import NO, Area, levels_of, permissions_of, sees_own, usual_levels
from accounts.tenancy import AccountRef, confine, look
from privacy.vocabulary import clock, scope
from privacy.vocabulary.placement import columns_of, from_row
from privacy.vocabulary.scope import Sight

CODE_LIFE = timedelta(seconds=60)
IDLE_LIFE = timedelta(minutes=30)
STEP_UP_LIFE = timedelta(minutes=10)
BROWSER_LIFE = timedelta(days=365)
BROWSER_COOKIE = "__Host-browser" if settings.HTTPS else "browser"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a region session's cookie says: where to look and the secret to look for."""

    account: AccountRef
    secret: str


@dataclass(frozen=True, slots=True)
class Live:
    """A session that lives: whose it is, and when they last proved who they are."""

    member: Member
    stepped_up_at: datetime | None


def digest(secret: str) -> bytes:
    """Return the hash under which a random secret is stored."""
    return hashlib.sha256(secret.encode()).digest()


def cookie_name(slug: str) -> str:
    """Return the name of the session cookie of one account."""
    return f"{'__Host-' if settings.HTTPS else ''}kw-{slug}"


def browser_secret(request: HttpRequest) -> str:
    """Return the random secret by which this host knows this browser, a new one for a browser that has none."""
    secret = request.COOKIES.get(BROWSER_COOKIE, "")
    return secret if len(secret) >= 32 else secrets.token_urlsafe(32)


def remember_browser(response: HttpResponse, secret: str) -> None:
    """Let the browser keep its secret on this host."""
    response.set_cookie(
        BROWSER_COOKIE,
        secret,
        max_age=int(BROWSER_LIFE.total_seconds()),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def browser_of(text: str) -> bytes | None:
    """Return the digest of a browser's secret as an address carries it, None when it is none."""
    return bytes.fromhex(text) if re.fullmatch(r"[0-9a-f]{64}", text) else None


def issue_code(
    *, user: User, account: Account, browser: bytes, proved_at: datetime | None = None
) -> str:
    """Return a new entry code, good for 60 seconds, one use, this user, account and the browser with this digest.

    `proved_at`: when the User last proved who they are; what is grave may be done for ten minutes from then.
    """
    code = secrets.token_urlsafe(32)
    EntryCode.objects.filter(expires_at__lt=clock.now() - timedelta(days=1)).delete()
    EntryCode.objects.create(
        digest=digest(code),
        user=user,
        account=account,
        browser_digest=browser,
        proved_at=proved_at,
        expires_at=clock.now() + CODE_LIFE,
    )
    return code


def redeem(code: str, *, account: AccountRef, browser: str) -> EntryCode | None:
    """Use a code up and return it; None when it is unknown, used, late, or of another account or browser.

    A code that turns up in the wrong place is used up as well: nobody can bring it to the right one later.
    """
    with transaction.atomic(using="default"):
        found = (
            EntryCode.objects.select_for_update().filter(digest=digest(code), used_at=None).first()
        )
        if found is None:
            return None
        found.used_at = clock.now()
        found.save(update_fields=["used_at"])
    fits = found.account_id == account.id and bytes(found.browser_digest) == digest(browser)
    return found if fits and found.expires_at >= clock.now() else None


def start(member: Member, *, browser: str, proved_at: datetime | None = None) -> str:
    """Start a region session for a member of the active account; return the secret for its cookie."""
    secret = secrets.token_urlsafe(32)
    now = clock.now()
    RegionSession.objects.filter(expires_at__lt=now).delete()
    RegionSession(
        digest=digest(secret),
        member=member,
        browser=browser[:60],
        stepped_up_at=proved_at,
        expires_at=now + SIGNED_IN_FOR,
    ).save(force_insert=True)
    return secret


# Written out, because every page asks for it: building it took longer than its answer. From then on the database
# reads with this member's eyes; with nobody's for a member who may read no clinical record at all.
_LIVE = """
SELECT s.id, s.last_seen_at, s.stepped_up_at,
  set_config('app.reader', CASE WHEN coalesce(m.rights ->> 'notes', %(notes)s::jsonb ->> m.role) <> 'no'
    THEN m.id::text ELSE '' END, true),
  set_config('app.files', CASE WHEN coalesce(m.rights ->> 'files', %(files)s::jsonb ->> m.role) <> 'no'
    THEN 'yes' ELSE '' END, true), {member}
FROM accounts_regionsession s
JOIN accounts_member m ON m.account_id = s.account_id AND m.id = s.member_id
WHERE s.account_id = %(account)s AND s.digest = %(digest)s
  AND s.expires_at > %(now)s AND s.last_seen_at > %(idle_since)s AND m.removed_at IS NULL
"""


def find(ticket: Ticket, *, is_used: bool = True) -> Live | None:
    """Return the live session of a ticket in the active account and note that it was used.

    A page that asks by itself, with nobody before it, does not use it: the session of a desk left alone still ends.
    """
    now = clock.now()
    active = scope.current()
    asked: dict[str, Any] = {
        "account": active.account_id,
        "digest": digest(ticket.secret),
        "now": now,
        "idle_since": now - IDLE_LIFE,
        "notes": usual_levels(Area.NOTES),
        "files": usual_levels(Area.FILES),
    }
    with connections[active.database].cursor() as cursor:
        cursor.execute(_LIVE.format(member=columns_of(Member, "m")), asked)
        row = cursor.fetchone()
    if row is None:
        return None
    pk, last_seen_at, stepped_up_at, active.reader, files, *columns = row
    member = from_row(Member, active.database, columns)
    active.files, active.care = files == "yes", Permission.CLIENTS_CARE in permissions_of(member)
    confine(active, sight_of(member))
    if is_used and now - last_seen_at > timedelta(minutes=1):
        RegionSession.objects.filter(pk=pk).update(last_seen_at=now)
    return Live(member, stepped_up_at)


def sight_of(member: Member) -> Sight:
    """Return what a member is kept to."""
    return Sight(
        member.location_id,
        member.pk if sees_own(member, Area.CLIENTS) else None,
        member.pk if sees_own(member, Area.DIARY) else None,
    )


def see_as(member: Member) -> None:
    """Let the active scope read with a member's eyes from here on, as their own pages do."""
    active, levels = scope.current(), levels_of(member.role, member.rights)
    active.reader = str(member.pk) if levels[Area.NOTES].name != NO.name else ""
    active.files = levels[Area.FILES].name != NO.name
    active.care = Permission.CLIENTS_CARE in permissions_of(member)
    active.sight = active.own_sight = sight_of(member)
    look(active)


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


def is_stepped_up(session: Live | RegionSession) -> bool:
    """Tell whether the member proved who they are within the last ten minutes."""
    return session.stepped_up_at is not None and clock.now() - session.stepped_up_at < STEP_UP_LIFE


def set_cookie(response: HttpResponse, account: AccountRef, secret: str) -> None:
    """Give the browser the session's ticket: cell, account and secret."""
    response.set_cookie(
        cookie_name(account.slug),
        f"{account.cell}.{account.id.hex}.{secret}",
        max_age=int(SIGNED_IN_FOR.total_seconds()),
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
