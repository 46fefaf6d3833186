"""What a page of control owes to an account's region: done at once where this process serves it, else by its worker."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from accounts import audit, control_tasks
from accounts.models import Account, AgreementAcceptance, Member, User
from accounts.tenancy import acting_in
from privacy.vocabulary.scope import VISITOR


def note_denial(account: Account) -> None:
    """Record that a User asked to enter an account that isn't theirs (TI-4)."""
    control_tasks.leave_to("denial.note", cell=account.cell, account=str(account.pk))


@control_tasks.handles("denial.note")
def _note_denial(cell: str, payload: dict[str, Any]) -> None:
    account = Account.objects.get(pk=payload["account"])
    audit.record_denial(account.ref, by=VISITOR, action="denied.enter", reason="not_found")


def note_acceptance(
    account: Account, *, by: User, acceptances: Iterable[AgreementAcceptance]
) -> None:
    """Keep in the account's audit that its Owner accepted agreements."""
    control_tasks.leave_to(
        "acceptance.note",
        cell=account.cell,
        account=str(account.pk),
        user=str(by.pk),
        acceptances=[str(each.pk) for each in acceptances],
    )


@control_tasks.handles("acceptance.note")
def _note_acceptance(cell: str, payload: dict[str, Any]) -> None:
    account = Account.objects.get(pk=payload["account"])
    with acting_in(account.ref):
        owner = Member.objects.get(user_id=payload["user"])
        for acceptance in AgreementAcceptance.objects.filter(pk__in=payload["acceptances"]):
            audit.record("agreement.accepted", by=owner.actor, of=acceptance)
