"""Deletes a closed account when its day has come: keys first, then rows, files, cache; checked, certified (EX-14, EX-15).

Every step can be killed and run again. What must survive a kill (counts, first dates) waits in control, in the
account's certificate; the job's own row and the account's anchor go last.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from django.db import transaction
from django.db.models import F

from accounts import audit, control_tasks, directory, dispatch, objects, outbox, uploads
from accounts.models import Account, AccountAccess, AccountAnchor, EntryCode, User
from accounts.tenancy import AccountRef, acting_in
from privacy import cached, catalog, letters
from privacy.closure import DATA_BACKUP_DAYS, KEPT, KEYRING_BACKUP_DAYS
from privacy.erasure import ledger
from privacy.erasure.entries import Entry
from privacy.erasure.places import CONTROL, Place
from privacy.exporting import public_key, signer
from privacy.models import Closure
from privacy.vocabulary import clock, keyring
from privacy.vocabulary.models import AccountKey
from privacy.vocabulary.scope import SYSTEM, Purpose

log = logging.getLogger("keepwell.purge")

FORMAT = "keepwell-closure-1"
ACTION, CLOSED = "account_purged", "account_closed"
ROUNDS = 5
SESSIONS, JOBS = "accounts_regionsession", "accounts_outboxjob"
_HEAD = "SELECT seq, encode(hash, 'hex') FROM accounts_audithead WHERE account_id = %s"


class NotEmpty(RuntimeError):
    """Something of the account is left after a step that should have removed it; the job tries again."""


@outbox.handles("closure.purge", long=True)
def purge(work: outbox.Work) -> None:
    """Delete everything of an account whose closure is due, or do nothing when it was taken back."""
    run(work, after=lambda step: None)


def run(work: outbox.Work, *, after: Callable[[str], None]) -> None:
    """Run all steps in order; `after` is called with each step's name once it is done."""
    if not _begin(work):
        return
    after("begin")
    for step in STEPS:
        work.beat()
        step(work)
        after(step.__name__.strip("_"))
    _delete_the_anchor(work)


def statement_of(account: Account) -> dict[str, Any]:
    """Return what is written about the deletion of an account so far; empty before it began."""
    return dict((account.certificate or {}).get("statement", {}))


def public_key_of(account: Account) -> str:
    """Return the key that signed an account's certificate, in hexadecimal; empty before it was."""
    return str((account.certificate or {}).get("public_key", ""))


def is_certified(account: Account) -> bool:
    """Tell whether the certificate is signed."""
    return "signature" in (account.certificate or {})


