"""`manage.py residency`: where each part stands (RP-5), and what lies in every region, against who lives there (RP-6)."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.whereabouts import proof
from accounts.whereabouts.declared import declared
from privacy.canary import flight
from privacy.canary.stores import folder
from privacy.residency import census, statements


class Command(BaseCommand):
    """The census runs each night where backups are made: it looks as `keepwell_backup` and changes nothing it looks at."""

    help = (
        "endpoints: ask every part where it stands. census: count what each region holds of whom."
        " canary: send words of nobody's through the product in one region, and look for them everywhere."
        " Each exits 1 when something is where it shouldn't be."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["endpoints", "census", "canary"])
        parser.add_argument("--region", default="", help="canary: where it flies")
        parser.add_argument(
            "--also",
            action="append",
            default=[],
            metavar="REGION=PATH",
            help="canary: more files to search, such as logs=/var/log or eu=/var/spool/mail",
        )
        parser.add_argument("--dry-run", action="store_true", help="count, write no statements")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "endpoints":
            self.endpoints()
        elif options["action"] == "canary":
            self.canary(options["region"] or settings.REGION_CODES[0], options["also"])
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

    def canary(self, region: str, also: list[str]) -> None:
        """Fly, search, and tell what is astray; without finds where some must be, the search proves nothing."""
        if not settings.DB_PASSWORDS["backup"]:
            raise CommandError("Set DB_PASSWORD_BACKUP: the canary looks as keepwell_backup.")
        flown = flight.fly(region)
        more = [each.partition("=")[::2] for each in also]
        held = chain(
            flight.held_here(flown),
            (
                (where, f"file: {name}", data)
                for where, path in more
                for name, data in folder(Path(path))
            ),
        )
        finds = flown.finds(held)
        astray = flown.astray(finds)
        unproven = flight.missing(flown, finds, expected=("database", "page"))
        for each in astray:
            self.stdout.write(f"ASTRAY {each}")
        for name in unproven:
            self.stdout.write(f"UNPROVEN: no word was found in the {name} of {region}")
        self.stdout.write(
            f"{len(flown.words.given)} words in {region}: {len(finds)} finds, {len(astray)} astray."
        )
        if astray or unproven:
            raise CommandError("The canary's words are not where they should be.")

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
