"""The log of the door: each region keeps what happened at the door of its members, failures too (features A6).

Coming in is written where it happens. What happens in control (a wrong password, a forgotten one) is told to every
practice of the User by a control task, within a minute; an address that belongs to nobody leaves no trace.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from django.contrib.auth.signals import user_login_failed
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import control_tasks
from accounts.browsers import browser_name
from accounts.models import AccountAccess, Member, SignIn, User
from accounts.tenancy import acting_in
from privacy.vocabulary import clock

Kind = SignIn.Kind


def come_in(request: HttpRequest, member: Member) -> None:
    """Note that a member came in."""
    SignIn(member=member, kind=Kind.ENTERED, **_where(request)).save(force_insert=True)


def tell(kind: str, user: User, request: HttpRequest | None) -> None:
    """Tell every practice of a User what happened at their door, in control's transaction."""
    where = _where(request) if request is not None else {}
    cells = AccountAccess.objects.filter(user=user).values_list("account__cell", flat=True)
    for cell in cells.distinct():
        control_tasks.ask(
            "sign_in.note",
            cell=cell,
            user=str(user.pk),
            kind=kind,
            at=clock.now().isoformat(),
            **where,
        )


def forgot(user: User, request: HttpRequest) -> None:
    """Note that somebody asked for a way around the password."""
    tell(Kind.FORGOT, user, request)


def events(*, member: UUID | None = None, kind: str = "") -> QuerySet[SignIn]:
    """Return what happened at the doors of the active account, newest first; of one member or kind if asked."""
    found: QuerySet[SignIn] = SignIn.objects.select_related("member").order_by("-at", "-id")
    if member is not None:
        found = found.filter(member=member)
    return found.filter(kind=kind) if kind in Kind.values else found


def connect() -> None:
    """Listen to what allauth and Django tell of the door."""
    user_login_failed.connect(_wrong_password, dispatch_uid="keepwell.door.password")
    mfa_signals.authentication_failed.connect(_wrong_code, dispatch_uid="keepwell.door.code")
    for signal in (account_signals.password_changed, account_signals.password_reset):
        signal.connect(_new_password, dispatch_uid="keepwell.door.new")
    for signal in (mfa_signals.authenticator_added, mfa_signals.authenticator_removed):
        signal.connect(_factor, dispatch_uid="keepwell.door.factor")


def _wrong_password(
    sender: Any, credentials: dict[str, Any], request: Any = None, **kwargs: Any
) -> None:
    address = credentials.get("email") or credentials.get("username") or ""
    user = User.objects.filter(email=str(address).lower()).first()
    if user is not None:
        tell(Kind.WRONG_PASSWORD, user, request)


def _wrong_code(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    tell(Kind.WRONG_CODE, user, request)


def _new_password(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    tell(Kind.NEW_PASSWORD, user, request)


def _factor(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    tell(Kind.FACTOR, user, request)


def _where(request: HttpRequest) -> dict[str, str]:
    return {
        "browser": browser_name(request.headers.get("User-Agent", ""))[:60],
        "address": str(request.META.get("REMOTE_ADDR", ""))[:45],
    }


@control_tasks.handles("sign_in.note")
def _note(cell: str, payload: dict[str, Any]) -> None:
    accesses = AccountAccess.objects.filter(user=payload["user"], account__cell=cell)
    for access in accesses.select_related("account"):
        with acting_in(access.account.ref):
            for member in Member.objects.filter(user_id=payload["user"], removed_at=None):
                # A task that is done again finds its own row
                if not SignIn.objects.filter(member=member, at=_at(payload)).exists():
                    SignIn(
                        member=member,
                        kind=payload["kind"],
                        at=_at(payload),
                        browser=payload.get("browser", ""),
                        address=payload.get("address", ""),
                    ).save(force_insert=True)


def _at(payload: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(payload["at"])
