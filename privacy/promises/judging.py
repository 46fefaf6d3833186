"""Judges the promises: asks every probe, reads the recorded tests, and gives each promise its verdict."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import Error, transaction
from django.utils.translation import gettext as _

from privacy.promises import recorded
from privacy.promises.evidence import Evidence, Probe, Verdict, worst
from privacy.promises.register import PROMISES, Promise
from privacy.vocabulary import scope

log = logging.getLogger("keepwell.promises")


@dataclass(frozen=True, slots=True)
class Judged:
    """A promise with all that speaks for or against it."""

    promise: Promise
    evidence: tuple[Evidence, ...]

    @property
    def verdict(self) -> Verdict:
        """How it stands: as the worst of its evidence says."""
        return worst(self.evidence)

    @property
    def page(self) -> str:
        """The page of the account where there is more, of the evidence that decides; empty for none."""
        pages = [each.page for each in self.evidence if each.page and each.verdict == self.verdict]
        return next(iter(pages), "")


def judge(promises: Iterable[Promise] = PROMISES) -> list[Judged]:
    """Return every promise as it stands for the active account, by number."""
    return [Judged(each, _evidence(each)) for each in promises]


def counts(judged: Iterable[Judged]) -> dict[Verdict, int]:
    """Return how many promises have each verdict."""
    found = Counter(each.verdict for each in judged)
    return {verdict: found[verdict] for verdict in Verdict}


def _evidence(promise: Promise) -> tuple[Evidence, ...]:
    found = [_asked(probe) for probe in promise.probes]
    if promise.tests:
        found.append(recorded.evidence(promise.tests))
    return tuple(found)


def _asked(probe: Probe) -> Evidence:
    """Return what a probe finds; one that fails shows nothing, and spoils nothing for the others."""
    try:
        with transaction.atomic(using=scope.current().database):
            return probe()
    except (Error, LookupError, OSError, ValueError):
        log.exception("a promise could not be looked at")
        return Evidence(Verdict.UNSHOWN, _("This could not be looked at just now."))
