"""What a client was sent to do before they come, as apps above know it: told with their booking, sent once more.

The page says neither what it is nor leads there: whoever has the link of a booking need not be whom it was sent to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bookings.models import Attendee


@dataclass(frozen=True, slots=True)
class Errands:
    """What an app above knows: since when something waits for who comes (None: nothing does), and how to send it again."""

    waiting: Callable[[Attendee], datetime | None]
    send_again: Callable[[Attendee], None]


_known: list[Errands] = []


def knows(errands: Errands) -> None:
    """Register an app that sends something to do; for its `AppConfig.ready`."""
    _known.append(errands)


def sent_at(attendee: Attendee) -> datetime | None:
    """Return when the client was sent what still waits for them; nobody who only stands by them is told."""
    if attendee.via is not None or attendee.state == Attendee.State.CANCELLED:
        return None
    return max((at for each in _known if (at := each.waiting(attendee))), default=None)


def send_again(attendee: Attendee) -> None:
    """Send what waits once more, to where the practice usually writes."""
    if sent_at(attendee) is not None:
        for each in _known:
            each.send_again(attendee)
