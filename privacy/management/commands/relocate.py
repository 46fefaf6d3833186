"""`manage.py relocate` moves an account to another region, goes on with moves, takes one back, tells how far they are."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Account
from privacy.models import Relocation
from privacy.relocation import asking, moving
from privacy.vocabulary.scope import SYSTEM


class Command(BaseCommand):
    """Run where both regions can be reached: it reads one and writes the other."""

    help = "ask ACCOUNT --to REGION …: move it; run: go on with all moves; abort ACCOUNT; status."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["ask", "run", "abort", "status"])
        parser.add_argument("account", nargs="?", help="its name in addresses")
        parser.add_argument("--to", default="", help="code of the region")
        parser.add_argument("--basis", default="requested", choices=list(asking.BASES))
        parser.add_argument("--document", default="", help="by which the Owner asked or agreed")
        parser.add_argument("--decided-by", default="", help="who decided")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['action']}")(options)

    def _ask(self, options: dict[str, Any]) -> None:
        try:
            asking.ask(
                by=SYSTEM,
                account=self._account(options),
                region=options["to"],
                basis=options["basis"],
                document=options["document"],
                decided_by=options["decided_by"],
                asked_by=None,
            )
        except asking.NotNow as refusal:
            raise CommandError(str(refusal)) from None
        self._run(options)

    def _run(self, options: dict[str, Any]) -> None:
        moving.go_on()
        self._status(options)

    def _abort(self, options: dict[str, Any]) -> None:
        row = asking.of(self._account(options).pk)
        if row is None or not asking.abort(relocation=row):
            raise CommandError("That account has no move that could be taken back.")
        self._run(options)

    def _status(self, options: dict[str, Any]) -> None:
        for row in Relocation.objects.select_related("account").order_by("asked_at"):
            far = f" {row.progress} of {row.total}" if row.is_open and row.total else ""
            wrong = f" ({row.error})" if row.error else ""
            self.stdout.write(
                f"{row.account.slug}: {row.from_cell} to {row.to_cell}, {row.step}{far}{wrong}"
            )

    def _account(self, options: dict[str, Any]) -> Account:
        found = Account.objects.filter(slug=options["account"] or "").first()
        if found is None:
            raise CommandError("Name an account as its addresses do.")
        return found
