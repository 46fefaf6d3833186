"""Bringing in what another system kept: files read, mapped, tried, taken over at once, and taken back."""
