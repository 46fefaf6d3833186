"""Task envelopes of the privacy machinery."""

from __future__ import annotations

from celery import shared_task

from privacy import sweeping


@shared_task(name="privacy.sweep")
def sweep(cell: str) -> int:
    """Sweep one cell; return how many accounts it has. Beat calls it every hour."""
    return sweeping.sweep_cell(cell)
