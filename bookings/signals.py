"""What happens in bookings that a higher app may want to hear of; listeners only enqueue work (house.md 2)."""

from django.dispatch import Signal

# The practice has a place, hours and a service for the first time; sent in the account's open transaction
set_up = Signal()

# A client got a place in an appointment (a request once it is accepted); sent in the open transaction with attendee_id
# and service_id
booked = Signal()

# A practitioner's time became free by a cancellation or a move, or a session has room; sent in the open transaction with
# practitioner_id, location_id, starts_at and ends_at of the visit that was there or of the session
time_freed = Signal()
