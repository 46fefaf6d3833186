"""Requests as the desk shows them: those that are open with the clock that ends first on top, one with all its turns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from privacy.cases import DeskCase, DeskStep, DeskWait
from privacy.desk import clocks
from privacy.desk.clocks import Clock
from privacy.desk.packs import WAITS
from privacy.desk.routes import BY_HAND

_STEPS: dict[str, tuple[Promise, Promise]] = {
    "copy": (
        gettext_lazy("A copy was handed over"),
        gettext_lazy(
            "It is being made: download it under “Your copy”, and give it to them; the ledger notes it."
        ),
    ),
    "correction": (
        gettext_lazy("It was corrected, or their statement noted"),
        gettext_lazy(
            "Change the record. A signed note gets an addendum; what stays as it is gets their statement."
        ),
    ),
    "consent": (
        gettext_lazy("The consent was taken back"),
        gettext_lazy("On the client’s page, under consents; it counts from that moment."),
    ),
    "reply": (
        gettext_lazy("They were answered"),
        gettext_lazy("In words that are kept with this request."),
    ),
    "recipients": (
        gettext_lazy("Whoever got their data was told"),
        gettext_lazy("Everybody below was told, or it is written why not."),
    ),
    "restrict": (
        gettext_lazy("The data are only stored"),
        gettext_lazy("The database refuses the rest."),
    ),
    "object": (gettext_lazy("The uses have stopped"), gettext_lazy("Also for what was queued.")),
    "erase": (
        gettext_lazy("They are erased"),
        gettext_lazy(
            "Keys first, then files and rows; what others stand on stays, without a word in it."
        ),
    ),
    "search": (
        gettext_lazy("A search finds nothing of them"),
        gettext_lazy(
            "In every table, the keys, the files and the cache, by another way than they were erased."
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A request in the list."""

    case: DeskCase
    clock: Clock
    words: str
    tone: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step in words; `is_by_hand`: somebody ticks it."""

    step: DeskStep
    title: str
    text: str
    is_by_hand: bool

    @property
    def is_open(self) -> bool:
        """Whether it has to be done yet."""
        return self.step.state in (DeskStep.State.PENDING, DeskStep.State.FAILED)


def open_cases() -> list[Line]:
    """Return the open requests, the overdue first, those whose clock stands still last; two statements."""
    rows = DeskCase.objects.filter(state__in=(DeskCase.State.OPEN, DeskCase.State.WORKING))
    return lines(rows.order_by(F("due_on").asc(nulls_last=True), "received_at"))


def lines(rows: Iterable[DeskCase]) -> list[Line]:
    """Return requests with their clocks."""
    cases = list(rows)
    waits: dict[UUID, list[str]] = defaultdict(list)
    for wait in DeskWait.objects.filter(case__in=[case.pk for case in cases], until=None):
        waits[wait.case_id].append(wait.what)
    return [line(case, clocks.clock_of(case, tuple(waits[case.pk]))) for case in cases]


def line(case: DeskCase, clock: Clock) -> Line:
    """Return one with its clock in words."""
    if not case.is_open:
        return Line(case, clock, str(case.get_state_display()), "quiet")
    waits = ", ".join(str(WAITS[what]) for what in clock.waits_for if what in WAITS)
    if clock.days is None:
        return Line(case, clock, _("waits for %(what)s") % {"what": waits}, "info")
    if clock.is_overdue:
        late = -clock.days
        words = ngettext("%(n)s day overdue", "%(n)s days overdue", late) % {"n": late}
        return Line(case, clock, words, "danger")
    if clock.days == 0:
        return Line(case, clock, _("due today"), "warn")
    words = ngettext("%(n)s day left", "%(n)s days left", clock.days) % {"n": clock.days}
    return Line(case, clock, words, "warn" if clock.is_soon else "quiet")


def steps_of(case: DeskCase) -> list[StepLine]:
    """Return the steps of a granted request in words."""
    return [
        StepLine(step, str(_STEPS[step.name][0]), str(_STEPS[step.name][1]), step.name in BY_HAND)
        for step in DeskStep.objects.filter(case=case)
        if step.name in _STEPS
    ]
