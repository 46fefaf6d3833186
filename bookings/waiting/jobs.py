"""Everything of the waiting list that must be known as the app starts: its jobs, and what it hears of."""

from bookings.waiting import entries, freed, offering

__all__ = ["entries", "freed", "offering"]
