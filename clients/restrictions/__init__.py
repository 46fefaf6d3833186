"""Restriction and objection: data that are only stored, uses that have stopped; the database keeps to both (DS-8, P5)."""
