"""`manage.py duplicates --measure [N]`: how well possible duplicates are found, on invented people whose truth is known."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from clients.alike.measuring import measure


class Command(BaseCommand):
    """Prints recall, precision and time for towns of growing size."""

    help = "Measures on invented people how well records of one person are found"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how many records the largest town has, and which dice make it."""
        parser.add_argument("--measure", type=int, default=50_000, metavar="N", nargs="?")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure towns of a tenth of the size and of the whole."""
        people = options["measure"] or 50_000
        for size in (people // 10, people):
            self.stdout.write(str(measure(size, seed=options["seed"])))
