"""`manage.py wall` asks each region's catalog whether the wall around the accounts stands (TI-1)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.cells import cells
from accounts.dispatch import connect
from accounts.wall_report import faults


class Command(BaseCommand):
    """Runs after every migration, before anything serves."""

    help = "Ask each region's catalog whether policies, keys, grants and triggers stand as declared; exits 1 if not."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for cell in cells().values():
            with connect(cell.name, "app") as connection:
                found = faults(connection)
            broken += len(found)
            self.stdout.write(f"{cell.name}: {'the wall stands' if not found else 'BROKEN'}")
            for fault in found:
                self.stdout.write(f"  {fault}")
        if broken:
            raise CommandError("The wall around the accounts does not stand.")
