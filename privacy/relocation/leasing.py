"""Who does the next step of a move: a lease in control, which a dead worker's successor takes over."""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from accounts.tenancy import AccountRef
from privacy.models import Relocation
from privacy.vocabulary import clock

LEASE = timedelta(seconds=45)
BEAT_SECONDS = 2.0
CLOSED = (Relocation.Step.DONE, Relocation.Step.ABORTED)


class LeaseLost(RuntimeError):
    """Another worker has taken the move over, or it was taken back; this one must stop."""


class Move:
    """A leased move: where from, where to, and how far."""

    def __init__(self, row: Relocation, lease: UUID) -> None:
        self.row, self._lease = row, lease
        self.old = AccountRef(row.account_id, row.account.slug, row.from_cell)
        self.new = AccountRef(row.account_id, row.account.slug, row.to_cell)
        self.done, self.total = row.progress, row.total
        self._last = 0.0

    def beat(self, *, now: bool = False) -> None:
        """Keep the lease and show progress; raise `LeaseLost` when somebody else holds it."""
        if now or time.monotonic() - self._last >= BEAT_SECONDS:
            self._last = time.monotonic()
            self.note()

    def note(self, **changes: object) -> None:
        """Write changes of the move in control, for the holder of the lease alone."""
        fixed = {"leased_until": clock.now() + LEASE, "progress": self.done, "total": self.total}
        with transaction.atomic(using="default"):
            mine = Relocation.objects.filter(pk=self.row.pk, lease=self._lease)
            if not mine.update(**fixed, **changes):
                raise LeaseLost
        for name, value in changes.items():
            setattr(self.row, name, value)

    def remember(self, **told: object) -> None:
        """Add to what the move remembers between its steps."""
        self.note(cursor={**self.row.cursor, **told})

    def locked(self) -> Relocation:
        """Return the move's row, locked until control's open transaction ends; raise `LeaseLost`."""
        found = Relocation.objects.select_for_update().filter(pk=self.row.pk, lease=self._lease)
        row = found.first()
        if row is None:
            raise LeaseLost
        return row

    def release(self, error: str = "") -> None:
        """Let go of the lease; the next round goes on."""
        Relocation.objects.filter(pk=self.row.pk, lease=self._lease).update(
            lease=None, leased_until=None, error=error[:200]
        )


def take(relocation_id: UUID) -> Move | None:
    """Lease a move; None when it has ended or somebody else is at it."""
    now, lease = clock.now(), uuid7()
    with transaction.atomic(using="default"):
        free = Relocation.objects.filter(
            Q(leased_until=None) | Q(leased_until__lt=now), pk=relocation_id
        ).exclude(step__in=CLOSED)
        if not free.update(lease=lease, leased_until=now + LEASE, attempts=F("attempts") + 1):
            return None
        row = Relocation.objects.select_related("account").get(pk=relocation_id)
    return Move(row, lease)


def waiting() -> list[UUID]:
    """Return the moves that nobody is at."""
    free = Relocation.objects.filter(Q(leased_until=None) | Q(leased_until__lt=clock.now()))
    return list(free.exclude(step__in=CLOSED).order_by("asked_at").values_list("pk", flat=True))
