"""The practice's booking page: people choose a time, leave their details, and look after their booking by its link."""
