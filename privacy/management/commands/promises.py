"""`manage.py promises` prints the promise board of every account, or of one: promise, mechanism, evidence, verdict."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import dispatch
from accounts.cells import cells
from accounts.models import Account
from accounts.tenancy import AccountRef, acting_in
from privacy.promises import recorded
from privacy.promises.evidence import ORDER, Verdict
from privacy.promises.judging import Judged, judge
from privacy.promises.register import PROMISES
from privacy.vocabulary.scope import SYSTEM, Purpose


class Command(BaseCommand):
    """Asks what the page asks. What needs the Owner is no fault of the product; what isn't shown or is broken is."""

    help = "Print how each promise stands; exits 1 when one is not kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", help="one account by its slug, with all evidence")

    def handle(self, *args: Any, **options: Any) -> None:
        if why := recorded.missing():
            self.stdout.write(why)
        if options["account"]:
            judged = _judged(_named(options["account"]))
            for each in judged:
                self._tell(each)
            failing = [each.promise.name for each in judged if _fails(each.verdict)]
        else:
            failing = self._tell_all()
        if failing:
            raise CommandError(f"Not kept, or not shown: {', '.join(failing)}.")

    def _tell(self, each: Judged) -> None:
        self.stdout.write(f"{each.promise.name:<4} {each.verdict:<8} {each.promise.says}")
        self.stdout.write(f"     kept by: {each.promise.kept_by}")
        for found in (found for found in each.evidence if found.words):
            at = f", {found.at:%Y-%m-%d %H:%M}" if found.at else ""
            self.stdout.write(f"     {found.how} ({found.verdict}): {found.words}{at}")

    def _tell_all(self) -> list[str]:
        """Print for each promise in how many accounts it has which verdict; return those that fail somewhere."""
        found: dict[str, Counter[Verdict]] = {each.name: Counter() for each in PROMISES}
        for cell in cells():
            for account in dispatch.accounts_of(cell):
                for each in _judged(account):
                    found[each.promise.name][each.verdict] += 1
        for promise in PROMISES:
            told = ", ".join(
                f"{verdict} {found[promise.name][verdict]}"
                for verdict in ORDER
                if found[promise.name][verdict]
            )
            self.stdout.write(f"{promise.name:<4} {told or 'no account':<40} {promise.says}")
        return [
            name for name, verdicts in found.items() if any(_fails(verdict) for verdict in verdicts)
        ]


def _fails(verdict: Verdict) -> bool:
    return verdict in (Verdict.BROKEN, Verdict.UNSHOWN)


def _named(slug: str) -> AccountRef:
    account = Account.objects.filter(slug=slug).first()
    if account is None:
        raise CommandError(f"There is no account {slug!r}.")
    return account.ref


def _judged(account: AccountRef) -> list[Judged]:
    with acting_in(account, by=SYSTEM, purpose=Purpose.MAINTENANCE):
        return judge()
