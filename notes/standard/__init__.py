"""Standard templates to begin with, by profession: chosen when a practice is set up, and from a gallery afterwards."""
