"""`manage.py audit sequence` makes the chain, `audit verify` proves it."""

from __future__ import annotations

import signal
import time
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import sequencer
from accounts.calm import FILE_STORE
from accounts.cells import cells
from accounts.dispatch import accounts_of
from accounts.verification import verify
from accounts.whereabouts import proof
from accounts.whereabouts.declared import WrongPlace

ALARM_SECONDS = 60


class Command(BaseCommand):
    """Sequencer and verifier of the audit."""

    help = "sequence: link what waits, for ever (--once: one round). verify: prove every account's chain; exits 1 if not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["sequence", "verify"])
        parser.add_argument(
            "--once", action="store_true", help="one round, then an anchor, then stop"
        )
        parser.add_argument("--account", default="", help="slug of one account")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            proof.require()
        except WrongPlace as wrong:
            raise CommandError(str(wrong)) from None
        if options["action"] == "verify":
            self.verify(options["account"])
        elif options["once"]:
            for cell in self.own_cells():
                self.drain(cell)
                sequencer.anchor(cell)
        else:
            self.sequence_for_ever()

    def own_cells(self) -> list[str]:
        """Return the cells of this process's region, or all in one-process installations."""
        region = settings.WORKER_REGION
        return [cell.name for cell in cells().values() if region in ("", cell.region)]

    def drain(self, cell: str) -> int:
        """Link everything that waits in a cell; return how many."""
        total = 0
        while done := sequencer.sequence(cell):
            total += done
        return total

    def sequence_for_ever(self) -> None:
        """Link what waits every second, anchor what is new every few minutes, survive a part that is away."""
        stopping: list[int] = []
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda number, frame: stopping.append(number))
        due: dict[str, float] = {}
        while not stopping:
            for cell in self.own_cells():
                try:
                    if self.drain(cell):
                        due.setdefault(cell, time.monotonic() + settings.AUDIT_ANCHOR_SECONDS)
                    if due.get(cell, float("inf")) < time.monotonic():
                        sequencer.anchor(cell)
                        del due[cell]
                except (psycopg.Error, *FILE_STORE) as error:
                    sequencer.log.error(
                        "sequencer waits", extra={"cell": cell, "error": type(error).__name__}
                    )
                    time.sleep(2)
            time.sleep(1)

    def verify(self, slug: str) -> None:
        """Print each account's verdict; fail when one chain is not whole or events wait too long."""
        broken = 0
        for cell in self.own_cells():
            late = sequencer.waiting_seconds(cell)
            if late > ALARM_SECONDS:
                broken += 1
                self.stdout.write(
                    f"{cell}: events have waited {late:.0f} s to be linked: is the sequencer running?"
                )
            for account in accounts_of(cell):
                if slug not in ("", account.slug):
                    continue
                links, anchored, wrong = verify(account)
                broken += bool(wrong)
                verdict = "whole" if not wrong else "BROKEN"
                self.stdout.write(
                    f"{cell} {account.slug}: {links} links, anchored up to {anchored}, {verdict}"
                )
                for finding in wrong[:20]:
                    self.stdout.write(f"  link {finding.seq} {finding.what}")
        if broken:
            raise CommandError("The audit is not whole.")
