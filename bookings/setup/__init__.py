"""The set-up: from a new account to a practice that takes bookings, in three steps."""