def canonical(statement: dict[str, Any]) -> bytes:
    """Return the bytes of a statement that are signed: JSON, keys sorted, no spaces."""
    return json.dumps(statement, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _begin(work: outbox.Work) -> bool:
    """Turn a due closure into a purge, under the lock that cancelling takes; return whether to go on."""
    with acting_in(work.account, purpose=Purpose.CLOSURE):
        work.beat_here()
        anchor = (
            AccountAnchor.objects.select_for_update().filter(account_id=work.account.id).first()
        )
        if anchor is None or anchor.state == AccountAnchor.State.PURGING:
            return anchor is not None
        closure = Closure.objects.filter(pk=work.payload["closure"], cancelled_at=None).first()
        if anchor.state != AccountAnchor.State.CLOSING or closure is None:
            return False
        if closure.purge_due_at > clock.now():
            outbox.enqueue("closure.purge", work.payload, run_at=closure.purge_due_at)
            return False
        anchor.state = AccountAnchor.State.PURGING
        anchor.save(update_fields=["state"])
        audit.record("closure.purging", by=SYSTEM, of=closure)
        return True


def _take_stock(work: outbox.Work) -> None:
    """Close the doors in control and write down, once, what there is before anything goes."""
    account = Account.objects.get(pk=work.account.id)
    directory.forget(account.slug)
    if account.certificate is not None:
        return
    with acting_in(work.account, purpose=Purpose.CLOSURE):
        closure = Closure.objects.get(pk=work.payload["closure"])
        keys = len(keyring.client_ids_with_keys()) + 1
    with _purger(work.account) as connection:
        rows = catalog.left(catalog.census(connection, account.pk))
        with connection.transaction():
            catalog.enter(connection, account.pk)
            head = connection.execute(_HEAD, [account.pk]).fetchone()
    owner = AccountAccess.objects.filter(account=account, is_owner=True).first()
    statement = {
        "format": FORMAT,
        "account": str(account.pk),
        "slug": account.slug,
        "practice": account.name,
        "region": work.account.region,
        "cell": account.cell,
        "owner": str(owner.user_id) if owner else "",
        "asked_at": closure.requested_at.isoformat(),
        "due_at": closure.purge_due_at.isoformat(),
        "begun_at": clock.now().isoformat(),
        "rows": rows,
        "keys": keys,
        "files": len(objects.keys_of(work.account.cell, account.pk)),
        "audit_head": f"{head[0]}:{head[1]}" if head else "none",
    }
    Account.objects.filter(pk=account.pk).update(
        state=Account.State.PURGING, certificate={"statement": statement}
    )


def _enter_in_the_ledger(work: outbox.Work) -> None:
    """Let no backup bring the account back: the ledger outside the database knows before anything goes (RT-8)."""
    account = Account.objects.get(pk=work.account.id)
    if "ledger_entry" not in statement_of(account):
        seq = ledger.enter(
            work.account.cell, decision=account.pk, action=ACTION, account=account.pk, records=[]
        )
        _note(work, "ledger_entry", str(seq))


def _destroy_keys(work: outbox.Work) -> None:
    """Make everything unreadable at once, also for processes that remember keys: they look at the key epoch."""
    with acting_in(work.account, purpose=Purpose.CLOSURE):
        keyring.destroy_account_keys()
    with acting_in(work.account, purpose=Purpose.CLOSURE):
        AccountAnchor.objects.filter(account_id=work.account.id).update(
            key_epoch=F("key_epoch") + 1
        )
    _note(work, "unreadable_from", clock.now().isoformat())


def _end_sessions_and_jobs(work: outbox.Work) -> None:
    """End every session, and every job but this one."""
    with _purger(work.account) as connection:
        _empty(work, connection, SESSIONS)
        _empty(work, connection, JOBS)


def _delete_rows(work: outbox.Work) -> None:
    """Empty every table that the catalog names, in batches; again while the audit still brings events."""
    with _purger(work.account) as connection:
        for _ in range(ROUNDS):
            for table in catalog.tables(connection):
                if table != catalog.ANCHOR:
                    _empty(work, connection, table)
            if not _left(work, connection):
                return
    raise NotEmpty("rows are left")


def _delete_objects(work: outbox.Work) -> None:
    """Delete every object below the account's prefix."""
    uploads.abandon_all(work.account.cell, work.account.id)
    objects.delete_all(work.account.cell, work.account.id)


def _clear_cache(work: outbox.Work) -> None:
    """Delete every key of the region's cache that names the account."""
    cached.forget(work.account, [work.account.id])


def _check(work: outbox.Work) -> None:
    """Ask catalog, keyring, object store and cache whether anything is left; raise `NotEmpty` if so."""
    account = work.account
    with _purger(account) as connection:
        rows = _left(work, connection)
    with acting_in(account, purpose=Purpose.CLOSURE) as active, keyring.keyring_transaction():
        keys = AccountKey.objects.using(active.keyring).filter(account_id=account.id).count()
    with acting_in(account, purpose=Purpose.CLOSURE):
        keys += len(keyring.client_ids_with_keys())
    files = len(objects.keys_of(account.cell, account.id))
    known = len(cached.found(account, [account.id]))
    if rows or keys or files or known:
        raise NotEmpty(f"left: {len(rows)} tables, {keys} keys, {files} files, {known} cached")
    _note(work, "stores_empty_at", clock.now().isoformat())


def _certify(work: outbox.Work) -> None:
    """Sign what was done, close the account in control, take every right to enter, and mail the certificate."""
    account = Account.objects.get(pk=work.account.id)
    if is_certified(account):
        return
    statement = statement_of(account)
    gone = datetime.fromisoformat(statement["unreadable_from"])
    empty = datetime.fromisoformat(statement["stores_empty_at"])
    statement |= {
        "closed_at": clock.now().isoformat(),
        "backups_unreadable_by": (gone + timedelta(days=KEYRING_BACKUP_DAYS)).isoformat(),
        "backups_gone_by": (empty + timedelta(days=DATA_BACKUP_DAYS)).isoformat(),
        "kept": KEPT,
    }
    region = work.account.region
    certificate = {
        "statement": statement,
        "public_key": public_key(region)[0],
        "signature": signer(region).sign(canonical(statement)).hex(),
    }
    ledger.enter(CONTROL.name, decision=account.pk, action=CLOSED, account=account.pk, records=[])
    with transaction.atomic(using="default"):
        Account.objects.filter(pk=account.pk).update(
            state=Account.State.CLOSED, closed_at=clock.now(), certificate=certificate
        )
        _shut_out(account.pk)
        control_tasks.ask("closure.certificate", cell=work.account.cell, account=str(account.pk))
    directory.forget(account.slug)


STEPS: tuple[Callable[[outbox.Work], None], ...] = (
    _take_stock,
    _enter_in_the_ledger,
    _destroy_keys,
    _end_sessions_and_jobs,
    _delete_rows,
    _delete_objects,
    _clear_cache,
    _check,
    _certify,
)


def _delete_the_anchor(work: outbox.Work) -> None:
    """In one transaction: what the audit brought last, this job's row, the anchor. Then the region knows nothing."""
    account_id = work.account.id
    with _purger(work.account) as connection, connection.transaction():
        for table in catalog.tables(connection):
            while catalog.delete_batch(connection, table, account_id):
                pass


def _shut_out(account_id: UUID) -> None:
    """Take every right to enter an account that is closed."""
    AccountAccess.objects.filter(account_id=account_id).delete()
    EntryCode.objects.filter(account_id=account_id).delete()


def _is_closed_here(where: Place, entry: Entry) -> bool:
    shut = [Account.State.PURGING, Account.State.CLOSED]
    return Account.objects.filter(pk=entry.account, state__in=shut).exists()


def _close_again(where: Place, entry: Entry) -> None:
    """Close in a restored control what was closed; the certificate is the one that was mailed."""
    with transaction.atomic(using="default"):
        found = Account.objects.filter(pk=entry.account).exclude(state=Account.State.CLOSED)
        found.update(state=Account.State.CLOSED, closed_at=datetime.fromisoformat(entry.at))
        _shut_out(entry.account)


def _is_known(where: Place, entry: Entry) -> bool:
    with acting_in(AccountRef(entry.account, "", where.name), purpose=Purpose.CLOSURE) as active:
        anchor = active.anchor
        return anchor is not None and anchor.state == AccountAnchor.State.PURGING


def _again(where: Place, entry: Entry) -> None:
    """Delete in a restored region what was deleted before: control and certificate stand as they were."""
    account = AccountRef(entry.account, "", where.name)
    with acting_in(account, purpose=Purpose.CLOSURE) as active:
        if active.anchor is None:
            return
        keyring.destroy_account_keys()
        AccountAnchor.objects.filter(account_id=account.id).update(
            state=AccountAnchor.State.PURGING, key_epoch=F("key_epoch") + 1
        )
    objects.delete_all(account.cell, account.id)
    cached.forget(account, [account.id])
    with _purger(account) as connection:
        for _ in range(ROUNDS):
            for table in catalog.tables(connection):
                while catalog.delete_batch(connection, table, account.id):
                    pass
            if not catalog.left(catalog.census(connection, account.id)):
                return
    raise NotEmpty("rows are left")


ledger.ACTIONS[ACTION] = ledger.Action(_is_known, _again)
ledger.ACTIONS[CLOSED] = ledger.Action(_is_closed_here, _close_again)


@control_tasks.handles("closure.certificate")
def mail_certificate(cell_name: str, payload: dict[str, Any]) -> None:
    """Send the certificate to the former Owner; asked again until the mail has left."""
    account = Account.objects.get(pk=payload["account"])
    statement = statement_of(account)
    owner = User.objects.filter(pk=statement["owner"]).first() if statement["owner"] else None
    if owner is not None:
        dates = {
            name: datetime.fromisoformat(statement[name])
            for name in ("unreadable_from", "backups_unreadable_by", "backups_gone_by")
        }
        letters.send(
            "closed",
            owner.email,
            cell_name,
            attachments=[(f"{account.slug}-certificate.json", as_file(account))],
            name=owner.get_full_name(),
            account=account,
            rows=sum(statement["rows"].values()),
            files=statement["files"],
            zone="UTC",
            **dates,
        )


def as_file(account: Account) -> str:
    """Return the certificate as the text of a JSON file."""
    return json.dumps(account.certificate, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _note(work: outbox.Work, name: str, value: str) -> None:
    """Write a date into the statement in control, unless it stands there already."""
    with transaction.atomic(using="default"):
        account = Account.objects.select_for_update().get(pk=work.account.id)
        statement = statement_of(account)
        if not is_certified(account) and name not in statement:
            certificate = {"statement": {**statement, name: value}}
            Account.objects.filter(pk=account.pk).update(certificate=certificate)


def _purger(account: AccountRef) -> psycopg.Connection[Any]:
    return dispatch.connect(account.cell, "purger")


def _empty(work: outbox.Work, connection: psycopg.Connection[Any], table: str) -> None:
    own = work.job_id if table == JOBS else None
    while catalog.delete_batch(connection, table, work.account.id, but=own):
        work.beat()


def _left(work: outbox.Work, connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Return what the catalog's tables still hold of the account, besides this job's row and the anchor."""
    counts = catalog.census(connection, work.account.id)
    counts[JOBS] -= 1
    counts[catalog.ANCHOR] -= 1
    return catalog.left(counts)
