"""Messages to clients about their appointments: what is said, to whom, when, by which route, and what became of it."""
