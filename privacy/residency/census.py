"""The census: what lies in each region against who is assigned there; each account gets a signed statement (RP-6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from accounts.cells import cells
from accounts.models import Account
from privacy.models import Relocation
from privacy.residency import looking
from privacy.residency.looking import Held

CONTROL = "control"
_ENDED = (Relocation.Step.DONE, Relocation.Step.ABORTED)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that lies where it shouldn't: in which cell or in control, what, of whom as far as known."""

    where: str
    what: str
    whose: str = ""
    count: int = 1

    def __str__(self) -> str:
        of = f" of {self.whose}" if self.whose else ""
        return f"{self.where}: {self.count} in {self.what}{of}"


@dataclass(slots=True)
class Census:
    """What was found in one round: per cell what each of its own accounts has there, and what is astray."""

    cells: list[str]
    counts: dict[UUID, Counter[str]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def of(self, account: UUID) -> list[Finding]:
        """Return what is astray of one account."""
        return [each for each in self.findings if each.whose == str(account)]


def take() -> Census:
    """Look into every store of every region that is configured here, and into control; change nothing.

    Who is assigned is asked before and after: what an account that opens or goes meanwhile has is no finding.
    """
    taken = Census(sorted(cells()))
    before = _assigned()
    held = {name: looking.held_in(cell) for name, cell in cells().items()}
    after = _assigned()
    for name, found in held.items():
        own = before.get(name, set()) | after.get(name, set())
        _compare(taken, name, found, own)
    taken.findings += [Finding(CONTROL, what) for what in looking.strange_in_control()]
    return taken


def _compare(taken: Census, cell: str, found: Held, own: set[str]) -> None:
    for whose, counts in sorted(found.items()):
        if whose in own:
            taken.counts[UUID(whose)] = counts
        else:
            taken.findings += [Finding(cell, what, whose, n) for what, n in sorted(counts.items())]


def _assigned() -> Mapping[str, set[str]]:
    """Return cell → ids of the accounts that live there: of all that are not gone for good."""
    found: dict[str, set[str]] = {}
    rows = Account.objects.exclude(state=Account.State.CLOSED).values_list("cell", "pk")
    for cell, pk in rows.iterator():
        found.setdefault(cell, set()).add(str(pk))
    for account, *both in Relocation.objects.exclude(step__in=_ENDED).values_list(
        "account_id", "from_cell", "to_cell"
    ):
        for cell in both:  # while it moves, an account is in two regions, as its Owner asked
            found.setdefault(cell, set()).add(str(account))
    return found
