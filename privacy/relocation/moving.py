"""Does a move step by step; killed anywhere, whoever leases it next goes on (RP-11).

What is true at each step, and stays true when the worker dies there:

    asked, freezing      the account lives in the old region and is written to there until it stands still
    copying, comparing   it can be read in the old region and written to nowhere
    opening              the same, until control's one transaction; from then on it lives in the new region
    leaving              it is written to in the new region alone; the old copy is read-only, then deleted
    aborting             it is written to in the old region alone; what was copied is deleted
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from accounts.cells import cells
from privacy.models import Relocation
from privacy.relocation import (
    asking,
    certifying,
    comparing,
    copying,
    freezing,
    leasing,
    leaving,
    opening,
)
from privacy.relocation.leasing import LeaseLost, Move
from privacy.vocabulary import clock, keyring

log = logging.getLogger("keepwell.moves")

# Pages of other processes may remember the old region for a minute, and read there
LINGER = timedelta(seconds=70)
MAX_FAILURES = 8
Step = Relocation.Step
After = Callable[[str], None]


class Later(Exception):
    """The next step waits for its time."""


def go_on(cell: str = "") -> int:
    """Go on with every move that nobody is at and that begins in this cell; return how many."""
    pks = leasing.waiting()
    mine = Relocation.objects.filter(pk__in=pks).order_by("asked_at")
    mine = mine.filter(from_cell=cell) if cell else mine
    done = 0
    for row in mine:
        if {row.from_cell, row.to_cell} <= cells().keys():
            done += run(row.pk)
    return done


def run(relocation_id: UUID, *, after: After = lambda step: None) -> bool:
    """Do what is next of a move, up to its end or its next wait; `after` is called with each thing done."""
    move = leasing.take(relocation_id)
    if move is None:
        return False
    try:
        while move.row.is_open:
            STEPS[move.row.step](move, after)
            after(move.row.step)
    except Later:
        move.release()
    except LeaseLost:
        log.warning("lease lost", extra={"job": "move"})
    except comparing.Different as error:
        log.exception("copies differ", extra={"job": "move"})
        move.release(str(error))
        asking.abort(relocation=move.row)
    except Exception as error:
        log.exception("move failed", extra={"job": "move"})
        move.release(type(error).__name__)
        if move.row.attempts >= MAX_FAILURES:
            asking.abort(relocation=move.row)
    finally:
        keyring.forget()
    return True


def _asked(move: Move, after: After) -> None:
    move.note(step=Step.FREEZING)


def _freezing(move: Move, after: After) -> None:
    freezing.freeze(move.old, still_mine=lambda: move.beat(now=True))
    after("frozen")
    move.note(step=Step.COPYING, frozen_at=move.row.frozen_at or clock.now())


def _copying(move: Move, after: After) -> None:
    copying.copy(move)
    after("copied")
    move.note(step=Step.COMPARING)


def _comparing(move: Move, after: After) -> None:
    comparing.compare(move)
    after("compared")
    move.note(step=Step.OPENING)


def _opening(move: Move, after: After) -> None:
    opening.flip(move)
    after("flipped")
    opening.open_there(move)
    after("opened")
    move.note(step=Step.LEAVING)


def _leaving(move: Move, after: After) -> None:
    opening.open_there(move)
    opening.bring_work(move)
    after("work brought")
    flipped = move.row.flipped_at
    assert flipped is not None  # or the step would be another
    if clock.now() < flipped + LINGER:
        raise Later
    leaving.delete_copy(move, move.old)
    after("deleted")
    certifying.certify(move)


def _aborting(move: Move, after: After) -> None:
    freezing.thaw(move.old)
    after("thawed")
    leaving.delete_copy(move, move.new)
    after("cleared")
    move.note(step=Step.ABORTED, finished_at=clock.now())


STEPS: dict[str, Callable[[Move, After], None]] = {
    Step.ASKED: _asked,
    Step.FREEZING: _freezing,
    Step.COPYING: _copying,
    Step.COMPARING: _comparing,
    Step.OPENING: _opening,
    Step.LEAVING: _leaving,
    Step.ABORTING: _aborting,
}
