"""`manage.py restore` brings a backup back into an empty database, or objects that are missing (RT-9)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.tenancy import NotServing
from privacy.backups import restoring
from privacy.backups.programs import Failed
from privacy.backups.sorts import SORTS, NotConfigured, sorts
from privacy.vocabulary.streams import Unreadable


class Command(BaseCommand):
    """Run with keepwell_owner's password, then `erasures apply`: until then the region serves nobody."""

    help = "Bring back the newest backup of a sort, or the one that --id names."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=SORTS)
        parser.add_argument("--region", default=settings.WORKER_REGION, help="not for control")
        parser.add_argument("--id", default="", help="as `backup list` names it")

    def handle(self, *args: Any, **options: Any) -> None:
        what, region = options["what"], options["region"]
        wanted = sorts((what,), "" if what == "control" else region)
        if len(wanted) != 1:
            raise CommandError("Name one region: --region au.")
        try:
            found = restoring.restore(wanted[0], options["id"])
        except (restoring.Refused, Failed, NotConfigured, NotServing, Unreadable) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"{found.place} {found.sort} is as of {found.begun_at}. Now run: manage.py erasures apply"
        )
