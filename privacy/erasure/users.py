"""Erasing a User: what names them in control goes, and control's own ledger keeps a backup from bringing it back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts import control_tasks
from accounts.cells import cells
from accounts.models import AccountAccess, ControlTask, EntryCode, User
from privacy.erasure import ledger
from privacy.erasure.entries import Entry
from privacy.erasure.places import CONTROL, Place

ACTION = "user_erased"
TASK = "user.erase"


class NotNow(ValueError):
    """The User can't be erased yet; the text says what stands in the way."""


def erase(user: User) -> UUID:
    """Decide to erase a User, who is signed out everywhere and can't come in again; return the decision's id.

    The row stays under its id, because contracts and practices' records refer to it, and says nothing any more. Raises
    `NotNow` for whoever owns a practice: it needs another Owner, or to be closed, first.
    """
    with transaction.atomic(using="default"):
        if AccountAccess.objects.filter(user=user, is_owner=True).exists():
            raise NotNow(_("You own a practice. Hand it over or close it first."))
        decision = uuid7()
        control_tasks.end_sessions(user)
        User.objects.filter(pk=user.pk).update(is_active=False)
        payload = {"decision": str(decision), "user": str(user.pk)}
        control_tasks.ask(TASK, cell=next(iter(cells())), **payload)
    return decision


@control_tasks.handles(TASK)
def carry_out(cell_name: str, payload: dict[str, Any]) -> None:
    """Enter it in the ledger, then take out what names the person; running it again changes nothing."""
    user = UUID(payload["user"])
    ledger.enter(
        CONTROL.name,
        decision=UUID(payload["decision"]),
        action=ACTION,
        account=user,
        records=[user],
    )
    _blank(user)


def _blank(user_id: UUID) -> None:
    with transaction.atomic(using="default"):
        user = User.objects.filter(pk=user_id).first()
        if user is None:
            return
        user.email, user.name = f"{user.pk}@erased.invalid", ""
        user.is_active = user.is_staff = user.is_superuser = False
        user.set_unusable_password()
        user.save()
        EmailAddress.objects.filter(user=user).delete()
        Authenticator.objects.filter(user=user).delete()
        EntryCode.objects.filter(user=user).delete()
        AccountAccess.objects.filter(user=user).delete()


def _is_known(where: Place, entry: Entry) -> bool:
    return ControlTask.objects.filter(name=TASK, payload__decision=str(entry.id)).exists()


def _again(where: Place, entry: Entry) -> None:
    _blank(entry.account)


ledger.ACTIONS[ACTION] = ledger.Action(_is_known, _again)
