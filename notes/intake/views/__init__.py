"""Pages of forms for the practice."""
