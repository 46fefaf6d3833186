"""`manage.py erasures` carries out again, in a restored database, what the ledger says was erased since (RT-8)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.tenancy import NotServing
from privacy.erasure import gate, ledger
from privacy.erasure.places import places


class Command(BaseCommand):
    """Run after a database was restored: until then its region serves nobody."""

    help = "check: exits 1 when a region's database is behind its ledger. apply: erase again what it says was erased."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["check", "apply"])

    def handle(self, *args: Any, **options: Any) -> None:
        region, wrong = settings.WORKER_REGION, 0
        for where in places(region):
            try:
                with gate.lifted():
                    done = ledger.apply(where) if options["action"] == "apply" else []
                    ledger.check(where)
            except NotServing as refusal:
                self.stderr.write(f"{where.name}: {refusal}")
                wrong += 1
            else:
                known = len(ledger.entered(where))
                self.stdout.write(f"{where.name}: {len(done)} carried out again, {known} in all.")
        gate.forget()
        if wrong:
            raise CommandError("Not every region may serve.")
