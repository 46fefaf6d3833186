"""Renewing a key: a newer version first, then everything it should have sealed, until no writer brings old values back.

Killed anywhere and run again, it goes on where it was; readers open both. Values that the audit's chain holds stay under
the key that sealed them, because the chain's hashes are over them: for those alone the older version stays, too.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import F

from accounts import audit
from accounts.models import AccountAnchor
from accounts.tenancy import AccountRef, acting_in
from privacy.rotation import files, resealing
from privacy.rotation.resealing import Whose
from privacy.vocabulary import rekeying
from privacy.vocabulary.scope import SYSTEM, Purpose

log = logging.getLogger("keepwell.rotation")

ROUNDS = 10
PATIENCE_SECONDS = 60
_OPEN = "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'virtualxid' AND pid <> pg_backend_pid()"

After = Callable[[str], None]


class NotDone(RuntimeError):
    """Old values come back faster than they are sealed anew; run it again later."""


def renew_client(account: AccountRef, client_id: UUID, *, after: After = lambda step: None) -> int:
    """Seal all that there is of a client under a newer key; return how many rows and files were changed.

    One that was begun and not finished is finished. Raises `Unreadable` for whoever was erased, and `NotDone`.
    """
    whose = Whose(account, client_id)
    if not resealing.left(whose):
        with acting_in(account, purpose=Purpose.MAINTENANCE):
            rekeying.next_client_key(client_id)
        after("key")
    _tell_everybody(account)
    done = files.reseal_files(whose)
    after("files")
    done += _until_nothing_is_old(whose, after)
    _note(account, "client.key_renewed", done, client_id)
    return done


def renew_account(account: AccountRef, *, after: After = lambda step: None) -> int:
    """Give an account a newer key: it wraps the clients' keys, seals the account's own values, makes the hashes."""
    whose = Whose(account)
    if not resealing.left(whose) and not _keys_left(account):
        with acting_in(account, purpose=Purpose.MAINTENANCE):
            rekeying.next_account_key()
        after("key")
    _tell_everybody(account)
    done = _until_nothing_is_old(whose, after)
    _note(account, "account.key_renewed", done)
    return done


def _keys_left(account: AccountRef) -> bool:
    with acting_in(account, purpose=Purpose.MAINTENANCE):
        return rekeying.client_keys_left()


def _tell_everybody(account: AccountRef) -> None:
    """Processes that remember keys look at the epoch: from the next transaction on they seal with the newest."""
    with acting_in(account, purpose=Purpose.MAINTENANCE):
        AccountAnchor.objects.filter(account_id=account.id).update(key_epoch=F("key_epoch") + 1)


def _until_nothing_is_old(whose: Whose, after: After) -> int:
    """Go through all rows again while a transaction of before may have written back what it had loaded."""
    done = 0
    for _ in range(ROUNDS):
        _let_them_end(whose)
        changed = resealing.reseal(whose)
        if whose.client is None:
            with acting_in(whose.account, purpose=Purpose.MAINTENANCE):
                changed += rekeying.rewrap_client_keys()
        after("rows")
        done += changed
        if not changed:
            return done
    raise NotDone(f"{whose.account.slug}: values are still written under an older key.")


def _let_them_end(whose: Whose) -> None:
    """Wait until every transaction that is open now has ended, but not for ever: the next round sees to the rest."""
    until = time.monotonic() + PATIENCE_SECONDS
    with whose.connect() as connection:
        open_now: set[Any] = {row[0] for row in connection.execute(_OPEN)}
        while open_now and time.monotonic() < until:
            open_now &= {row[0] for row in connection.execute(_OPEN)}
            if open_now:
                time.sleep(0.05)


def _note(account: AccountRef, action: str, count: int, client_id: UUID | None = None) -> None:
    with acting_in(account, by=SYSTEM, purpose=Purpose.MAINTENANCE):
        audit.record(
            action, by=SYSTEM, kind="accounts.Account", client_id=client_id, count=max(1, count)
        )
