"""`manage.py rotate` wraps the accounts' keys by their region's present key, so that former ones can be taken away."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import audit
from accounts.cells import Cell, cells
from accounts.dispatch import accounts_of
from accounts.tenancy import AccountRef, acting_in
from privacy.vocabulary import keyring, region_keys
from privacy.vocabulary.region_keys import KeysAway
from privacy.vocabulary.scope import SYSTEM, Purpose
from privacy.vocabulary.sealing import Unreadable

EVERY = 500


class Command(BaseCommand):
    """Run after REGION_KEY_… was changed; work goes on meanwhile, and running it again goes on where it was."""

    help = "--kek: wrap every account's key by its region's present key (CR-4). --check: say which keys wrap how many."

    def add_arguments(self, parser: CommandParser) -> None:
        does = parser.add_mutually_exclusive_group(required=True)
        does.add_argument("--kek", action="store_true", help="wrap anew what former keys wrap")
        does.add_argument("--check", action="store_true", help="count; exit 1 while one is needed")

    def handle(self, *args: Any, **options: Any) -> None:
        region, left = settings.WORKER_REGION, 0
        for cell in cells().values():
            if region in ("", cell.region):
                left += self._of(cell, rewraps=options["kek"])
        if left:
            raise CommandError(
                f"{left} accounts still need a former key. Run --kek, again if need be."
            )

    def _of(self, cell: Cell, *, rewraps: bool) -> int:
        """Do one cell, account by account; print how far it is and what wraps how many; return how many are left."""
        now = region_keys.present(cell.region).name
        found: Counter[str] = Counter()
        accounts = accounts_of(cell.name)
        for done, account in enumerate(accounts, start=1):
            try:
                found.update(_rewrapped(account) if rewraps else _wrapping(account))
            except (Unreadable, KeysAway) as error:
                self.stderr.write(f"{cell.name} {account.slug}: {error}")
                found["unknown"] += 1
            if done % EVERY == 0:
                self.stdout.write(f"{cell.name}: {done} of {len(accounts)} accounts")
        for name, count in found.most_common():
            role = "present" if name == now else "former"
            self.stdout.write(f"{cell.name}: {count} accounts wrapped by {name} ({role})")
        return sum(found.values()) - found[now]


def _rewrapped(account: AccountRef) -> set[str]:
    """Wrap one account's keys anew; return what wraps them afterwards."""
    with acting_in(account, by=SYSTEM, purpose=Purpose.MAINTENANCE):
        before = keyring.account_keys_wrapped_by()
        if keyring.rewrap_account_keys():
            detail = {"before": sorted(before)}
            audit.record("account.key_rewrapped", by=SYSTEM, kind="accounts.Account", detail=detail)
        return keyring.account_keys_wrapped_by()


def _wrapping(account: AccountRef) -> set[str]:
    with acting_in(account, by=SYSTEM, purpose=Purpose.MAINTENANCE):
        return keyring.account_keys_wrapped_by()
