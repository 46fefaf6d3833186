"""Bookings that a change of somebody's time leaves outside it: shown before the change, listed until each is settled."""
