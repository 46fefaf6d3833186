"""The verbs that queue messages, by their short name."""

from bookings.messaging.messages import (
    after_booking,
    after_cancelling,
    after_change,
    after_declining,
    after_offer,
    after_request,
)

__all__ = [
    "after_booking",
    "after_cancelling",
    "after_change",
    "after_declining",
    "after_offer",
    "after_request",
]
