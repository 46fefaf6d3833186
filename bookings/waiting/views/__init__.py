"""The pages of the waiting list in the practice."""
