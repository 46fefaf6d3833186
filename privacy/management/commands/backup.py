"""`manage.py backup` makes, lists and ends backups of this process's regions and of control (RT-9)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.whereabouts import proof
from accounts.whereabouts.declared import WrongPlace
from privacy.backups import ending, making
from privacy.backups.programs import Failed
from privacy.backups.sorts import SORTS, NotConfigured, Sort, sorts


class Command(BaseCommand):
    """Run `make` and `expire` each night, where keepwell_backup's password is: nowhere else."""

    help = "make: back up. list: what there is; exits 1 when something should be gone. expire: delete what is over."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["make", "list", "expire"])
        parser.add_argument("--what", nargs="+", choices=SORTS, default=SORTS)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            proof.require()
        except WrongPlace as wrong:
            raise CommandError(str(wrong)) from None
        does = {"make": self._make, "list": self._list, "expire": self._expire}[options["action"]]
        try:
            late = [does(sort) for sort in sorts(tuple(options["what"]), settings.WORKER_REGION)]
        except (Failed, NotConfigured) as error:
            raise CommandError(str(error)) from None
        if any(late):
            raise CommandError(f"{sum(late)} backups are older than we promise.")

    def _make(self, sort: Sort) -> int:
        made = making.make(sort)
        self.stdout.write(f"{sort.place} {sort.name}: {made.id}, {made.size} bytes")
        return 0

    def _list(self, sort: Sort) -> int:
        late = 0
        for each in ending.kept(sort):
            words = "" if each.is_whole else " HALF-DONE"
            if each.is_late:
                words, late = f"{words} TOO OLD", late + 1
            made, ends = f"{each.made_at:%Y-%m-%d %H:%M}", f"{each.ends_at:%Y-%m-%d}"
            self.stdout.write(
                f"{sort.place} {sort.name}: {each.name} of {made}, until {ends}{words}"
            )
        return late

    def _expire(self, sort: Sort) -> int:
        for each in ending.expire(sort):
            self.stdout.write(f"{sort.place} {sort.name}: {each.name} is gone")
        return sum(each.is_late for each in ending.kept(sort))
