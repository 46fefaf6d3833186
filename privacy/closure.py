"""Closing an account: its dates, asked for, taken back, told to control and to the Owner (EX-13, promise P17)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts import audit, directory, outbox
from accounts.models import Account, AccountAnchor, Member, OutboxJob
from accounts.models.practice import current_anchor
from bookings.messaging.links import absolute
from privacy import exporting, letters
from privacy.models import Closure, Export
from privacy.vocabulary import clock, scope
from privacy.vocabulary.scope import Actor

log = logging.getLogger("keepwell.closure")

# The one set of numbers behind pages, mails and jobs
READ_ONLY_DAYS = 30
KEYRING_BACKUP_DAYS = 7
DATA_BACKUP_DAYS = 35
EXPORT_LIFE_DAYS = exporting.LIFE_DAYS
MAIL_DAYS = (0, 14, 27)

# All that is kept of a closed account, by control's tables and outside them, and why (EX-15)
KEPT = {
    "accounts_account": "the account's tombstone with the certificate of its deletion",
    "accounts_agreementacceptance": "the contract's record, seven years after closure",
    "erasures": "its number in the ledgers that keep backups from bringing it back",
}


class NotNow(ValueError):
    """The account is not in the state that this step needs; the text says so to the member."""


@dataclass(frozen=True, slots=True)
class Dates:
    """Every date of a closure, from the instant when it was asked for; all aware, in UTC."""

    asked_at: datetime

    @property
    def deleted_at(self) -> datetime:
        """When keys and rows go: from then on nothing can be read."""
        return self.asked_at + timedelta(days=READ_ONLY_DAYS)

    @property
    def keyring_backups_end_at(self) -> datetime:
        """When the last backup of a key ends: no backup of data can be read any more."""
        return self.deleted_at + timedelta(days=KEYRING_BACKUP_DAYS)

    @property
    def backups_end_at(self) -> datetime:
        """When the last backup of data ends."""
        return self.deleted_at + timedelta(days=DATA_BACKUP_DAYS)


def dates_of(closure: Closure) -> Dates:
    """Return the dates of a closure that was asked for."""
    return Dates(closure.requested_at)


def open_closure() -> Closure | None:
    """Return the active account's closure that was not taken back, or None."""
    found: Closure | None = Closure.objects.filter(cancelled_at=None).first()
    return found


def latest_export() -> Export | None:
    """Return the newest archive of everything that can still be downloaded, or None."""
    found: Export | None = (
        Export.objects.filter(
            scope=Export.Scope.ACCOUNT,
            state__in=[Export.State.READY, Export.State.GAPS],
            expires_at__gt=clock.now(),
        )
        .order_by("-finished_at")
        .first()
    )
    return found


def start(*, by: Actor, member: Member, has_copy: bool) -> Closure:
    """Begin to close the active account: read-only at once, deleted on the day that `Dates` gives.

    `has_copy`: the Owner stated to have a copy; False that none is needed. Raises `NotNow` unless the account is active.
    """
    anchor = _locked(AccountAnchor.State.ACTIVE, _("This account is closing already."))
    dates = Dates(clock.now())
    closure = Closure(
        requested_by=member,
        requested_at=dates.asked_at,
        purge_due_at=dates.deleted_at,
        has_copy=has_copy,
        export=latest_export(),
    )
    anchor.state = AccountAnchor.State.CLOSING
    anchor.closing_at = dates.asked_at
    anchor.save(update_fields=["state", "closing_at"])
    closure.save(force_insert=True)
    for day in MAIL_DAYS:
        payload = {"closure": str(closure.pk), "day": day}
        outbox.enqueue("closure.mail", payload, run_at=dates.asked_at + timedelta(days=day))
    job = outbox.enqueue("closure.purge", {"closure": str(closure.pk)}, run_at=dates.deleted_at)
    closure.job_id = job.pk
    closure.save(update_fields=["job_id"])
    outbox.enqueue("closure.tell_control")
    audit.record("closure.started", by=by, of=closure)
    return closure


def cancel(*, by: Actor) -> Closure:
    """Keep the active account: everything works as before. Raises `NotNow` once its data is being deleted."""
    anchor = _locked(AccountAnchor.State.CLOSING, _("This account isn't closing."))
    closure = open_closure()
    if closure is None:
        raise NotNow(_("This account isn't closing."))
    closure.cancelled_at = clock.now()
    closure.save(update_fields=["cancelled_at"])
    anchor.state, anchor.closing_at = AccountAnchor.State.ACTIVE, None
    anchor.save(update_fields=["state", "closing_at"])
    outbox.enqueue("closure.tell_control")
    outbox.enqueue("closure.mail", {"closure": str(closure.pk), "day": -1})
    audit.record("closure.cancelled", by=by, of=closure)
    return closure


def _locked(state: str, otherwise: str) -> AccountAnchor:
    """Return the account's anchor, locked against the purge; raise `NotNow` when it is in another state."""
    anchor: AccountAnchor = AccountAnchor.objects.select_for_update().get(
        account_id=scope.current().account_id
    )
    if anchor.state != state:
        raise NotNow(otherwise)
    return anchor


def keep_going() -> bool:
    """Ask again for the deletion of a closing account whose job was given up; return whether that was needed."""
    if current_anchor().state not in (AccountAnchor.State.CLOSING, AccountAnchor.State.PURGING):
        return False
    waiting = OutboxJob.objects.filter(name="closure.purge", done_at=None, failed_at=None)
    if waiting.exists():
        return False
    closure = open_closure()
    payload = {"closure": str(closure.pk) if closure else ""}
    outbox.enqueue("closure.purge", payload, run_at=closure.purge_due_at if closure else None)
    log.warning("purge asked for again", extra={"job": "closure.purge"})
    return True


@outbox.handles("closure.tell_control")
def tell_control(work: outbox.Work) -> None:
    """Copy the account's state and date to the directory; running it again changes nothing."""
    anchor, closure = current_anchor(), open_closure()
    Account.objects.filter(pk=anchor.account_id).exclude(state=Account.State.CLOSED).update(
        state=anchor.state, purge_due_at=closure.purge_due_at if closure else None
    )
    directory.forget(anchor.slug)


@outbox.handles("closure.mail")
def mail(work: outbox.Work) -> None:
    """Tell the Owner the dates: at once, after 14 days, three days before; or that the account stays."""
    closure = Closure.objects.filter(pk=work.payload["closure"]).first()
    day = int(work.payload["day"])
    if closure is None or (closure.cancelled_at is None) != (day >= 0):
        return
    now = clock.now()
    if day > 0 and closure.purge_due_at <= now:
        return  # a late letter would name days that are past
    anchor = current_anchor()
    letters.to_owner(
        "closure_cancelled" if day < 0 else "closure",
        account=anchor,
        dates=dates_of(closure),
        days_left=-((now - closure.purge_due_at) // timedelta(days=1)),  # rounded up
        first=day == 0,
        url=absolute(anchor.url("closure")),
        exports_url=absolute(anchor.url("exports")),
        keyring_days=KEYRING_BACKUP_DAYS,
        data_days=DATA_BACKUP_DAYS,
    )
