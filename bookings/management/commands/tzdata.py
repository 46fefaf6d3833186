"""`manage.py tzdata reresolve` follows the law: coming appointments keep their wall time, instants are worked out anew."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.cells import cells
from accounts.dispatch import accounts_of
from accounts.models import AccountAnchor
from accounts.models.practice import current_anchor
from accounts.tenancy import AccountRef, acting_in
from bookings.availability.wall_time import tzdb_version
from bookings.hours.reresolving import Changed, reresolve
from bookings.openings.taking import Taken
from privacy.vocabulary.scope import SYSTEM, Purpose


class Command(BaseCommand):
    """Run after an upgrade of the time-zone database; running it again is harmless."""

    help = "reresolve: give coming appointments the instants their wall times mean by the installed time-zone database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["reresolve"])
        parser.add_argument("--dry-run", action="store_true", help="print, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        region, waiting, total = settings.WORKER_REGION, 0, 0
        for cell in cells().values():
            if region not in ("", cell.region):
                continue
            for account in accounts_of(cell.name):
                found = self._of(account, dry_run=options["dry_run"])
                waiting += found is None
                total += len(found or ())
        verb = "would change" if options["dry_run"] else "changed"
        self.stdout.write(f"Time-zone database {tzdb_version()}: {total} appointments {verb}.")
        if waiting:
            raise CommandError(f"{waiting} accounts were busy. Run this again.")

    def _of(self, account: AccountRef, *, dry_run: bool) -> list[Changed] | None:
        """Do one account in a transaction of its own, and print what changed; None: it was busy."""
        try:
            with acting_in(account, by=SYSTEM, purpose=Purpose.MAINTENANCE):
                if current_anchor().state != AccountAnchor.State.ACTIVE:
                    return []
                found = reresolve(by=SYSTEM, dry_run=dry_run)
        except Taken:
            self.stdout.write(f"{account.cell} {account.slug}: busy, nothing changed")
            return None
        for each in found:
            self.stdout.write(f"{account.cell} {account.slug}: {_line(each)}")
        return found


def _line(each: Changed) -> str:
    words = f"{each.appointment} {each.wall:%Y-%m-%d %H:%M} {each.zone}: "
    words += f"{each.before:%Y-%m-%d %H:%M}Z -> {each.after:%Y-%m-%d %H:%M}Z"
    if each.wall_after != each.wall:
        words += f", on the wall now {each.wall_after:%H:%M}"
    return words + (", OVERBOOKED: look at it" if each.is_overbooked else "")
