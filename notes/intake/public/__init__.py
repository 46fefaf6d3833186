"""Pages of forms as clients see them, by a signed link and without signing in."""
