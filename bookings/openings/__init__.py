"""What can be booked: what the database knows of everybody's time, and how a time is held and taken."""
