"""Time that became free: others may be glad of it, and an appointment that stood beside it may have it to itself."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Self
from uuid import UUID

from bookings import signals
from bookings.appointments import assigning, overbooking
from bookings.models import Appointment


class Stretch(NamedTuple):
    """A practitioner's time: the visit, and with its buffers."""

    practitioner_id: UUID
    location_id: UUID
    starts_at: datetime
    ends_at: datetime
    busy_from: datetime
    busy_until: datetime

    @classmethod
    def of(cls, appointment: Appointment) -> Self:
        """Return the time that an appointment has now."""
        return cls(*(getattr(appointment, name) for name in cls._fields))


def place_freed(session: Appointment) -> None:
    """Say, in the open transaction, that a session has room: somebody may wait for it."""
    _say(Stretch.of(session))


def freed(stretch: Stretch) -> None:
    """Say, in the open transaction, that a stretch of time is free again."""
    overbooking.settle(stretch.practitioner_id, stretch.busy_from, stretch.busy_until)
    assigning.settle(stretch.location_id, stretch.busy_from, stretch.busy_until)
    _say(stretch)


def _say(stretch: Stretch) -> None:
    signals.time_freed.send(
        sender=Appointment,
        practitioner_id=stretch.practitioner_id,
        location_id=stretch.location_id,
        starts_at=stretch.starts_at,
        ends_at=stretch.ends_at,
    )
