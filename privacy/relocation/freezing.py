"""Stillness: no write is under way once an account is frozen, and none begins (accounts.wall)."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connections

from accounts import audit, dispatch, sequencer
from accounts.models import AccountAnchor
from accounts.tenancy import AccountRef, acting_in
from accounts.wall import FREEZE_LOCK
from privacy.vocabulary.scope import SYSTEM, Purpose

State = AccountAnchor.State
PATIENCE = (
    "5s"  # a longer write lets the freeze be tried again, rather than everybody wait behind it
)


class NotStill(RuntimeError):
    """The account isn't in the state from which it can be frozen."""


def freeze(account: AccountRef, *, still_mine: Callable[[], None]) -> None:
    """Let the account be read and nothing else; waits for every write under way. Running it again changes nothing.

    `still_mine` raises when the move was taken over or back while this waited.
    """
    while sequencer.sequence(account.cell):
        pass
    with acting_in(account, purpose=Purpose.MAINTENANCE) as active:
        with connections[active.database].cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [FREEZE_LOCK, str(account.id)]
            )
        anchor = _anchor(account)
        still_mine()
        if anchor.state == State.ACTIVE:
            audit.record("move.frozen", by=SYSTEM, of=anchor)
            _set(anchor, State.MOVING)
        elif anchor.state != State.MOVING:
            raise NotStill(anchor.state)
    _let_the_sequencer_end(account.cell)


def thaw(account: AccountRef) -> None:
    """Let the account be written to again, where it was, after a move that was taken back."""
    with acting_in(account, purpose=Purpose.MAINTENANCE):
        anchor = _anchor(account)
        if anchor.state == State.MOVING:
            _set(anchor, State.ACTIVE)
            audit.record("move.taken_back", by=SYSTEM, of=anchor)


def leave(account: AccountRef) -> None:
    """Say in the old region that the account lives elsewhere: for good."""
    with acting_in(account, purpose=Purpose.MAINTENANCE):
        anchor = AccountAnchor.objects.select_for_update().filter(account_id=account.id).first()
        if anchor is not None and anchor.state == State.MOVING:
            _set(anchor, State.LEFT)


def _anchor(account: AccountRef) -> AccountAnchor:
    found: AccountAnchor = AccountAnchor.objects.select_for_update().get(account_id=account.id)
    return found


def _set(anchor: AccountAnchor, state: str) -> None:
    anchor.state = state
    anchor.save(update_fields=["state"])


def _let_the_sequencer_end(cell: str) -> None:
    """Wait for a round of the sequencer that began before: from here on it passes the account by."""
    with dispatch.connect(cell, "audit", autocommit=False) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [sequencer.LOCK])
