"""Task envelopes of the privacy machinery."""

from __future__ import annotations

from celery import shared_task

from privacy import sweeping
from privacy.relocation import moving


@shared_task(name="privacy.sweep")
def sweep(cell: str) -> int:
    """Sweep one cell; return how many accounts it has. Beat calls it every hour."""
    return sweeping.sweep_cell(cell)


@shared_task(name="privacy.move")
def move(cell: str) -> int:
    """Go on with moves that begin in a cell, where both regions can be reached; return how many were gone on with."""
    return moving.go_on(cell)
