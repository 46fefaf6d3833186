"""`manage.py residency census` counts what lies in every region, against who lives there (RP-6)."""

from __future__ import annotations

from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from privacy.residency import census, statements


class Command(BaseCommand):
    """Run each night where backups are made: it looks as `keepwell_backup` and changes nothing that it looks at."""

    help = "census: count what each region holds of whom; exits 1 when something lies where it shouldn't."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["census"])
        parser.add_argument("--dry-run", action="store_true", help="count, write no statements")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DB_PASSWORDS["backup"]:
            raise CommandError("Set DB_PASSWORD_BACKUP: the census looks as keepwell_backup.")
        try:
            taken = census.take()
        except psycopg.OperationalError as error:
            raise CommandError(f"A database can't be looked at: {error}") from None
        written = 0 if options["dry_run"] else statements.write(taken)
        for each in taken.findings:
            self.stdout.write(f"ASTRAY {each}")
        self.stdout.write(
            f"{len(taken.counts)} accounts in {', '.join(taken.cells)}, {written} statements, "
            f"{len(taken.findings)} findings."
        )
        if taken.findings:
            raise CommandError("Something lies where it shouldn't.")
