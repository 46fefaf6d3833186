"""Work between control and regions: written in control's transaction, done by each cell's worker within a minute."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.cells import is_here
from accounts.dispatch import accounts_of
from accounts.models import AccountAccess, ControlTask, EntryCode, Member, RegionSession, User
from accounts.tenancy import acting_in
from privacy.vocabulary import clock

log = logging.getLogger("keepwell.control")

Handler = Callable[[str, dict[str, Any]], None]
HANDLERS: dict[str, Handler] = {}


def handles(name: str) -> Callable[[Handler], Handler]:
    """Register the handler of control tasks called `name`; it gets the cell and the payload and must be idempotent."""

    def register(handler: Handler) -> Handler:
        HANDLERS[name] = handler
        return handler

    return register


def ask(name: str, *, cell: str, **payload: Any) -> None:
    """Ask a cell for work, in control's open transaction."""
    ControlTask.objects.create(name=name, cell=cell, payload=payload)


def leave_to(name: str, *, cell: str, **payload: Any) -> None:
    """Do a cell's work now where this process serves it; else its own worker does, within seconds."""
    if is_here(cell):
        HANDLERS[name](cell, payload)
    else:
        ask(name, cell=cell, **payload)


def run_open(cell: str) -> int:
    """Do the open tasks of a cell, oldest first; return how many were done. A failing one waits for the next round."""
    done = 0
    for task in ControlTask.objects.filter(cell=cell, done_at=None).order_by("created_at")[:200]:
        try:
            HANDLERS[task.name](cell, task.payload)
        except Exception:
            log.exception("control task failed", extra={"cell": cell, "job": task.name})
            ControlTask.objects.filter(pk=task.pk).update(attempts=task.attempts + 1)
            continue
        ControlTask.objects.filter(pk=task.pk).update(done_at=clock.now())
        done += 1
    return done


def end_sessions(user: User) -> None:
    """End a User's sessions in every region they may enter: password changed, second factor changed, switched off."""
    with transaction.atomic(using="default"):
        cells = (
            AccountAccess.objects.filter(user=user)
            .values_list("account__cell", flat=True)
            .distinct()
        )
        for cell in cells:
            ask("sessions.end", cell=cell, user=str(user.pk), before=clock.now().isoformat())
        EntryCode.objects.filter(user=user, used_at=None).delete()


@handles("sessions.end")
def _end_sessions(cell: str, payload: dict[str, Any]) -> None:
    for account in accounts_of(cell):
        with acting_in(account):
            end_in_account(payload)


def end_in_account(payload: dict[str, Any]) -> None:
    """End a User's sessions in the active account; who signed in anew since the task was written keeps that one."""
    members = Member.objects.filter(user_id=payload["user"])
    before = datetime.fromisoformat(payload["before"])
    RegionSession.objects.filter(member__in=members, created_at__lt=before).delete()
