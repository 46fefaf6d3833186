"""`manage.py demo_data` fills an empty demo once, the same way on every machine, and notes the facts."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Account, User
from config.demo import data
from config.demo.data.imported import add_import
from config.demo.home import Home
from privacy.residency import census, statements


class Command(BaseCommand):
    """Loads the demo's practices."""

    help = "Load Harbour Physio and Liffey Psychology into an empty demo."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--small", action="store_true", help="few clients, one month of work")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO or settings.TESTING):
            raise CommandError("Only the demo is filled with invented people.")
        if User.objects.exists():
            raise CommandError("Loading was interrupted. Start over with bin/demo --fresh.")
        practices = (data.HARBOUR, data.LIFFEY)
        if options["small"]:
            practices = (data.small(data.HARBOUR), data.small(data.LIFFEY))
        facts = [data.load(practice) for practice in practices]
        for account in Account.objects.order_by("slug"):
            add_import(account.ref)
        staff = "support@keepwell.example"
        user = User.objects.create_superuser(staff, data.PASSWORD, name="Keepwell support")
        EmailAddress.objects.create(user=user, email=staff, verified=True, primary=True)
        if settings.DEMO:
            statements.write(census.take())
            Home(settings.HOME).add_facts(
                accounts=facts, support={"email": staff, "password": data.PASSWORD}
            )
