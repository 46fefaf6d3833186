"""What a client was sent to do before they come, as apps above know it: told with their booking, sent once more.

The page says neither what it is nor leads there: whoever has the link of a booking need not be whom it was sent to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bookings.models import Attendee


@dataclass(frozen=True, slots=True)
class Errands:
    """What an app above knows: whether something waits for who comes, and how to send it again."""

    waiting: Callable[[Attendee], bool]
    send_again: Callable[[Attendee], None]


_known: list[Errands] = []


def knows(errands: Errands) -> None:
    """Register an app that sends something to do; for its `AppConfig.ready`."""
    _known.append(errands)


def any_for(attendee: Attendee) -> bool:
    """Tell whether something waits for the client; nobody who only stands by them is told."""
    if attendee.via is not None or attendee.state == Attendee.State.CANCELLED:
        return False
    return any(each.waiting(attendee) for each in _known)


def send_again(attendee: Attendee) -> None:
    """Send what waits once more, to where the practice usually writes."""
    if any_for(attendee):
        for each in _known:
            each.send_again(attendee)
