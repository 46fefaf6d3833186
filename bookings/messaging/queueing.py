"""A message waits in its row; a job by its id sends it when its time has come."""

from __future__ import annotations

from accounts import outbox
from bookings.models import Message

JOB = "message.send"


def queue(message: Message) -> None:
    """Save a new message and ask for it to be sent at its time."""
    message.save(force_insert=True)
    outbox.enqueue(JOB, {"message": str(message.pk)}, run_at=message.send_at)
