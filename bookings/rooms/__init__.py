"""Rooms and equipment: what a service needs besides a practitioner, as a second lock on a time (features C14)."""
