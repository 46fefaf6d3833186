"""`manage.py requests` takes in what people ask about their data, other than by a practice's page (P21)."""

from __future__ import annotations

import sys
from email import message_from_binary_file, policy
from email.message import EmailMessage
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import directory
from accounts.tenancy import acting_in
from privacy.desk import mail
from privacy.vocabulary.scope import VISITOR, Purpose


class Command(BaseCommand):
    """Let your mail server pipe what comes to a practice's address for requests into it."""

    help = "mail SLUG: opens a request of that practice from the message on standard input."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["mail"])
        parser.add_argument("slug")

    def handle(self, *args: Any, **options: Any) -> None:
        account = directory.find(options["slug"])
        if account is None:
            raise CommandError("No practice has this address.")
        message = message_from_binary_file(sys.stdin.buffer, EmailMessage, policy=policy.default)
        with acting_in(account, by=VISITOR, purpose=Purpose.REQUEST):
            case = mail.take(message)
            self.stdout.write(case.reference if case else "Not taken: written by a machine.")
