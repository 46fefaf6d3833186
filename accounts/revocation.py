"""Ends a User's sessions in every region when their sign-in changes: signed out, new password, another second factor."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from django.contrib.auth.signals import user_logged_out

from accounts import control_tasks
from accounts.models import AccountAccess, Member, User
from accounts.tenancy import acting_in

ENDING = (
    user_logged_out,
    account_signals.password_changed,
    account_signals.password_set,
    account_signals.password_reset,
    mfa_signals.authenticator_added,
    mfa_signals.authenticator_removed,
    mfa_signals.authenticator_reset,
)


def connect() -> None:
    """Listen to the signals of sign-in."""
    for signal in ENDING:
        signal.connect(_end_sessions, dispatch_uid="keepwell.revocation")
    account_signals.email_changed.connect(_tell_address, dispatch_uid="keepwell.address")


def _end_sessions(sender: Any, user: User | None = None, **kwargs: Any) -> None:
    if user is not None:
        control_tasks.end_sessions(user)


def _tell_address(sender: Any, user: User, **kwargs: Any) -> None:
    cells = AccountAccess.objects.filter(user=user).values_list("account__cell", flat=True)
    for cell in cells.distinct():
        control_tasks.ask("member.address", cell=cell, user=str(user.pk))


@control_tasks.handles("member.address")
def _take_address(cell: str, payload: dict[str, Any]) -> None:
    user = User.objects.get(pk=payload["user"])
    for access in AccountAccess.objects.filter(user=user, account__cell=cell).select_related(
        "account"
    ):
        with acting_in(access.account.ref):
            for member in Member.objects.filter(user_id=user.pk):
                member.email = user.email
                member.save(update_fields=["email"])
