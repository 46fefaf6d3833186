"""Requests: a time asked for online, held until staff say yes or no, or until it is too late to answer (features D9)."""

from bookings.requests.answering import accept, decline, waiting

__all__ = ["accept", "decline", "waiting"]
