"""Everything of the waiting list that must be known as the app starts: its jobs, its count, what it hears and shows."""

from bookings.waiting import entries, freed, listing, offering, timeline

__all__ = ["entries", "freed", "listing", "offering", "timeline"]
