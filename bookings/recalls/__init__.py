"""Calling clients back: what for, when it is due, what became of it (features B10)."""
