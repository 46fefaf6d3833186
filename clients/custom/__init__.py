"""Fields of a practice's own: defined once, filled in on each record, kept sealed by token (features B2)."""
