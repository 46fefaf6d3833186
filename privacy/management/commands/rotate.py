"""`manage.py rotate` puts newer keys in the place of old ones: a region's, an account's, a client's (CR-4)."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import audit
from accounts.cells import Cell, cells
from accounts.dispatch import accounts_of
from accounts.tenancy import AccountRef, acting_in
from privacy.rotation import renewing
from privacy.vocabulary import region_keys, rekeying
from privacy.vocabulary.region_keys import KeysAway
from privacy.vocabulary.scope import SYSTEM, Purpose
from privacy.vocabulary.sealing import Unreadable

EVERY = 500


class Command(BaseCommand):
    """Run after REGION_KEY_… was changed; work goes on meanwhile, and running it again goes on where it was."""

    help = (
        "--kek: wrap every account's key by its region's present key. --check: say which keys wrap how many. --account:"
        " a newer key for an account. --client: a newer key for one of its clients, values and files sealed anew."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        does = parser.add_mutually_exclusive_group(required=True)
        does.add_argument("--kek", action="store_true", help="wrap anew what former keys wrap")
        does.add_argument("--check", action="store_true", help="count; exit 1 while one is needed")
        does.add_argument("--account", default="", help="the name in the account's address")
        does.add_argument("--client", type=UUID, help="the client's id; --of says in which account")
        parser.add_argument("--of", default="", help="the account of --client")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["account"] or options["client"]:
            self._renew(options["account"] or options["of"], options["client"])
            return
        region, left = settings.WORKER_REGION, 0
        for cell in cells().values():
            if region in ("", cell.region):
                left += self._of(cell, rewraps=options["kek"])
        if left:
            raise CommandError(
                f"{left} accounts still need a former key. Run --kek, again if need be."
            )

    def _renew(self, slug: str, client_id: UUID | None) -> None:
        """Renew the key of an account or of a client; what was begun and killed is finished."""
        if not settings.DB_PASSWORDS["rotator"]:
            raise CommandError(
                "Set DB_PASSWORD_ROTATOR: values are sealed anew as keepwell_rotator."
            )
        found = [each for cell in cells() for each in accounts_of(cell) if each.slug == slug]
        if len(found) != 1:
            raise CommandError(f"No account is called {slug!r} here.")
        try:
            done = (
                renewing.renew_client(found[0], client_id)
                if client_id
                else renewing.renew_account(found[0])
            )
        except (Unreadable, KeysAway, renewing.NotDone) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{slug}: {done} rows, keys and files are under the newest key.")

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
        before = rekeying.account_keys_wrapped_by()
        if rekeying.rewrap_account_keys():
            detail = {"before": sorted(before)}
            audit.record("account.key_rewrapped", by=SYSTEM, kind="accounts.Account", detail=detail)
        return rekeying.account_keys_wrapped_by()


def _wrapping(account: AccountRef) -> set[str]:
    with acting_in(account, by=SYSTEM, purpose=Purpose.MAINTENANCE):
        return rekeying.account_keys_wrapped_by()
