"""`manage.py residency`: where each part stands (RP-5), and what lies in every region, against who lives there (RP-6)."""

from __future__ import annotations

from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.whereabouts import proof
from accounts.whereabouts.declared import declared
from privacy.residency import census, statements


class Command(BaseCommand):
    """The census runs each night where backups are made: it looks as `keepwell_backup` and changes nothing it looks at."""

    help = (
        "endpoints: ask every part where it stands. census: count what each region holds of whom."
        " Each exits 1 when something is where it shouldn't be."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["endpoints", "census"])
        parser.add_argument("--dry-run", action="store_true", help="count, write no statements")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "endpoints":
            self.endpoints()
        else:
            self.census(dry_run=options["dry_run"])

    def endpoints(self) -> None:
        """Print each part with the region declared, who runs it and by what that is proven."""
        verdicts = proof.examine(declared())
        for each in verdicts:
            told = each.proof or each.wrong.upper() or f"silent: {each.silent}"
            where = each.endpoint
            self.stdout.write(
                f"{where.setting:<24} {where.kind:<9} {where.region:<8} {where.run_by:<14} {told}"
            )
        if not all(each.proof for each in verdicts):
            raise CommandError("Not every part is proven to stand where it is declared.")

    def census(self, *, dry_run: bool) -> None:
        """Count, write each account's statement, and tell what is astray."""
        if not settings.DB_PASSWORDS["backup"]:
            raise CommandError("Set DB_PASSWORD_BACKUP: the census looks as keepwell_backup.")
        try:
            taken = census.take()
        except psycopg.OperationalError as error:
            raise CommandError(f"A database can't be looked at: {error}") from None
        written = 0 if dry_run else statements.write(taken)
        for each in taken.findings:
            self.stdout.write(f"ASTRAY {each}")
        self.stdout.write(
            f"{len(taken.counts)} accounts in {', '.join(taken.cells)}, {written} statements, "
            f"{len(taken.findings)} findings."
        )
        if taken.findings:
            raise CommandError("Something lies where it shouldn't.")
