"""What shows that a promise is kept: found by looking, by a recorded test, or only declared; with its date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.formats import number_format
from django.utils.functional import Promise as Words
from django.utils.translation import gettext_lazy as _


class Verdict(StrEnum):
    """How a promise stands. What isn't shown is never green."""

    BROKEN = "broken"
    YOURS = "yours"
    UNSHOWN = "unshown"
    KEPT = "kept"

    @property
    def words(self) -> str | Words:
        """What people read."""
        return WORDS[self]


WORDS: dict[str, Words] = {
    Verdict.BROKEN: _("Broken"),
    Verdict.YOURS: _("Your turn"),
    Verdict.UNSHOWN: _("Not shown"),
    Verdict.KEPT: _("Kept"),
}
# From the one that tells most about a promise
ORDER = tuple(Verdict)


class How(StrEnum):
    """Where a piece of evidence comes from."""

    LOOKED = "looked"
    TESTED = "tested"
    DECLARED = "declared"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for or against a promise: in words, and when it was found (aware; None says just now).

    `page`: the name of the account's page where there is more.
    """

    verdict: Verdict
    words: str
    at: datetime | None = None
    page: str = ""
    how: How = How.LOOKED


def told(words: str, /, **numbers: int) -> str:
    """Put numbers into words, each with the reader's thousands separator."""
    return words % {key: number_format(n, force_grouping=True) for key, n in numbers.items()}


Probe = Callable[[], Evidence]


def worst(evidence: tuple[Evidence, ...]) -> Verdict:
    """Return what several pieces of evidence come to; none at all shows nothing."""
    found = {each.verdict for each in evidence}
    return next((each for each in ORDER if each in found), Verdict.UNSHOWN)
