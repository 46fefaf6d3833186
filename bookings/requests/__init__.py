"""Requests: a time asked for online, held until staff say yes or no, or until it is too late to answer (features D9)."""

from bookings.requests.answering import accept, decline, waiting
from bookings.requests.expiry import expire_at_its_time

__all__ = ["accept", "decline", "expire_at_its_time", "waiting"]
